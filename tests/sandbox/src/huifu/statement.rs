//! 对账单查询, the statement files of withdrawals (huifu-api.md §3.6).
//!
//! `file_date` is the day after the one a file tells of, and until then there is only a task that
//! has not begun. A line stands in the file of the day its end became known, not of the day of
//! its request. The columns of Huifu's own file are not known; `file::HEADER` is ours.

mod change;
mod file;

pub use change::StatementChange;
pub use file::{LineStatus, StatementLine};

use crate::clock;
use crate::connection::Peer;
use crate::huifu::answer::{self, Data};
use crate::huifu::asked::Inquiry;
use crate::huifu::fault::Asked;
use crate::huifu::interfaces::send_body;
use crate::huifu::operation::Operation;
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::script::{Money, Script};
use crate::huifu::table::{Field, Kind, may, must};
use crate::huifu::world::World;
use axum::extract::{ConnectInfo, Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::civil::Date;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A file may be asked for so often on one day (huifu-api.md §3.6).
const QUERIES_A_DAY: u32 = 3;

const BILL_TYPE: &str = "WITHDRAWAL_BILL";

pub(crate) const TABLE: &[Field] = &[
    must("req_date", 8, Kind::Day),
    must("req_seq_id", 128, Kind::Text),
    must("huifu_id", 18, Kind::Text),
    must("file_date", 8, Kind::Day),
    may("bill_type", 128, Kind::Text),
];

/// What is known about files besides the book.
#[derive(Default)]
pub(crate) struct Statements {
    changes: BTreeMap<Date, Vec<StatementChange>>,
    held: BTreeSet<Date>,
    /// Who may fetch what under which file_id: the day and, unless it is the channel, the member.
    files: BTreeMap<String, (Date, Option<String>)>,
    asked: BTreeMap<(Date, String, Date), u32>,
}

impl Statements {
    pub(crate) fn change(&mut self, day: Date, change: StatementChange) {
        self.changes.entry(day).or_default().push(change);
    }

    pub(crate) fn restore(&mut self, day: Date) {
        self.changes.remove(&day);
    }

    /// Keeps the file of a day from being ready, or lets it go.
    pub(crate) fn hold(&mut self, day: Date, held: bool) {
        if held {
            self.held.insert(day);
        } else {
            self.held.remove(&day);
        }
    }

    fn may_ask(&mut self, today: Date, huifu_id: &str, file_date: Date) -> bool {
        let times = self
            .asked
            .entry((today, huifu_id.to_owned(), file_date))
            .or_default();
        *times += 1;
        *times <= QUERIES_A_DAY
    }
}

/// The CSV text of a day, of one member or of all.
pub(crate) fn text(world: &World, day: Date, huifu_id: Option<&str>) -> String {
    let mut lines = file::lines(&world.book(), day);
    if let Some(changes) = world.statements().changes.get(&day) {
        for one in changes {
            change::apply(&mut lines, one);
        }
    }
    lines.retain(|line| huifu_id.is_none_or(|huifu_id| huifu_id == line.huifu_id));
    file::csv(&lines)
}

pub(crate) fn tell(inquiry: &Inquiry<'_>) -> Result<Data, Refusal> {
    let (world, asked) = (inquiry.world, inquiry.values);
    let huifu_id = asked.get("huifu_id").unwrap_or_default();
    let is_channel = huifu_id == world.gateway.sys_id;
    if !is_channel && world.register().member(huifu_id).is_none() {
        return Err(Known::MERCHANT_MISSING.into());
    }
    let mut data = answer::data("00000000", "处理成功");
    data.extend([
        ("file_details", "[]".to_owned()),
        ("task_details", "[]".to_owned()),
    ]);
    if asked
        .get("bill_type")
        .is_some_and(|wanted| wanted != BILL_TYPE)
    {
        return Ok(data);
    }
    let text = asked.get("file_date").unwrap_or_default();
    let file_date = Date::strptime("%Y%m%d", text)
        .map_err(|_| Refusal::new("10000000", "无效参数[file_date]"))?;
    let day = file_date
        .yesterday()
        .map_err(|_| Refusal::new("10000000", "无效参数[file_date]"))?;
    let mut statements = world.statements();
    if !statements.may_ask(world.today(), huifu_id, file_date) {
        return Err(Known::TOO_FREQUENT.into());
    }
    if file_date > world.today() || statements.held.contains(&day) {
        let begun = if file_date > world.today() { "I" } else { "P" };
        let task = json!([{"task_stat": begun, "data_date": compact(day)}]);
        data.insert("task_details", task.to_string());
        return Ok(data);
    }
    let file_id = uuid::Uuid::new_v4().to_string();
    let owner = (!is_channel).then(|| huifu_id.to_owned());
    statements.files.insert(file_id.clone(), (day, owner));
    let at = clock::beijing_seconds(world.now());
    let task = json!([{"task_stat": "S", "data_date": compact(day), "task_start_time": at,
        "task_end_time": at}]);
    let details = json!([{
        "file_date": text, "file_id": file_id, "huifu_id": huifu_id, "bill_type": BILL_TYPE,
        "file_name": format!("{}_{huifu_id}_{BILL_TYPE}.csv", compact(day)),
        "download_url": format!("{}/files/{file_id}", inquiry.origin),
    }]);
    data.insert("task_details", task.to_string());
    data.insert("file_details", details.to_string());
    Ok(data)
}

/// The file behind a download_url.
pub(crate) async fn download(
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path(file_id): Path<String>,
) -> Response {
    let found = world.statements().files.get(&file_id).cloned();
    let asked = Asked::about(Operation::StatementFile, &file_id);
    let script = Script::of(&world.faults().take(&asked));
    let (day, owner) = match (found, &script.money) {
        (Some(found), Money::Pay | Money::Swallow) => found,
        (Some(_) | None, _) => return StatusCode::NOT_FOUND.into_response(),
    };
    let body = text(&world, day, owner.as_deref());
    let csv = |body: String| {
        let kind = [(header::CONTENT_TYPE, "text/csv;charset=UTF-8")];
        (kind, body).into_response()
    };
    send_body(&world, &peer, body, csv, script.reply).await
}

/// yyyyMMdd.
fn compact(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}
