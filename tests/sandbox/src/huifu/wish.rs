//! What an onboarding request asks for, fields checked: one shape for all of its interfaces.

use crate::clock;
use crate::huifu::card::CardInfo;
use crate::huifu::cash_config::{CashConfig, CashEntry, Wanted};
use crate::huifu::fields::BadField;
use crate::huifu::member::{Subject, SubjectKind};
use crate::huifu::notify_url::notify_url;
use crate::huifu::onboarding::OnboardingKey;
use crate::huifu::operation::Operation;
use crate::huifu::rule_r::Members;
use crate::huifu::table::Values;
use crate::huifu::{merchant, user};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Everything the rules, the register and the tests need of a request.
pub(crate) struct Wish {
    pub(crate) operation: Operation,
    pub(crate) key: OnboardingKey,
    /// Whom it changes; absent where it opens a new member.
    pub(crate) huifu_id: Option<String>,
    pub(crate) upper_huifu_id: Option<String>,
    /// The new member.
    pub(crate) subject: Option<Subject>,
    pub(crate) card: Option<CardInfo>,
    pub(crate) cash: Vec<CashEntry>,
    /// Whether all types must take their fee the same way.
    pub(crate) one_way_to_pay: bool,
    /// Field and file_id of each picture.
    pub(crate) pictures: Vec<(String, String)>,
    pub(crate) async_return_url: Option<String>,
    /// Every field as given. Personal: for tests that hold the sandbox, never for a log.
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) unknown: Vec<String>,
}

/// Who a member is, as far as the table of its card depends on it.
pub(crate) type KindOf<'a> = &'a dyn Fn(&str) -> Option<SubjectKind>;

impl Wish {
    /// Reads the request after the tables of its interface.
    pub(crate) fn read(
        operation: Operation,
        members: &Members<'_>,
        kind_of: KindOf<'_>,
    ) -> Result<Option<Self>, BadField> {
        match operation {
            Operation::MerchantEnt => merchant::ent::read(members),
            Operation::MerchantIndv => merchant::indv::read(members),
            Operation::MerchantModify => merchant::modify::read(members, kind_of),
            Operation::MerchantBusiOpen | Operation::MerchantBusiModify => {
                merchant::busi::read(operation, members)
            }
            Operation::UserEnt => user::ent::read(members),
            Operation::UserIndv => user::indv::read(members),
            Operation::UserBusiOpen | Operation::UserBusiModify => {
                user::busi::read(operation, members, kind_of)
            }
            Operation::Encashment
            | Operation::Query
            | Operation::MerchantQuery
            | Operation::MerchantStatusQuery
            | Operation::UserQuery
            | Operation::UserApplyQuery
            | Operation::Picture
            | Operation::Balance
            | Operation::DmQuota
            | Operation::FeeTrial
            | Operation::StatementQuery
            | Operation::StatementFile => return Ok(None),
        }
        .map(Some)
    }

    /// The parts every interface has. `async_max` is the limit of async_return_url there.
    pub(crate) fn of(operation: Operation, values: &Values) -> Result<Self, BadField> {
        let url = values.owned("async_return_url");
        let bad_url = |bad: BadField| values.wrong("async_return_url", bad.rule);
        Ok(Self {
            operation,
            key: OnboardingKey {
                req_date: values.text("req_date")?,
                req_seq_id: values.text("req_seq_id")?,
            },
            huifu_id: values.owned("huifu_id"),
            upper_huifu_id: values.owned("upper_huifu_id"),
            subject: None,
            card: None,
            cash: Vec::new(),
            one_way_to_pay: false,
            pictures: values
                .pictures()
                .map(|(field, file_id)| (field.to_owned(), file_id.to_owned()))
                .collect(),
            async_return_url: url.map(notify_url).transpose().map_err(bad_url)?,
            given: values.given(),
            unknown: values.unknown.clone(),
        })
    }

    /// Adds card_info, read after the column of `kind`.
    pub(crate) fn with_card(
        mut self,
        values: &Values,
        kind: SubjectKind,
    ) -> Result<Self, BadField> {
        if let Some(text) = values.get("card_info") {
            let card = CardInfo::read(text, kind)?;
            self.given.extend(card.given.clone());
            self.unknown.extend(card.unknown.clone());
            self.card = Some(card);
        }
        Ok(self)
    }

    /// Adds cash_config.
    pub(crate) fn with_cash(mut self, values: &Values, wanted: Wanted) -> Result<Self, BadField> {
        if let Some(text) = values.get("cash_config") {
            let config = CashConfig::read(text, wanted)?;
            self.given.extend(config.given);
            self.unknown.extend(config.unknown);
            self.cash = config.entries;
        }
        Ok(self)
    }

    /// Whether a material of this file_type came along.
    pub(crate) fn has_proof(&self, file_type: &str) -> bool {
        let quoted = format!("\"{file_type}\"");
        let lists = ["file_list", "extended_material_list"];
        lists.iter().any(|name| {
            self.given
                .get(*name)
                .is_some_and(|text| text.contains(&quoted))
        })
    }

    /// The day of the request; the fields were checked before.
    pub(crate) fn day(&self) -> Date {
        Date::strptime("%Y%m%d", &self.key.req_date).unwrap_or_else(|_| clock::day_of(clock::now()))
    }
}
