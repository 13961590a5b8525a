//! The text of a callback and its form (huifu-api.md §4).
//!
//! Signed is the decoded text of `resp_data` as it stands, so the order of its members is free;
//! the outer resp_code says only that somebody called.

use crate::fen::Fen;
use crate::huifu::payment::Payment;
use crate::huifu::script::Lie;
use crate::keys::SigningKey;
use std::collections::BTreeMap;

/// A huifu_id that the register never gives out: it counts from a time long after 1970.
pub(crate) const FOREIGN_MEMBER: &str = "6666000000000001";

/// Which callback, and what it claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// 02: the account was debited. Not the end.
    Accounting,
    /// 01: on the card.
    FinalSuccess,
    /// 01: not on the card, money booked back.
    FinalFailure,
}

impl Message {
    pub(crate) fn msg_type(self) -> &'static str {
        match self {
            Self::Accounting => "02",
            Self::FinalSuccess | Self::FinalFailure => "01",
        }
    }

    pub(crate) fn trans_status(self) -> &'static str {
        match self {
            Self::Accounting => "P",
            Self::FinalSuccess => "S",
            Self::FinalFailure => "F",
        }
    }

    fn acct_and_channel_status(self) -> (&'static str, &'static str) {
        match self {
            Self::Accounting => ("S", "P"),
            Self::FinalSuccess => ("S", "S"),
            Self::FinalFailure => ("B", "F"),
        }
    }

    fn sub_resp(self) -> (&'static str, &'static str) {
        match self {
            Self::Accounting | Self::FinalSuccess => ("00000000", "处理成功"),
            Self::FinalFailure => ("90000000", "交易失败,渠道返回失败"),
        }
    }
}

/// The body to post, `application/x-www-form-urlencoded`.
pub(crate) fn form(
    payment: &Payment,
    message: Message,
    lie: Option<Lie>,
    key: &SigningKey,
) -> String {
    let text = resp_data(payment, message, lie);
    let sign = key.sign(text.as_bytes());
    let sent = match lie {
        Some(Lie::Altered) => resp_data(payment, message, Some(Lie::WrongAmount)),
        Some(Lie::WrongAmount | Lie::ForeignOrder | Lie::ForeignMember | Lie::Unsigned) | None => {
            text
        }
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("resp_code", "10000")
        .append_pair("resp_desc", "成功调用");
    if lie != Some(Lie::Unsigned) {
        form.append_pair("sign", &sign);
    }
    form.append_pair("resp_data", &sent).finish()
}

fn resp_data(payment: &Payment, message: Message, lie: Option<Lie>) -> String {
    let (acct_status, channel_status) = message.acct_and_channel_status();
    let (sub_resp_code, sub_resp_desc) = message.sub_resp();
    let cash_amt = match lie {
        Some(Lie::WrongAmount) => payment.cash_amt + Fen(1),
        Some(Lie::ForeignOrder | Lie::ForeignMember | Lie::Unsigned | Lie::Altered) | None => {
            payment.cash_amt
        }
    };
    let req_seq_id = match lie {
        Some(Lie::ForeignOrder) => format!("X{}", &payment.key.req_seq_id),
        Some(Lie::WrongAmount | Lie::ForeignMember | Lie::Unsigned | Lie::Altered) | None => {
            payment.key.req_seq_id.clone()
        }
    };
    let huifu_id = match lie {
        Some(Lie::ForeignMember) => FOREIGN_MEMBER.to_owned(),
        Some(Lie::WrongAmount | Lie::ForeignOrder | Lie::Unsigned | Lie::Altered) | None => {
            payment.key.huifu_id.clone()
        }
    };
    let members = BTreeMap::from([
        ("acct_id", payment.acct_id.clone()),
        ("acct_status", acct_status.to_owned()),
        ("cash_amt", cash_amt.to_string()),
        ("channel_status", channel_status.to_owned()),
        ("fee_amt", payment.fee_amt.to_string()),
        ("hf_seq_id", payment.hf_seq_id.clone()),
        ("huifu_id", huifu_id),
        ("msg_type", message.msg_type().to_owned()),
        ("req_date", payment.key.req_date.clone()),
        ("req_seq_id", req_seq_id),
        ("sub_resp_code", sub_resp_code.to_owned()),
        ("sub_resp_desc", sub_resp_desc.to_owned()),
        ("trans_status", message.trans_status().to_owned()),
        ("trans_type", "ENCHASHMENT".to_owned()),
    ]);
    serde_json::to_string(&members).expect("a map from strings to strings always has a JSON text")
}
