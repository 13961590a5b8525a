//! 出金交易查询, the query (huifu-api.md §3.2): tells the truth of the book.
//!
//! The letter is called `trans_status` here and `trans_stat` in the withdrawal's answer; that is
//! Huifu's spelling, not ours.

use crate::huifu::answer::{self, Data};
use crate::huifu::book::Book;
use crate::huifu::fields::{BadField, date, optional, required};
use crate::huifu::payment::{Payment, PaymentKey, PaymentStatus};
use crate::huifu::rule_r::Members;
use crate::huifu::script::{Money, Script};

/// The request, fields checked.
pub(crate) struct Request {
    pub(crate) huifu_id: String,
    pub(crate) org_req_date: String,
    pub(crate) org_req_seq_id: Option<String>,
    org_hf_seq_id: Option<String>,
}

impl Request {
    pub(crate) fn read(members: &Members<'_>) -> Result<Self, BadField> {
        let request = Self {
            huifu_id: required(members, "huifu_id", 32)?,
            org_req_date: date(required(members, "org_req_date", 8)?, "org_req_date")?,
            org_req_seq_id: optional(members, "org_req_seq_id", 128)?,
            org_hf_seq_id: optional(members, "org_hf_seq_id", 128)?,
        };
        if request.org_req_seq_id.is_none() && request.org_hf_seq_id.is_none() {
            return Err(BadField::new(
                "org_req_seq_id",
                "与org_hf_seq_id不能同时为空",
            ));
        }
        Ok(request)
    }

    fn find<'a>(&self, book: &'a Book) -> Option<&'a Payment> {
        let payment = match (&self.org_req_seq_id, &self.org_hf_seq_id) {
            (Some(serial), _) => book.payment(&PaymentKey {
                huifu_id: self.huifu_id.clone(),
                req_date: self.org_req_date.clone(),
                req_seq_id: serial.clone(),
            }),
            (None, Some(hf_seq_id)) => book.payment_by_hf_seq_id(hf_seq_id),
            (None, None) => None,
        };
        payment.filter(|payment| {
            payment.key.huifu_id == self.huifu_id && payment.key.req_date == self.org_req_date
        })
    }
}

fn answer(book: &Book, request: &Request) -> Data {
    let Some(payment) = request.find(book) else {
        return answer::data("23000001", "原交易不存在");
    };
    let mut data = answer::data("00000000", "处理成功");
    let trans_desc = match payment.status {
        PaymentStatus::Processing => "处理中",
        PaymentStatus::Succeeded => "交易成功",
        PaymentStatus::Failed => "交易失败",
    };
    data.extend([
        ("cash_amt", payment.cash_amt.to_string()),
        ("fee_amt", payment.fee_amt.to_string()),
        ("org_hf_seq_id", payment.hf_seq_id.clone()),
        ("org_req_date", payment.key.req_date.clone()),
        ("org_req_seq_id", payment.key.req_seq_id.clone()),
        (
            "re_exchange",
            if payment.re_exchange { "Y" } else { "N" }.to_owned(),
        ),
        ("trans_desc", trans_desc.to_owned()),
        ("trans_status", payment.status.letter().to_owned()),
    ]);
    data
}

/// The answer, with the money part of a script left out: a query moves none.
pub(crate) fn answer_as_scripted(book: &Book, request: &Request, script: &Script) -> Data {
    match &script.money {
        Money::Refuse { resp_code, .. } => answer::data(resp_code, "查询失败"),
        Money::Pay | Money::Swallow | Money::CallItShort | Money::FailAtOnce => {
            answer(book, request)
        }
    }
}
