//! The right to throw work away or to send it again.
//!
//! **Invariant:** a [`Permit`] exists only where an operator said `--yes` and gave a reason. What
//! needs one takes it as a parameter, so it cannot be forgotten.

use clap::Args;
use serde_json::Value;
use store::audit;
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
    /// Where else it is written down, for the record
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,
}

/// An operator meant it, and said why.
#[derive(Debug)]
pub(crate) struct Permit {
    by: String,
    reason: String,
    ticket: Option<String>,
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
        let ticket = given(self.ticket.as_deref());
        Ok(Some(Permit { by, reason, ticket }))
    }

    /// As [`Self::permit`], where a ticket is as necessary as a reason.
    pub(crate) fn permit_with_ticket(&self) -> Result<Option<Permit>, WrongUsage> {
        let permit = self.permit()?;
        match &permit {
            Some(permit) if permit.ticket.is_none() => Err(WrongUsage(
                "say where it is written down: --ticket TEXT".to_owned(),
            )),
            _ => Ok(permit),
        }
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

    /// The row of the audit that tells of what was permitted.
    pub(crate) fn act<'a>(
        &'a self,
        act: &'a str,
        subject: &'a str,
        detail: &'a Value,
    ) -> audit::Act<'a> {
        audit::Act {
            actor: &self.by,
            role: None,
            act,
            subject,
            reason: &self.reason,
            ticket: self.ticket.as_deref(),
            detail,
        }
    }
}
