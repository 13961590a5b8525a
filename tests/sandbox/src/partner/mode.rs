//! How the partner answers notices, right or wrong.

use serde::{Deserialize, Serialize};

/// What the next notice gets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Mode {
    /// 200 `success`, if the notice is good; 400 if it is not.
    #[default]
    Ok,
    /// The connection is closed without an answer.
    Down,
    /// This status.
    Status {
        /// 100 to 999.
        code: u16,
    },
    /// The right answer, late.
    Slow {
        /// How late, in milliseconds.
        ms: u64,
    },
    /// 200 with another body.
    WrongBody,
    /// 307 to an address that would say success.
    Redirect,
    /// No answer at all, until the caller hangs up.
    Hang,
    /// 200 and sixteen mebibytes of white space before `success`.
    HugeBody,
    /// The right answer, which does not tell what a notice that tries this endpoint was taken for.
    Silent,
    /// Everything that a partner must not do: takes any signature and any time, forgets every
    /// `notice_id`, goes by the order of arrival, looks the same to GET, and is slow.
    Careless {
        /// How slow, in milliseconds.
        ms: u64,
    },
    /// 503 with `Retry-After`.
    RetryAfter {
        /// The header's value.
        seconds: u64,
    },
}

/// A mode, for a number of notices or until it is changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ModeRule {
    /// The mode.
    #[serde(flatten)]
    pub mode: Mode,
    /// For how many notices; absent: until changed. Then `ok` again.
    #[serde(default)]
    pub times: Option<u32>,
}

impl ModeRule {
    /// The mode for the next notice.
    pub(crate) fn take(&mut self) -> Mode {
        match &mut self.times {
            None => self.mode.clone(),
            Some(0) => Mode::Ok,
            Some(left) => {
                *left -= 1;
                self.mode.clone()
            }
        }
    }
}
