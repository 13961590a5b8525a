//! A request, whoever it comes from: a program with a token or a person with a page. What is
//! answered is the report that the command line prints.

use std::sync::Arc;

use super::front::Front;
use super::parameters::Parameters;
use super::person::Person;
use super::refusal::Refusal;
use super::role::Right;
use crate::output::Report;
use crate::permit::Permit;

/// What is answered, and not yet how it is shown.
pub(crate) type Answer = Result<Report, Refusal>;

/// Who asks for what.
pub(crate) struct Asked {
    pub(crate) front: Arc<Front>,
    pub(crate) person: Person,
    /// What the address names, as the 7 of `/cases/7`; empty where it names nothing.
    pub(crate) subject: String,
    pub(crate) parameters: Parameters,
}

impl Asked {
    /// The subject as a number; `noun` is what there is none of otherwise.
    pub(crate) fn number(&self, noun: &str) -> Result<i64, Refusal> {
        let number = self.subject.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| Refusal::no(noun, &self.subject))
    }

    /// The right to do it, or `None` where it is only asked what would happen. Takes `yes`,
    /// `reason` and `ticket` out of the parameters; who it is, is not asked.
    pub(crate) fn permit(&mut self, right: Right) -> Result<Option<Permit>, Refusal> {
        // Also what would happen is for those who may do it: it tells no more than they need.
        self.person.must(right)?;
        let yes = self.parameters.take_flag("yes")?;
        let reason = self.parameters.take("reason").pop().unwrap_or_default();
        let ticket = self.parameters.take("ticket").pop().unwrap_or_default();
        if !yes {
            return Ok(None);
        }
        Ok(Some(Permit::in_console(&self.person, &reason, &ticket)?))
    }
}
