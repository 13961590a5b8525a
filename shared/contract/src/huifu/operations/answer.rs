//! What Huifu answers to a step, and to the question what became of one.

use std::fmt;

use serde::Deserialize;

use super::nested::{NestedError, nested, read};
use crate::huifu::field::received;

/// The `data` of the answer to any step (huifu-api.md §3.7-§3.11): merchants get an apply_no,
/// users a login, and whoever bound a card its token_no.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StepAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// Our attempt, where it is echoed.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub req_seq_id: Option<String>,
    /// Its day, where it is echoed.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub req_date: Option<String>,
    /// The merchant or user, new or echoed.
    #[serde(deserialize_with = "received::<_, 18>")]
    pub huifu_id: Option<String>,
    /// The application at Huifu, when its people look at it.
    #[serde(deserialize_with = "received::<_, 18>")]
    pub apply_no: Option<String>,
    /// The card that was bound.
    #[serde(deserialize_with = "received::<_, 20>")]
    pub token_no: Option<String>,
    /// A user's login at Huifu's console.
    #[serde(deserialize_with = "received::<_, 32>")]
    pub login_name: Option<String>,
    /// Its first password: said once, and a secret.
    #[serde(deserialize_with = "received::<_, 18>")]
    pub login_password: Option<String>,
    /// What became of each part of a business entry; see [`Self::configs`].
    #[serde(deserialize_with = "nested")]
    pub resp_business: Option<String>,
}

/// What became of one part of a user's business entry. Its `Debug` leaves the words out.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ConfigResult {
    /// 1 card, 2 cash types, 3 settlement, 5 flexible staff.
    #[serde(rename = "type", deserialize_with = "received::<_, 1>")]
    pub part: Option<String>,
    /// S or F.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub code: Option<String>,
    /// Huifu's words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub msg: Option<String>,
}

impl StepAnswer {
    /// The results in `resp_business`; none if it is absent.
    pub fn configs(&self) -> Result<Vec<ConfigResult>, NestedError> {
        read("resp_business", self.resp_business.as_deref())
    }
}

/// The password never appears, and the card's number at Huifu is nobody's to read.
impl fmt::Debug for StepAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StepAnswer")
            .field("resp_code", &self.resp_code)
            .field("huifu_id", &self.huifu_id)
            .field("apply_no", &self.apply_no)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ConfigResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ConfigResult")
            .field("part", &self.part)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// The `data` of the answer to a question about a merchant's or a user's application
/// (huifu-api.md §3.10, §3.11). Users have the first four fields only.
///
/// The states of a merchant are each about something else and are kept apart. Its `Debug` leaves
/// the words out, which may name people.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ApplicationStatusAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// Whom it is about.
    #[serde(deserialize_with = "received::<_, 18>")]
    pub huifu_id: Option<String>,
    /// Y passed, P in review, N refused, F failed.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub apply_status: Option<String>,
    /// The reviewer's words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub apply_reason: Option<String>,
    /// The merchant itself: P, S or F.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub reg_status: Option<String>,
    /// Its card: P, S or F.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub bind_card_status: Option<String>,
    /// Its cash types: P, S or F.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub cash_status: Option<String>,
    /// Its settlement: P, S or F.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub settle_status: Option<String>,
    /// Payment by bank card: P, S or F.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub bank_card_conf_status: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub bank_card_conf_reason: Option<String>,
    /// Payment by UnionPay: P, S or F.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub union_conf_status: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub union_conf_reason: Option<String>,
    /// Incoming bank transfers: P, S or F.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub out_order_funds_status: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 256>")]
    pub out_order_funds_desc: Option<String>,
    /// Whether a new card holder was confirmed: S, F, P, C.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub change_settle_state: Option<String>,
    /// Electronic agreements, as Huifu prints them.
    #[serde(deserialize_with = "nested")]
    pub agreement_info_list: Option<String>,
}

impl fmt::Debug for ApplicationStatusAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApplicationStatusAnswer")
            .field("resp_code", &self.resp_code)
            .field("huifu_id", &self.huifu_id)
            .field("apply_status", &self.apply_status)
            .field("bind_card_status", &self.bind_card_status)
            .field("cash_status", &self.cash_status)
            .finish_non_exhaustive()
    }
}
