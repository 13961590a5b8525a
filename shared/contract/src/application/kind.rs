//! Who an application is for, what it asks for, and which calls to Huifu that takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is to be known at Huifu. The guide has merchants (商户) and users (用户), each of them an
/// enterprise or an individual; they are onboarded by different interfaces.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// 企业商户 (huifu-api.md §3.7).
    EnterpriseMerchant,
    /// 个人商户 (huifu-api.md §3.8).
    IndividualMerchant,
    /// 企业用户 (huifu-api.md §3.11).
    EnterpriseUser,
    /// 个人用户 (huifu-api.md §3.11).
    IndividualUser,
}

impl SubjectKind {
    /// Every kind; compared with the database's list by a test.
    pub const ALL: [Self; 4] = [
        Self::EnterpriseMerchant,
        Self::IndividualMerchant,
        Self::EnterpriseUser,
        Self::IndividualUser,
    ];

    /// The name in the database and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EnterpriseMerchant => "enterprise_merchant",
            Self::IndividualMerchant => "individual_merchant",
            Self::EnterpriseUser => "enterprise_user",
            Self::IndividualUser => "individual_user",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether Huifu knows it as a merchant; else as a user.
    pub const fn is_merchant(self) -> bool {
        match self {
            Self::EnterpriseMerchant | Self::IndividualMerchant => true,
            Self::EnterpriseUser | Self::IndividualUser => false,
        }
    }

    /// Whether it is an enterprise; else a natural person.
    pub const fn is_enterprise(self) -> bool {
        match self {
            Self::EnterpriseMerchant | Self::EnterpriseUser => true,
            Self::IndividualMerchant | Self::IndividualUser => false,
        }
    }
}

/// What is asked for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationKind {
    /// A new account with its first card and its cash types.
    Opening,
    /// One more card.
    Card,
    /// Cash types opened, closed, or with other fees.
    CashRules,
}

impl ApplicationKind {
    /// Every kind; compared with the database's list by a test.
    pub const ALL: [Self; 3] = [Self::Opening, Self::Card, Self::CashRules];

    /// The name in the database and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Card => "card",
            Self::CashRules => "cash_rules",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One call to Huifu that an application needs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The subject itself (`basicdata/ent`, `basicdata/indv`); a merchant's carries card and cash
    /// configuration as well.
    Base,
    /// Card and cash configuration (`user/busi/open` first, `user/busi/modify` and
    /// `merchant/basicdata/modify` later).
    Business,
}

impl Step {
    /// Every step; compared with the database's list by a test.
    pub const ALL: [Self; 2] = [Self::Base, Self::Business];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Business => "business",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }
}

/// The calls that an application needs, in this order.
pub const fn steps(kind: ApplicationKind, subject: SubjectKind) -> &'static [Step] {
    match (kind, subject.is_merchant()) {
        (ApplicationKind::Opening, true) => &[Step::Base],
        (ApplicationKind::Opening, false) => &[Step::Base, Step::Business],
        (ApplicationKind::Card | ApplicationKind::CashRules, _) => &[Step::Business],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_opening_of_a_user_takes_two_calls() {
        for subject in SubjectKind::ALL {
            for kind in ApplicationKind::ALL {
                let two = kind == ApplicationKind::Opening && !subject.is_merchant();
                assert_eq!(steps(kind, subject).len(), if two { 2 } else { 1 });
            }
        }
    }

    #[test]
    fn every_name_reads_back() {
        for subject in SubjectKind::ALL {
            assert_eq!(SubjectKind::from_name(subject.as_str()), Some(subject));
        }
        for kind in ApplicationKind::ALL {
            assert_eq!(ApplicationKind::from_name(kind.as_str()), Some(kind));
        }
        for step in Step::ALL {
            assert_eq!(Step::from_name(step.as_str()), Some(step));
        }
    }
}
