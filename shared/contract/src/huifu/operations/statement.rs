//! Where Huifu's statement files lie (huifu-api.md §3.6). At most three questions a day.
//!
//! What stands in a file is another matter: its columns are a setting.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::nested::{NestedError, nested, read};
use super::request::short_huifu_id;
use crate::huifu::field::received;
use crate::huifu::{LimitError, ReqDate};
use crate::ids::{HuifuId, ReqSeqId};

/// Which statement: `bill_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BillType {
    /// 交易.
    Trade,
    /// 分账.
    Split,
    /// 出金: withdrawals.
    Withdrawal,
    /// 结算.
    Settle,
    /// 用户结算.
    SettleUser,
    /// 结算资金.
    SettleFund,
    /// 合并.
    Merge,
}

impl BillType {
    /// Huifu's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trade => "TRADE_BILL",
            Self::Split => "SPLIT_BILL",
            Self::Withdrawal => "WITHDRAWAL_BILL",
            Self::Settle => "SETTLE_BILL",
            Self::SettleUser => "SETTLE_USER_BILL",
            Self::SettleFund => "SETTLE_FUND_BILL",
            Self::Merge => "MERGE_BILL",
        }
    }
}

/// The `data` of a question for statement files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementQuery {
    req_date: ReqDate,
    req_seq_id: ReqSeqId,
    huifu_id: String,
    file_date: ReqDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill_type: Option<&'static str>,
}

impl StatementQuery {
    /// Where it goes.
    pub const PATH: &'static str = "/v2/trade/check/filequery";

    /// Asks for the files of `file_date`, which is the day after the one they tell of; without a
    /// type, for all of them.
    pub fn new(
        req_seq_id: ReqSeqId,
        req_date: ReqDate,
        huifu_id: &HuifuId,
        file_date: ReqDate,
        bill_type: Option<BillType>,
    ) -> Result<Self, LimitError> {
        Ok(Self {
            req_date,
            req_seq_id,
            huifu_id: short_huifu_id("huifu_id", huifu_id)?,
            file_date,
            bill_type: bill_type.map(BillType::as_str),
        })
    }
}

/// The `data` of its answer. Its `Debug` leaves out where the files lie.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StatementAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// The files; see [`Self::files`].
    #[serde(deserialize_with = "nested")]
    pub file_details: Option<String>,
    /// What is being made; see [`Self::tasks`].
    #[serde(deserialize_with = "nested")]
    pub task_details: Option<String>,
}

/// A file that can be fetched. The address is a secret while it is good, so `Debug` leaves it out.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StatementFile {
    /// The day after the one it tells of.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub file_date: Option<String>,
    /// Huifu's number of it.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub file_id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "received::<_, 256>")]
    pub file_name: Option<String>,
    /// Whose it is.
    #[serde(deserialize_with = "received::<_, 32>")]
    pub huifu_id: Option<String>,
    /// What it tells of; see [`BillType::as_str`].
    #[serde(deserialize_with = "received::<_, 128>")]
    pub bill_type: Option<String>,
    /// Where it lies.
    #[serde(deserialize_with = "received::<_, 2048>")]
    pub download_url: Option<String>,
}

/// The making of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StatementTask {
    /// How far it is; see [`Self::state`].
    #[serde(deserialize_with = "received::<_, 2>")]
    pub task_stat: Option<String>,
    /// The day it tells of.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub data_date: Option<String>,
    /// When it began.
    #[serde(deserialize_with = "received::<_, 32>")]
    pub task_start_time: Option<String>,
    /// When it ended.
    #[serde(deserialize_with = "received::<_, 32>")]
    pub task_end_time: Option<String>,
}

/// How far the making of a file is: `task_stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// I: not begun.
    Initial,
    /// P, DP, FP: at work.
    Processing,
    /// F.
    Failed,
    /// S: the file is there.
    Done,
}

impl StatementTask {
    /// How far it is, if it says so in a word we know.
    pub fn state(&self) -> Option<TaskState> {
        match self.task_stat.as_deref()? {
            "I" => Some(TaskState::Initial),
            "P" | "DP" | "FP" => Some(TaskState::Processing),
            "F" => Some(TaskState::Failed),
            "S" => Some(TaskState::Done),
            _ => None,
        }
    }
}

impl StatementAnswer {
    /// The files that can be fetched.
    pub fn files(&self) -> Result<Vec<StatementFile>, NestedError> {
        read("file_details", self.file_details.as_deref())
    }

    /// What is being made.
    pub fn tasks(&self) -> Result<Vec<StatementTask>, NestedError> {
        read("task_details", self.task_details.as_deref())
    }
}

impl fmt::Debug for StatementAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StatementAnswer")
            .field("resp_code", &self.resp_code)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StatementFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StatementFile")
            .field("file_id", &self.file_id)
            .field("file_name", &self.file_name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_tasks_are_read_from_strings_and_from_lists() {
        let list = r#"[{"file_date":"20261124","file_id":"1","file_name":"a.zip","huifu_id":"6666","bill_type":"WITHDRAWAL_BILL","download_url":"https://a.example/x?y=z","size":3}]"#;
        let tasks =
            r#"[{"task_stat":"DP","data_date":"20261123"},{"task_stat":"S"},{"task_stat":"Q"}]"#;
        let printed = serde_json::json!({"resp_code": "00000000", "file_details": list, "task_details": tasks});
        let native =
            format!(r#"{{"resp_code":"00000000","file_details":{list},"task_details":{tasks}}}"#);
        for text in [printed.to_string(), native] {
            let answer: StatementAnswer = serde_json::from_str(&text).unwrap();
            let files = answer.files().unwrap();
            assert_eq!(
                files[0].bill_type.as_deref(),
                Some(BillType::Withdrawal.as_str())
            );
            assert_eq!(
                files[0].download_url.as_deref(),
                Some("https://a.example/x?y=z")
            );
            assert!(!format!("{answer:?} {files:?}").contains("a.example"));
            let states: Vec<_> = answer
                .tasks()
                .unwrap()
                .iter()
                .map(StatementTask::state)
                .collect();
            assert_eq!(
                states,
                [Some(TaskState::Processing), Some(TaskState::Done), None]
            );
        }
        let none: StatementAnswer = serde_json::from_str(r#"{"file_details":null}"#).unwrap();
        assert!(none.files().unwrap().is_empty() && none.tasks().unwrap().is_empty());
        let broken: StatementAnswer = serde_json::from_str(r#"{"file_details":"[{"}"#).unwrap();
        assert!(broken.files().is_err());
    }

    #[test]
    fn a_question_is_about_the_day_after_the_one_it_tells_of() {
        let query = StatementQuery::new(
            "A01KASGXE00000000000000000A".parse().unwrap(),
            "20261124".parse().unwrap(),
            &"6666".parse().unwrap(),
            "20261124".parse().unwrap(),
            Some(BillType::Withdrawal),
        );
        let printed = serde_json::to_string(&query.unwrap()).unwrap();
        let end = r#""huifu_id":"6666","file_date":"20261124","bill_type":"WITHDRAWAL_BILL"}"#;
        assert!(printed.ends_with(end), "{printed}");
    }
}
