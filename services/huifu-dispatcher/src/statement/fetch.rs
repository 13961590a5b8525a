//! The question for a statement, and the way to its file.

use contract::huifu::ReqDate;
use contract::huifu::code::RespClass;
use contract::huifu::operations::{
    BillType, StatementAnswer, StatementFile, StatementQuery, TaskState,
};
use jiff::{Timestamp, ToSpan as _};
use runtime::ids;
use store::statements::Key;

use super::Statements;
use crate::huifu::{Room, SendError};

/// One file a day is what is documented; a few are not refused.
const MOST_FILES: usize = 16;

/// What came of a question.
pub(super) enum Fetched {
    /// The day's files: one as a rule, none if Huifu has nothing to say of the day.
    Files(Vec<Vec<u8>>),
    /// It is to be asked for again, because of this.
    NotYet(String),
    /// There is something, and it will be the same tomorrow: a person must look.
    Unusable(String),
}

impl Fetched {
    /// A short name for metrics and logs.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Files(_) => "files",
            Self::NotYet(_) => "not_yet",
            Self::Unusable(_) => "unusable",
        }
    }
}

impl Statements {
    pub(super) async fn fetch(&self, room: &Room, key: &Key, now: Timestamp) -> Fetched {
        let answer = match self.question(room, key, now).await {
            Ok(answer) => answer,
            Err(trouble) => return Fetched::NotYet(trouble),
        };
        let code = answer.resp_code.as_deref().unwrap_or_default();
        if RespClass::of(code) != RespClass::Accepted {
            return Fetched::NotYet(format!("Huifu answered {code}"));
        }
        let files = match answer.files() {
            Ok(files) => files,
            Err(_) => return Fetched::NotYet("Huifu's list of files cannot be read".to_owned()),
        };
        let urls: Vec<&str> = files.iter().filter_map(|file| url(file, key)).collect();
        if urls.len() > MOST_FILES {
            return Fetched::Unusable(format!("{} files for one day", urls.len()));
        }
        if urls.is_empty() {
            return without_files(&answer);
        }
        self.downloader.all(&urls).await
    }

    async fn question(
        &self,
        room: &Room,
        key: &Key,
        now: Timestamp,
    ) -> Result<StatementAnswer, String> {
        let file_date = ReqDate::of(key.day.saturating_add(1.day()));
        let query = StatementQuery::new(
            ids::new_req_seq_id(),
            ReqDate::at(now),
            &key.member,
            file_date,
            Some(BillType::Withdrawal),
        );
        let query = query.map_err(|error| error.to_string())?;
        let asked = self.huifu.call(room, StatementQuery::PATH, &query).await;
        asked.map_err(|error: SendError| match error.code() {
            Some(code) => format!("{} {code}", error.as_str()),
            None => error.as_str().to_owned(),
        })
    }
}

/// The address of a file that is the one asked for, as far as it says.
fn url<'a>(file: &'a StatementFile, key: &Key) -> Option<&'a str> {
    let bill = file.bill_type.as_deref();
    let file_date = ReqDate::of(key.day.saturating_add(1.day())).to_string();
    let is_ours = bill.is_none_or(|bill| bill == BillType::Withdrawal.as_str())
        && file
            .file_date
            .as_ref()
            .is_none_or(|date| *date == file_date);
    file.download_url.as_deref().filter(|_| is_ours)
}

/// A task that is done without a file is a day on which nobody withdrew. Should it mean something
/// else, our own payments of the day are missing in it, and that is a case.
fn without_files(answer: &StatementAnswer) -> Fetched {
    let Ok(tasks) = answer.tasks() else {
        return Fetched::NotYet("Huifu's list of tasks cannot be read".to_owned());
    };
    let states: Vec<Option<TaskState>> = tasks.iter().map(|task| task.state()).collect();
    if states.contains(&Some(TaskState::Failed)) {
        return Fetched::NotYet("Huifu could not make the file".to_owned());
    }
    let done = !states.is_empty() && states.iter().all(|state| *state == Some(TaskState::Done));
    if done {
        Fetched::Files(Vec::new())
    } else {
        Fetched::NotYet("the file is not ready".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Date;
    use serde_json::{Value, json};

    fn answer(files: Value, tasks: Value) -> StatementAnswer {
        let text = json!({
            "resp_code": "00000000", "file_details": files.to_string(),
            "task_details": tasks.to_string(),
        });
        serde_json::from_str(&text.to_string()).unwrap()
    }

    fn without(tasks: Value) -> &'static str {
        without_files(&answer(json!([]), tasks)).as_str()
    }

    #[test]
    fn only_a_task_that_is_done_makes_no_file_an_empty_one() {
        assert_eq!(without(json!([{ "task_stat": "S" }])), "files");
        assert_eq!(without(json!([])), "not_yet");
        for begun in ["I", "P", "DP", "FP", "F", "?", ""] {
            assert_eq!(
                without(json!([{ "task_stat": begun }])),
                "not_yet",
                "{begun}"
            );
        }
        let both = json!([{ "task_stat": "S" }, { "task_stat": "P" }]);
        assert_eq!(without(both), "not_yet");
    }

    #[test]
    fn a_file_of_another_day_or_kind_is_passed_over() {
        let key = Key {
            day: Date::constant(2026, 11, 21),
            member: "6666000000000001".parse().unwrap(),
        };
        let files = json!([
            { "download_url": "https://a/1", "file_date": "20261122", "bill_type": "WITHDRAWAL_BILL" },
            { "download_url": "https://a/2", "file_date": "20261121" },
            { "download_url": "https://a/3", "bill_type": "TRADE_BILL" },
            { "file_date": "20261122" },
        ]);
        let files = answer(files, json!([])).files().unwrap();
        let urls: Vec<_> = files.iter().filter_map(|file| url(file, &key)).collect();
        assert_eq!(urls, ["https://a/1"]);
    }
}
