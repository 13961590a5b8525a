//! The right to throw work away or to send it again.
//!
//! **Invariant:** a [`Permit`] exists only where an operator said `--yes` and gave a reason. What
//! needs one takes it as a parameter, so it cannot be forgotten.

use clap::Args;
use store::dead_letters::Decision;

use crate::exit::WrongUsage;

/// Who decides, why, and whether it is meant.
#[derive(Debug, Args)]
pub(crate) struct PermitArgs {
    /// Do it. Without this, only what would happen is shown
    #[arg(long, requires = "reason")]
    yes: bool,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who decides, for the record [default: $USER]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// An operator meant it, and said why.
#[derive(Debug)]
pub(crate) struct Permit {
    by: String,
    reason: String,
}

impl PermitArgs {
    /// The permit, or `None` for a dry run.
    pub(crate) fn permit(&self) -> Result<Option<Permit>, WrongUsage> {
        if !self.yes {
            return Ok(None);
        }
        let given = |text: Option<&str>| {
            text.map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let user = std::env::var("USER").ok();
        let by = given(self.by.as_deref()).or_else(|| given(user.as_deref()));
        let by = by.ok_or_else(|| WrongUsage("say who decides: --by NAME".to_owned()))?;
        let reason = given(self.reason.as_deref())
            .ok_or_else(|| WrongUsage("say why: --reason TEXT".to_owned()))?;
        Ok(Some(Permit { by, reason }))
    }
}

impl Permit {
    /// What goes into the record.
    pub(crate) fn decision(&self) -> Decision<'_> {
        Decision {
            by: &self.by,
            reason: &self.reason,
        }
    }
}
