//! How the gateway answers, right or wrong.

use serde::{Deserialize, Serialize};

/// What the next message gets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Mode {
    /// 202, and the message is kept.
    #[default]
    Ok,
    /// This status, and the message is not kept.
    Refuse {
        /// 300 to 599.
        code: u16,
    },
    /// The message is kept, and the answer is late.
    Slow {
        /// How late, in milliseconds.
        ms: u64,
    },
    /// The message is kept, and the connection is closed without an answer.
    Down,
    /// The message is kept, and there is no answer until the caller hangs up.
    Hang,
}

/// A mode, for a number of messages or until it is changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ModeRule {
    /// The mode.
    #[serde(flatten)]
    pub mode: Mode,
    /// For how many messages; absent: until changed. Then `ok` again.
    #[serde(default)]
    pub times: Option<u32>,
}

impl ModeRule {
    /// The mode for the next message.
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
