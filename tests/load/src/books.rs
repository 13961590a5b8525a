//! Reads the books of a run: our rows, Huifu's payments, the partners' notices.

use anyhow::{Context as _, Result, ensure};
use contract::withdrawal::State;
use jiff::Timestamp;
use sandbox::huifu::BookSnapshot;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::ledger::{Books, Entry, Heard, Payment, Row};
use crate::system::System;

const ROWS: &str = "\
-- load.rows
select id, out_order_no, state, amount_fen, accepted_at,
       array(select req_seq_id from attempts where withdrawal_id = withdrawals.id) as serials,
       (select notices.state from notices
         where withdrawal_id = withdrawals.id order by sequence desc limit 1) as notice
  from withdrawals";

/// What `/admin/book` says besides the book.
#[derive(Deserialize)]
struct Book {
    #[serde(flatten)]
    book: BookSnapshot,
    audit: Vec<String>,
}

/// One element of `/notices.json`, as far as the ledger asks.
#[derive(Deserialize)]
struct Notice {
    order_id: String,
    status: String,
    accepted: bool,
    received_at: Timestamp,
    verdict: Verdict,
}

#[derive(Deserialize)]
struct Verdict {
    signature_holds: bool,
    problems: Vec<String>,
}

/// Everything that was written down anywhere about what was sent.
pub(crate) async fn read(system: &System, entries: Vec<Entry>) -> Result<Books> {
    let mut books = Books {
        entries,
        rows: rows(system).await?,
        payments: payments(system).await?,
        heard: Vec::new(),
    };
    for url in &system.partner_urls {
        let notices: Vec<Notice> = get(system, &format!("{url}/notices.json")).await?;
        books.heard.extend(notices.into_iter().map(heard));
    }
    Ok(books)
}

async fn rows(system: &System) -> Result<Vec<Row>> {
    let rows = system.sql.query(ROWS, &[]).await?;
    let rows = rows.iter().map(|row| {
        let state: String = row.try_get("state")?;
        let out_order_no: Option<String> = row.try_get("out_order_no")?;
        Ok(Row {
            order_id: row.try_get("id")?,
            out_order_no: out_order_no.unwrap_or_default(),
            state: State::from_name(&state).context("an unknown state")?,
            amount: row.try_get("amount_fen")?,
            accepted_at: row.try_get("accepted_at")?,
            serials: row.try_get("serials")?,
            notice: row.try_get("notice")?,
        })
    });
    rows.collect()
}

async fn payments(system: &System) -> Result<Vec<Payment>> {
    let url = format!("{}/admin/book", system.huifu_url);
    let Book { book, audit } = get(system, &url).await?;
    ensure!(audit.is_empty(), "Huifu's book is not sound: {audit:?}");
    ensure!(book.forgotten == 0, "Huifu's book was full");
    let payments = book.payments.into_iter().map(|payment| Payment {
        executions: payment.executions,
        amount: payment.cash_amt.0,
        paid: payment.is_paid(),
        received_at: payment.received_at,
        final_sent_at: payment
            .callbacks
            .iter()
            .find(|one| one.msg_type == "01")
            .map(|one| one.sent_at),
        serial: payment.key.req_seq_id,
    });
    Ok(payments.collect())
}

fn heard(notice: Notice) -> Heard {
    Heard {
        order_id: notice.order_id,
        good: notice.verdict.signature_holds && notice.verdict.problems.is_empty(),
        accepted: notice.accepted,
        status: notice.status,
        received_at: notice.received_at,
    }
}

async fn get<T: DeserializeOwned>(system: &System, url: &str) -> Result<T> {
    let answer = system.http.get(url).send().await?.error_for_status()?;
    serde_json::from_slice(&answer.bytes().await?).with_context(|| format!("cannot read {url}"))
}
