//! What Huifu has of a merchant or a user (huifu-api.md §3.9, §3.11): the way to a token_no that
//! no answer and no callback brought.

use std::fmt;

use serde::Deserialize;

use super::card::{masked, tail};
use super::cash::{CashRuleForm, free};
use super::nested::{NestedError, nested, read};
use super::table::rate;
use crate::fee::FeeBearer;
use crate::huifu::field::received;
use crate::ids::TokenNo;
use crate::money::Fen;
use crate::withdrawal::CashType;

/// The `data` of the answer to a merchant's or a user's query. Its parts name people, so its
/// `Debug` has the result alone.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SubjectAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// An enterprise user's base data, as Huifu prints them.
    #[serde(deserialize_with = "nested")]
    pub ent_base_info: Option<String>,
    /// An individual user's.
    #[serde(deserialize_with = "nested")]
    pub indv_base_info: Option<String>,
    /// The settlement card.
    #[serde(deserialize_with = "nested")]
    pub card_info: Option<String>,
    /// A user's settlement.
    #[serde(deserialize_with = "nested")]
    pub settle_config_list: Option<String>,
    /// A merchant's settlement.
    #[serde(deserialize_with = "nested")]
    pub qry_settle_config_list: Option<String>,
    /// The cash types; see [`Self::cash_rules`].
    #[serde(deserialize_with = "nested")]
    pub qry_cash_config_list: Option<String>,
    /// The bound cards; see [`Self::cards`].
    #[serde(deserialize_with = "nested")]
    pub qry_cash_card_info_list: Option<String>,
}

/// A card that is bound at Huifu, without its number and its holder's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundCard {
    /// What withdrawals name.
    pub token_no: TokenNo,
    /// The last four digits.
    pub tail: String,
    /// The holder's name, hidden but for its first character.
    pub holder_masked: String,
    /// The bank.
    pub bank_code: Option<String>,
    /// Its name.
    pub bank_name: Option<String>,
    /// Whether it can be used (N); a letter we do not know is none that can.
    pub open: bool,
    /// Whether settlements go to it by default.
    pub is_default: bool,
}

impl SubjectAnswer {
    /// The bound cards; those without a token_no are none to us.
    pub fn cards(&self) -> Result<Vec<BoundCard>, NestedError> {
        let text = self.qry_cash_card_info_list.as_deref();
        let list: Vec<CardLine> = read("qry_cash_card_info_list", text)?;
        Ok(list.into_iter().filter_map(CardLine::bound).collect())
    }

    /// The cash types, each once, with Huifu's fees.
    pub fn cash_rules(&self) -> Result<Vec<(CashType, CashRuleForm)>, NestedError> {
        let text = self.qry_cash_config_list.as_deref();
        let list: Vec<CashLine> = read("qry_cash_config_list", text)?;
        Ok(list.into_iter().filter_map(CashLine::rule).collect())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CardLine {
    #[serde(deserialize_with = "received::<_, 256>")]
    card_name: Option<String>,
    #[serde(deserialize_with = "received::<_, 32>")]
    card_no: Option<String>,
    #[serde(deserialize_with = "received::<_, 8>")]
    bank_code: Option<String>,
    #[serde(deserialize_with = "received::<_, 64>")]
    bank_name: Option<String>,
    #[serde(deserialize_with = "received::<_, 1>")]
    status: Option<String>,
    #[serde(deserialize_with = "received::<_, 20>")]
    token_no: Option<String>,
    #[serde(deserialize_with = "received::<_, 1>")]
    is_settle_default: Option<String>,
}

impl CardLine {
    fn bound(self) -> Option<BoundCard> {
        Some(BoundCard {
            token_no: self.token_no?.parse().ok()?,
            tail: tail(&self.card_no.unwrap_or_default()),
            holder_masked: masked(&self.card_name.unwrap_or_default()),
            bank_code: self.bank_code,
            bank_name: self.bank_name,
            open: self.status.as_deref() == Some("N"),
            is_default: self.is_settle_default.as_deref() == Some("Y"),
        })
    }
}

/// A cash type as it is booked: its names differ from those of the request.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CashLine {
    #[serde(deserialize_with = "received::<_, 2>")]
    cash_type: Option<String>,
    #[serde(deserialize_with = "received::<_, 1>")]
    switch_state: Option<String>,
    #[serde(deserialize_with = "received::<_, 8>")]
    fix_amt: Option<String>,
    #[serde(deserialize_with = "received::<_, 8>")]
    fee_rate: Option<String>,
    #[serde(deserialize_with = "received::<_, 8>")]
    weekday_fix_amt: Option<String>,
    #[serde(deserialize_with = "received::<_, 8>")]
    weekday_fee_rate: Option<String>,
    #[serde(alias = "out_fee_flag", deserialize_with = "received::<_, 1>")]
    out_cash_flag: Option<String>,
    // One table of Huifu's says one, one the other.
    #[serde(deserialize_with = "received::<_, 18>")]
    out_cash_huifuid: Option<String>,
    #[serde(deserialize_with = "received::<_, 18>")]
    out_fee_huifuid: Option<String>,
    #[serde(alias = "out_fee_acct_type", deserialize_with = "received::<_, 2>")]
    out_cash_acct_type: Option<String>,
}

impl CashLine {
    fn rule(self) -> Option<(CashType, CashRuleForm)> {
        let cash_type = CashType::from_name(&self.cash_type?)?;
        let amount = |text: &Option<String>| text.as_deref()?.parse::<Fen>().ok();
        let percent = |text: &Option<String>| {
            // Whatever its decimals: 1, 1.0 and 1.00 are the same here.
            rate(&amount(text)?.to_string())
        };
        let outer = self.out_cash_flag.as_deref() == Some("1");
        let payer = self.out_cash_huifuid.or(self.out_fee_huifuid);
        let rule = CashRuleForm {
            fix: amount(&self.fix_amt).unwrap_or(Fen::ZERO),
            rate: percent(&self.fee_rate).unwrap_or_else(free),
            weekday_fix: amount(&self.weekday_fix_amt),
            weekday_rate: percent(&self.weekday_fee_rate),
            bearer: if outer {
                FeeBearer::Outer
            } else {
                FeeBearer::Inner
            },
            payer: payer.and_then(|id| id.parse().ok()),
            payer_account: self.out_cash_acct_type,
            open: self.switch_state.as_deref() != Some("0"),
        };
        Some((cash_type, rule))
    }
}

impl fmt::Debug for SubjectAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SubjectAnswer")
            .field("resp_code", &self.resp_code)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(members: serde_json::Value) -> SubjectAnswer {
        serde_json::from_str(&members.to_string()).unwrap()
    }

    #[test]
    fn bound_cards_come_with_their_token_and_without_what_names_their_holder() {
        let list = json!([
            {"card_type": "1", "card_name": "张三", "card_no": "6222020000000001234",
             "bank_code": "01020000", "bank_name": "中国工商银行", "status": "N",
             "token_no": "10004053462", "is_settle_default": "Y"},
            {"card_no": "6222020000000005678", "status": "C", "token_no": 10004053463_i64},
            {"card_no": "6222020000000009999", "status": "N"},
        ]);
        let found = answer(json!({"resp_code": "00000000",
            "qry_cash_card_info_list": list.to_string()}));
        assert!(!format!("{found:?}").contains("6222"));
        let cards = found.cards().unwrap();
        assert_eq!(cards.len(), 2, "a card without a token is none to us");
        let first = &cards[0];
        assert_eq!(
            (first.tail.as_str(), first.holder_masked.as_str()),
            ("1234", "张**")
        );
        assert!(first.open && first.is_default);
        assert_eq!(first.bank_name.as_deref(), Some("中国工商银行"));
        assert!(!cards[1].open && !cards[1].is_default);
        assert_eq!(cards[1].token_no.as_str(), "10004053463");
        assert!(answer(json!({})).cards().unwrap().is_empty());
    }

    #[test]
    fn booked_fees_have_names_of_their_own() {
        for payer in ["out_cash_huifuid", "out_fee_huifuid"] {
            let list = json!([
                {"cash_type": "D1", "switch_state": "1", "fix_amt": "1.00", "fee_rate": "0.05",
                 "weekday_fix_amt": "0.50", "out_cash_flag": "1", payer: "6666000000000001",
                 "out_cash_acct_type": "01"},
                {"cash_type": "T1", "switch_state": "0", "fee_rate": 1.5},
                {"cash_type": "T0", "fix_amt": "1.00"},
            ]);
            let rules = answer(json!({"qry_cash_config_list": list.to_string()}));
            let rules = rules.cash_rules().unwrap();
            let (cash_type, d1) = &rules[0];
            assert_eq!(
                (*cash_type, d1.fix.get(), d1.rate.get()),
                (CashType::D1, 100, 5)
            );
            assert_eq!(d1.weekday_fix.map(Fen::get), Some(50));
            assert_eq!((d1.bearer, d1.open), (FeeBearer::Outer, true));
            assert_eq!(d1.payer.as_ref().unwrap().as_str(), "6666000000000001");
            let (cash_type, t1) = &rules[1];
            assert_eq!(
                (*cash_type, t1.rate.get(), t1.open),
                (CashType::T1, 150, false)
            );
            assert_eq!(rules.len(), 2, "T0 is none of today's types");
        }
        let broken = answer(json!({"qry_cash_config_list": "[{"}));
        assert!(broken.cash_rules().is_err());
    }
}
