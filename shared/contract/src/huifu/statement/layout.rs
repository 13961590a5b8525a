//! How a statement file is laid out: which column is what, and which word means which state.
//!
//! Told as JSON; what is left out is as in our sandbox's file. A column that may be missing is
//! switched off with `null`. The whole of it:
//!
//! ```
//! use contract::huifu::statement::StatementLayout;
//!
//! let sandbox: StatementLayout = r#"{
//!     "delimiter": ",",
//!     "columns": {
//!         "req_seq_id": "请求流水号", "req_date": "请求日期", "huifu_id": "商户号",
//!         "cash_amt": "取现金额", "state": "交易状态",
//!         "hf_seq_id": "全局流水号", "fee_amt": "手续费金额"
//!     },
//!     "states": {
//!         "paid": ["成功"], "failed": ["失败"], "returned": ["退汇"], "processing": ["处理中"]
//!     }
//! }"#.parse().unwrap();
//! assert_eq!(sandbox, StatementLayout::default());
//! let other = r#"{"delimiter": "|", "columns": {"cash_amt": "amount", "fee_amt": null}}"#;
//! let other: StatementLayout = other.parse().unwrap();
//! assert_ne!(other, sandbox);
//! ```

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::Deserialize;

use super::LineState;

/// How to read a statement file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatementLayout {
    delimiter: String,
    pub(super) columns: Columns,
    states: States,
}

/// What each column is called in the header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Columns {
    pub(super) req_seq_id: String,
    pub(super) req_date: String,
    pub(super) huifu_id: String,
    pub(super) cash_amt: String,
    pub(super) state: String,
    pub(super) hf_seq_id: Option<String>,
    pub(super) fee_amt: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct States {
    paid: Vec<String>,
    failed: Vec<String>,
    returned: Vec<String>,
    processing: Vec<String>,
}

/// Why a text is not a layout.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// Not JSON of this form.
    #[error("not a layout: {0}")]
    Form(serde_json::Error),
    /// Not one character that can stand between values.
    #[error("the delimiter is one ASCII character, neither letter, digit, quotation mark nor dot")]
    Delimiter,
    /// A column without a name, or two of the same.
    #[error("every column has a name of its own")]
    Columns,
    /// A word that means two states, or none.
    #[error("every state but processing has a word, and every word means one state")]
    States,
}

impl Default for StatementLayout {
    fn default() -> Self {
        Self {
            delimiter: ",".to_owned(),
            columns: Columns::default(),
            states: States::default(),
        }
    }
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            req_seq_id: "请求流水号".to_owned(),
            req_date: "请求日期".to_owned(),
            huifu_id: "商户号".to_owned(),
            cash_amt: "取现金额".to_owned(),
            state: "交易状态".to_owned(),
            hf_seq_id: Some("全局流水号".to_owned()),
            fee_amt: Some("手续费金额".to_owned()),
        }
    }
}

impl Default for States {
    fn default() -> Self {
        let one = |word: &str| vec![word.to_owned()];
        Self {
            paid: one("成功"),
            failed: one("失败"),
            returned: one("退汇"),
            processing: one("处理中"),
        }
    }
}

impl StatementLayout {
    /// What stands between two values.
    pub(super) fn delimiter(&self) -> u8 {
        *self
            .delimiter
            .as_bytes()
            .first()
            .expect("a layout was checked when it was read")
    }

    /// The state that this word means.
    pub(super) fn state(&self, word: &str) -> Option<LineState> {
        let means = |state: &LineState| self.states.words(*state).iter().any(|one| one == word);
        LineState::ALL.into_iter().find(means)
    }

    fn check(&self) -> Result<(), LayoutError> {
        let delimits = |byte: u8| {
            (byte.is_ascii_punctuation() || byte == b'\t') && byte != b'"' && byte != b'.'
        };
        if !matches!(self.delimiter.as_bytes(), [byte] if delimits(*byte)) {
            return Err(LayoutError::Delimiter);
        }
        let columns = self.columns.names();
        let own: BTreeSet<&str> = columns.iter().copied().collect();
        if own.len() != columns.len() || own.contains("") {
            return Err(LayoutError::Columns);
        }
        let of = |state| self.states.words(state);
        let words: Vec<&String> = LineState::ALL.into_iter().flat_map(of).collect();
        let own: BTreeSet<&str> = words.iter().map(|word| word.as_str()).collect();
        let ends = [LineState::Paid, LineState::Failed, LineState::Returned];
        let told = ends.into_iter().all(|state| !of(state).is_empty());
        if own.len() != words.len() || own.contains("") || !told {
            return Err(LayoutError::States);
        }
        Ok(())
    }
}

impl Columns {
    fn names(&self) -> Vec<&str> {
        let always = [
            &self.req_seq_id,
            &self.req_date,
            &self.huifu_id,
            &self.cash_amt,
            &self.state,
        ];
        let maybe = [&self.hf_seq_id, &self.fee_amt].into_iter().flatten();
        always
            .into_iter()
            .chain(maybe)
            .map(String::as_str)
            .collect()
    }
}

impl States {
    fn words(&self, state: LineState) -> &[String] {
        match state {
            LineState::Paid => &self.paid,
            LineState::Failed => &self.failed,
            LineState::Returned => &self.returned,
            LineState::Processing => &self.processing,
        }
    }
}

impl FromStr for StatementLayout {
    type Err = LayoutError;

    fn from_str(text: &str) -> Result<Self, LayoutError> {
        let layout: Self = serde_json::from_str(text).map_err(LayoutError::Form)?;
        layout.check()?;
        Ok(layout)
    }
}
