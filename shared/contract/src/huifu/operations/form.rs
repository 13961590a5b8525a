//! The form of an application: what a partner fills in, checked whole before anything is sent.
//!
//! A form has parts in Huifu's own names (`subject`, `card_info`, `cash_config`, a user's
//! `business`); what we fill in ourselves is refused in it. Pictures stand in it by the number
//! that we gave them. A form is read twice: when it comes in, with the day, and when it is sent,
//! out of its sealed column, when the day is no reason to refuse it any more.
//!
//! What a newcomer gets wrong: nothing of a form may be printed. Its `Debug` names fields alone.

use jiff::civil::Date;
use serde_json::Value;

use super::card::CardSummary;
use super::cash::{self, CashRuleForm};
use super::fields::form_table;
use super::rules;
use super::table::{FieldError, Members, check};
use crate::application::{ApplicationKind, SubjectKind};
use crate::ids::MaterialId;
use crate::mobile::MobileNumber;
use crate::withdrawal::CashType;

/// A form that broke no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationForm {
    kind: ApplicationKind,
    subject: SubjectKind,
    members: Members,
}

impl ApplicationForm {
    /// Reads a form that came in on this Beijing day, or says everything that is wrong with it.
    pub fn read(
        kind: ApplicationKind,
        subject: SubjectKind,
        form: &Value,
        today: Date,
    ) -> Result<Self, Vec<FieldError>> {
        Self::checked(kind, subject, form, Some(today))
    }

    /// Reads the canonical form of one that was read before: rules of the day are left out, for
    /// they held when it came in.
    pub fn stored(
        kind: ApplicationKind,
        subject: SubjectKind,
        form: &Value,
    ) -> Result<Self, Vec<FieldError>> {
        Self::checked(kind, subject, form, None)
    }

    fn checked(
        kind: ApplicationKind,
        subject: SubjectKind,
        given: &Value,
        today: Option<Date>,
    ) -> Result<Self, Vec<FieldError>> {
        let (mut members, mut checker) = check(form_table(kind, subject), given, today);
        rules::apply(kind, subject, &mut members, &mut checker);
        let errors = checker.into_errors();
        if errors.is_empty() {
            Ok(Self {
                kind,
                subject,
                members,
            })
        } else {
            Err(errors)
        }
    }

    /// What it asks for.
    pub fn kind(&self) -> ApplicationKind {
        self.kind
    }

    /// For whom.
    pub fn subject(&self) -> SubjectKind {
        self.subject
    }

    /// The canonical form, for sealing and for comparing: names sorted, nothing empty.
    pub fn to_form(&self) -> Value {
        let Ok(mut form) = self.members.to_json(&|id| Ok::<_, Never>(id.to_string()));
        // Parts that the reference does not describe are kept as they came; what is digested must
        // not depend on how serde_json was built.
        form.sort_all_objects();
        form
    }

    /// The pictures in it, each once.
    pub fn materials(&self) -> Vec<MaterialId> {
        let mut found = Vec::new();
        self.members.pictures(&mut found);
        found.sort();
        found.dedup();
        found
    }

    /// What may be shown of its card.
    pub fn card(&self) -> Option<CardSummary> {
        self.members.object("card_info").map(CardSummary::of)
    }

    /// What it says about each cash type.
    pub fn cash_rules(&self) -> Vec<(CashType, CashRuleForm)> {
        cash::read(self.members.list("cash_config"))
    }

    /// The name that a legal person's card must carry, as an opening gives it.
    pub fn legal_name(&self) -> Option<&str> {
        self.members
            .object("subject")?
            .text(rules::legal_name_field(self.subject))
    }

    /// Where the user can be reached, as an opening says it; `None` where it is no mobile number of
    /// mainland China, or nothing is opened.
    pub fn mobile(&self) -> Option<MobileNumber> {
        let subject = self.members.object("subject")?;
        subject.text(mobile_field(self.subject))?.parse().ok()
    }

    /// Says whether the card of this form, if it is the legal person's, carries that name: for a
    /// further card, whose form does not repeat the subject.
    pub fn check_holder(&self, legal_name: &str) -> Result<(), FieldError> {
        rules::check_holder(self.subject, &self.members, legal_name)
    }

    pub(super) fn members(&self) -> &Members {
        &self.members
    }
}

/// Of an enterprise it is the contact: the person who runs the account, and not the legal person,
/// who need not have given one (huifu-api.md §3.7, §3.8, §3.11).
fn mobile_field(subject: SubjectKind) -> &'static str {
    match subject {
        SubjectKind::EnterpriseMerchant | SubjectKind::IndividualMerchant => "contact_mobile_no",
        SubjectKind::EnterpriseUser => "contact_mobile",
        SubjectKind::IndividualUser => "mobile_no",
    }
}

/// An error that cannot happen.
enum Never {}

#[cfg(test)]
mod tests;
