//! Questions about merchants, users and what became of their applications.
//!
//! Each is a request of its own and takes a req_seq_id of its own, unlike the withdrawal's query.

use serde::Serialize;

use super::request::short_huifu_id;
use crate::huifu::field::check_text;
use crate::huifu::{LimitError, ReqDate};
use crate::ids::{HuifuId, ReqSeqId};

macro_rules! question {
    ($(#[$doc:meta])* $name:ident, $path:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct $name {
            req_seq_id: ReqSeqId,
            req_date: ReqDate,
            huifu_id: String,
        }

        impl $name {
            /// Where it goes.
            pub const PATH: &'static str = $path;

            /// Asks about `huifu_id`.
            pub fn new(
                req_seq_id: ReqSeqId,
                req_date: ReqDate,
                huifu_id: &HuifuId,
            ) -> Result<Self, LimitError> {
                Ok(Self {
                    req_seq_id,
                    req_date,
                    huifu_id: short_huifu_id("huifu_id", huifu_id)?,
                })
            }
        }
    };
}

macro_rules! application_question {
    ($(#[$doc:meta])* $name:ident, $path:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct $name {
            req_seq_id: ReqSeqId,
            req_date: ReqDate,
            huifu_id: String,
            apply_no: String,
        }

        impl $name {
            /// Where it goes.
            pub const PATH: &'static str = $path;

            /// Asks about the application that Huifu numbered `apply_no`.
            pub fn new(
                req_seq_id: ReqSeqId,
                req_date: ReqDate,
                huifu_id: &HuifuId,
                apply_no: &str,
            ) -> Result<Self, LimitError> {
                check_text("apply_no", apply_no, 18)?;
                Ok(Self {
                    req_seq_id,
                    req_date,
                    huifu_id: short_huifu_id("huifu_id", huifu_id)?,
                    apply_no: apply_no.to_owned(),
                })
            }
        }
    };
}

question!(
    /// What Huifu has of a merchant (huifu-api.md §3.9).
    MerchantQuery, "/v2/merchant/basicdata/query"
);
question!(
    /// What Huifu has of a user (huifu-api.md §3.11).
    UserQuery, "/v2/user/basicdata/query"
);
application_question!(
    /// What became of a merchant's application (huifu-api.md §3.10).
    MerchantApplicationQuery, "/v2/merchant/basicdata/status/query"
);
application_question!(
    /// What became of a user's: the review of a corporate card in a different name
    /// (huifu-api.md §3.11).
    UserApplicationQuery, "/v2/user/apply/query"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_a_number_of_its_own_and_asks_about_one() {
        let id: HuifuId = "6666000021291985".parse().unwrap();
        let date: ReqDate = "20261124".parse().unwrap();
        let seq_id = || "A01KASGXE00000000000000000A".parse::<ReqSeqId>().unwrap();
        let printed = |question: String| {
            let common = r#"{"req_seq_id":"A01KASGXE00000000000000000A","req_date":"20261124","#;
            let id = r#""huifu_id":"6666000021291985""#;
            assert!(question.starts_with(&format!("{common}{id}")), "{question}");
        };
        let merchant = MerchantQuery::new(seq_id(), date, &id).unwrap();
        printed(serde_json::to_string(&merchant).unwrap());
        let user = UserQuery::new(seq_id(), date, &id).unwrap();
        printed(serde_json::to_string(&user).unwrap());
        let asked = UserApplicationQuery::new(seq_id(), date, &id, "7").unwrap();
        let asked = serde_json::to_string(&asked).unwrap();
        assert!(asked.ends_with(r#","apply_no":"7"}"#), "{asked}");
        let long = MerchantApplicationQuery::new(seq_id(), date, &id, &"7".repeat(19));
        assert_eq!(long.unwrap_err().field, "apply_no");
        let long: HuifuId = "6".repeat(19).parse().unwrap();
        assert_eq!(
            MerchantQuery::new(seq_id(), date, &long).unwrap_err().field,
            "huifu_id"
        );
    }
}
