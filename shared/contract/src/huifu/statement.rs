//! Huifu's statement file of withdrawals (对账单, bill type `WITHDRAWAL_BILL`), line by line.
//!
//! Its columns are not documented (huifu-api.md §3.6, §8). So nothing here knows a column by its
//! place: a [`StatementLayout`] says how the columns and the states are called, the default being
//! our sandbox's file, and the real layout is a setting the day it is known.
//!
//! A file is read whole or not at all. One that cannot be read names the line and the column of
//! the first trouble and never the value: lines hold card holders' business.

mod compared;
mod layout;
mod read;

pub use compared::Compared;
pub use layout::{LayoutError, StatementLayout};

use super::date::ReqDate;
use crate::money::Fen;

/// What Huifu says of one withdrawal, months later if need be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The attempt's serial; somebody else's may be longer than ours.
    pub req_seq_id: String,
    /// The attempt's day.
    pub req_date: ReqDate,
    /// Who withdrew.
    pub huifu_id: String,
    /// Huifu's serial; `None` where the layout has no such column or the line says nothing.
    pub hf_seq_id: Option<String>,
    /// How much.
    pub cash_amt: Fen,
    /// What it cost; `None` as for `hf_seq_id`.
    pub fee_amt: Option<Fen>,
    /// Where it stands.
    pub state: LineState,
}

/// Where a withdrawal stands according to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineState {
    /// 成功.
    Paid,
    /// 失败.
    Failed,
    /// 退汇: the bank sent the money back.
    Returned,
    /// 处理中: the file was written before the end.
    Processing,
}

impl LineState {
    /// Every state; compared with the database's list by a test.
    pub const ALL: [Self; 4] = [Self::Paid, Self::Failed, Self::Returned, Self::Processing];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Returned => "returned",
            Self::Processing => "processing",
        }
    }
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {problem}", column_shown(.column))]
pub struct StatementError {
    /// The line, counted from 1.
    pub line: u64,
    /// The column's name in the layout, if it is about one.
    pub column: Option<String>,
    /// What is wrong.
    pub problem: StatementProblem,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementProblem {
    /// The file is empty.
    #[error("there is no header")]
    NoHeader,
    /// The header lacks a column of the layout.
    #[error("the header has no such column")]
    MissingColumn,
    /// The header has a column of the layout twice.
    #[error("the header has this column more than once")]
    RepeatedColumn,
    /// A line with more or fewer values than the header.
    #[error("{found} values under a header of {expected}")]
    Columns {
        /// How many there are.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// A line that is longer than any good one: an open quotation mark, or no statement at all.
    #[error("longer than {MAX_LINE_BYTES} bytes")]
    LongLine,
    /// Bytes that are not UTF-8, or control characters.
    #[error("not plain text in UTF-8")]
    NotPlain,
    /// A value that must be there is not.
    #[error("empty")]
    Empty,
    /// A value beyond its limit.
    #[error("longer than {max} characters")]
    TooLong {
        /// The limit.
        max: usize,
    },
    /// Not an amount in yuan.
    #[error("not an amount in yuan such as 100.00")]
    Amount,
    /// Not a day.
    #[error("not a day such as 20261122 or 2026-11-22")]
    Day,
    /// A word for a state that the layout does not list.
    #[error("not a state that the layout lists")]
    State,
}

/// Eleven short columns fit many times over.
pub const MAX_LINE_BYTES: usize = 4096;

fn column_shown(column: &Option<String>) -> String {
    column
        .as_ref()
        .map_or_else(String::new, |name| format!(", column {name}"))
}

#[cfg(test)]
mod tests;
