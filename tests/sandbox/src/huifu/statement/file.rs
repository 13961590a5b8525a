//! The lines of a statement file, and their text.

use crate::clock::{beijing_seconds, day_of};
use crate::fen::Fen;
use crate::huifu::book::Book;
use crate::huifu::payment::{Payment, PaymentStatus};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Our layout; UTF-8, a line feed after each line, nothing quoted.
pub(crate) const HEADER: &str = "交易日期,请求流水号,请求日期,全局流水号,商户号,账户号,\
                                 取现金额,手续费金额,取现类型,交易状态,完成时间";

/// Where a withdrawal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineStatus {
    /// 成功.
    Succeeded,
    /// 失败.
    Failed,
    /// 退汇: the bank sent the money back.
    Returned,
}

impl LineStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "成功",
            Self::Failed => "失败",
            Self::Returned => "退汇",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementLine {
    /// 交易日期, yyyyMMdd.
    pub trade_date: String,
    /// 请求流水号.
    pub req_seq_id: String,
    /// 请求日期, yyyyMMdd.
    pub req_date: String,
    /// 全局流水号.
    pub hf_seq_id: String,
    /// 商户号.
    pub huifu_id: String,
    /// 账户号.
    pub acct_id: String,
    /// 取现金额.
    pub cash_amt: Fen,
    /// 手续费金额.
    pub fee_amt: Fen,
    /// 取现类型.
    pub cash_type: String,
    /// 交易状态.
    pub status: LineStatus,
    /// 完成时间, yyyyMMddHHmmss.
    pub finished_at: String,
}

impl StatementLine {
    fn of(payment: &Payment, status: LineStatus, at: Timestamp) -> Self {
        Self {
            trade_date: beijing_seconds(at)[..8].to_owned(),
            req_seq_id: payment.key.req_seq_id.clone(),
            req_date: payment.key.req_date.clone(),
            hf_seq_id: payment.hf_seq_id.clone(),
            huifu_id: payment.key.huifu_id.clone(),
            acct_id: payment.acct_id.clone(),
            cash_amt: payment.cash_amt,
            fee_amt: payment.fee_amt,
            cash_type: payment.into_acct_date_type.clone(),
            status,
            finished_at: beijing_seconds(at),
        }
    }
}

/// What ended, and what came back, on that day in Beijing, oldest request first.
pub(super) fn lines(book: &Book, day: Date) -> Vec<StatementLine> {
    let on_day = |at: &Timestamp| day_of(*at) == day;
    let mut lines = Vec::new();
    for payment in book.payments_oldest_first() {
        let end = match payment.status {
            PaymentStatus::Processing => None,
            PaymentStatus::Succeeded => Some(LineStatus::Succeeded),
            PaymentStatus::Failed => Some(LineStatus::Failed),
        };
        if let (Some(end), Some(at)) = (end, payment.finished_at.filter(on_day)) {
            lines.push(StatementLine::of(payment, end, at));
        }
        if let Some(at) = payment.returned_at.filter(on_day) {
            lines.push(StatementLine::of(payment, LineStatus::Returned, at));
        }
    }
    lines
}

pub(super) fn csv(lines: &[StatementLine]) -> String {
    let mut text = format!("{HEADER}\n");
    for line in lines {
        let values = [
            &line.trade_date,
            &line.req_seq_id,
            &line.req_date,
            &line.hf_seq_id,
            &line.huifu_id,
            &line.acct_id,
            &line.cash_amt.to_string(),
            &line.fee_amt.to_string(),
            &line.cash_type,
            line.status.word(),
            &line.finished_at,
        ];
        text.push_str(&values.join(","));
        text.push('\n');
    }
    text
}
