//! The right to throw work away or to send it again, and who does what needs no such right.
//!
//! Who it is, is believed of whoever shows no token (see [`identity`]); with one, name and role are
//! what it says.
//!
//! **Invariant:** a [`Permit`] exists only where an operator said `--yes` and gave a reason. What
//! needs one takes it as a parameter, so it cannot be forgotten.

use clap::Args;
use serde_json::Value;
use store::audit;
use store::dead_letters::Decision;

use crate::console::{Person, Right, Role};
use crate::exit::WrongUsage;
use crate::identity;

/// Who decides, why, and whether it is meant.
#[derive(Debug, Args)]
pub(crate) struct PermitArgs {
    /// Do it. Without this, only what would happen is shown
    #[arg(long, requires = "reason")]
    yes: bool,
    #[command(flatten)]
    who: OperatorArgs,
}

/// Who does it, and why. Alone where nothing is thrown away or sent again: what is registered is
/// undone by its opposite, and needs no permit.
#[derive(Debug, Args)]
pub(crate) struct OperatorArgs {
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who decides, for the record [default: whose token $OPSCTL_TOKEN is, or $USER]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Where else it is written down, for the record
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,
}

/// Who does it, and why: what the audit is told of an act.
#[derive(Debug)]
pub(crate) struct Operator {
    by: String,
    /// Known of whoever is signed in to the console or shows a token.
    role: Option<Role>,
    reason: String,
    ticket: Option<String>,
}

/// An operator meant it, and said why.
#[derive(Debug)]
pub(crate) struct Permit(Operator);

impl OperatorArgs {
    /// Who it is; `usual` is the reason of whoever gave none.
    pub(crate) fn operator(&self, usual: &str) -> Result<Operator, WrongUsage> {
        // A container often has no $USER, and the system knows all the same who runs there.
        let uid = || format!("uid-{}", rustix::process::getuid().as_raw());
        let person = self.person()?;
        Ok(Operator {
            role: person.as_ref().map(|person| person.role),
            by: person
                .map(|person| person.name)
                .or_else(|| self.name())
                .unwrap_or_else(uid),
            reason: given(self.reason.as_deref()).unwrap_or_else(|| usual.to_owned()),
            ticket: given(self.ticket.as_deref()),
        })
    }

    /// Who has shown a token, and may decide with it; nobody acts under another name.
    fn person(&self) -> Result<Option<Person>, WrongUsage> {
        let person = identity::shown()?;
        if let Some(person) = &person {
            let by = given(self.by.as_deref());
            if by.is_some_and(|by| by != person.name) {
                let text = format!("the token is {}'s: leave --by away", person.name);
                return Err(WrongUsage(text));
            }
            may(Some(person.role), Right::Decide)?;
        }
        Ok(person)
    }

    fn name(&self) -> Option<String> {
        let user = std::env::var("USER").ok();
        given(self.by.as_deref()).or_else(|| given(user.as_deref()))
    }
}

/// What was typed, unless it is nothing but spaces.
fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

impl PermitArgs {
    /// The permit, or `None` for a dry run.
    pub(crate) fn permit(&self) -> Result<Option<Permit>, WrongUsage> {
        if !self.yes {
            return Ok(None);
        }
        let operator = self.who.operator("")?;
        if operator.role.is_none() && self.who.name().is_none() {
            return Err(WrongUsage("say who decides: --by NAME".to_owned()));
        }
        if operator.reason.is_empty() {
            return Err(WrongUsage("say why: --reason TEXT".to_owned()));
        }
        Ok(Some(Permit(operator)))
    }

    /// As [`Self::permit`], where a ticket is as necessary as a reason.
    pub(crate) fn permit_with_ticket(&self) -> Result<Option<Permit>, WrongUsage> {
        let permit = self.permit()?;
        match &permit {
            Some(permit) if permit.0.ticket.is_none() => Err(WrongUsage(
                "say where it is written down: --ticket TEXT".to_owned(),
            )),
            _ => Ok(permit),
        }
    }
}

impl Permit {
    /// Of a person who is signed in to the console, and gave a reason and a ticket.
    pub(crate) fn in_console(
        person: &Person,
        reason: &str,
        ticket: &str,
    ) -> Result<Self, WrongUsage> {
        let missing = |what: &str| WrongUsage(format!("say {what}, for the record"));
        Ok(Self(Operator {
            by: person.name.clone(),
            role: Some(person.role),
            reason: given(Some(reason)).ok_or_else(|| missing("why (reason)"))?,
            ticket: Some(given(Some(ticket)).ok_or_else(|| missing("the ticket"))?),
        }))
    }

    /// What goes into the record.
    pub(crate) fn decision(&self) -> Decision<'_> {
        Decision {
            by: &self.0.by,
            reason: &self.0.reason,
        }
    }

    /// Whether it is known, and not only said, who this is.
    pub(crate) const fn is_proved(&self) -> bool {
        self.0.role.is_some()
    }

    /// For what takes a role: it must be known who this is, and the role must have the right.
    pub(crate) fn must(&self, right: Right) -> Result<(), WrongUsage> {
        may(self.0.role, right)
    }

    /// Where else it is written down.
    pub(crate) fn ticket(&self) -> Option<&str> {
        self.0.ticket.as_deref()
    }

    /// The row of the audit that tells of what was permitted.
    pub(crate) fn act<'a>(
        &'a self,
        act: &'a str,
        subject: &'a str,
        detail: &'a Value,
    ) -> audit::Act<'a> {
        self.0.act(act, subject, detail)
    }
}

impl Operator {
    /// The row of the audit that tells of what was done.
    pub(crate) fn act<'a>(
        &'a self,
        act: &'a str,
        subject: &'a str,
        detail: &'a Value,
    ) -> audit::Act<'a> {
        audit::Act {
            actor: &self.by,
            role: self.role.map(Role::as_str),
            act,
            subject,
            reason: &self.reason,
            ticket: self.ticket.as_deref(),
            detail,
        }
    }
}

fn may(role: Option<Role>, right: Right) -> Result<(), WrongUsage> {
    match role {
        Some(role) if role.may(right) => Ok(()),
        Some(_) => Err(WrongUsage(format!(
            "this takes the role of {}",
            right.takes()
        ))),
        None => Err(WrongUsage(format!(
            "this takes the role of {}, proved by a token: set OPSCTL_TOKEN or OPSCTL_TOKEN_FILE, \
             and CONSOLE_TOKENS_FILE; or do it in the console",
            right.takes()
        ))),
    }
}
