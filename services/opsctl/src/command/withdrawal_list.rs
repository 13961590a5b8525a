//! `opsctl withdrawal find` and `stuck`: withdrawals by what a person knows of them, and those that
//! do not move.

use anyhow::anyhow;
use clap::{Args, value_parser};
use contract::ids::WithdrawalId;
use contract::money::Fen;
use contract::withdrawal::State;
use jiff::{SignedDuration, Timestamp};
use runtime::clock;
use store::Connection;
use store::withdrawals::{self, Search, Waiting};

use crate::beijing;
use crate::exit::WrongUsage;
use crate::output::{Report, Rows, or_dash};
use crate::withdrawals as listing;

/// How far back is looked where nobody says since when, and no number: a month.
const USUAL: SignedDuration = SignedDuration::from_hours(31 * 24);

const STUCK_LIMIT: i64 = 1000;

#[derive(Debug, Args)]
pub(crate) struct Find {
    /// Any number that names it: order_id, out_order_no, an attempt's req_seq_id, a notice_id
    number: Option<String>,
    /// Only those of this partner
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// Only those of this user, by the id here or at the partner
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Only those that stand there: accepted, unconfirmed, paid, …
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<State>,
    /// Only those opened at this time or later: a time, or how long ago, as 2h
    /// [default: 31d without a number]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only those opened before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only those of this amount or more, in yuan
    #[arg(long, value_name = "YUAN")]
    amount_from: Option<Fen>,
    /// Only those of this amount or less, in yuan
    #[arg(long, value_name = "YUAN")]
    amount_to: Option<Fen>,
    /// Only those older than this one, for the next page
    #[arg(long, value_name = "ORDER_ID")]
    before: Option<WithdrawalId>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

#[derive(Debug, Args)]
pub(crate) struct StuckArguments {
    /// For how long, such as 10m or 2h
    #[arg(long, value_name = "TIME", default_value = "10m")]
    older_than: SignedDuration,
    /// Only those of this partner
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// Only those that stand there: accepted, dispatching, submitted or unconfirmed
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<State>,
}

pub(crate) async fn find(connection: &Connection, find: &Find) -> anyhow::Result<Report> {
    let search = find.search(connection, clock::now()).await?;
    let page = listing::find(connection, &search, find.limit).await?;
    let rows = page.withdrawals.iter().map(|one| {
        vec![
            one.order_id.to_string(),
            one.partner_id.clone(),
            or_dash(&one.out_order_no),
            one.htouhui_user_id.clone(),
            one.money.clone(),
            marked(one.state, one.held),
            beijing::shown(one.created_at),
            beijing::shown_optional(one.terminal_at),
        ]
    });
    let rows = rows.collect();
    let report = Report::new(&page).rows(Rows {
        title: String::new(),
        head: vec![
            "ORDER_ID",
            "PARTNER",
            "OUT_ORDER_NO",
            "USER",
            "YUAN",
            "STATE",
            "OPENED",
            "ENDED",
        ],
        rows,
        when_empty: "No such withdrawals.",
    });
    Ok(match page.next {
        Some(last) => report.hint(format!("There are more: --before {last}")),
        None => report,
    })
}

pub(crate) async fn stuck(
    connection: &Connection,
    arguments: &StuckArguments,
) -> anyhow::Result<Report> {
    let now = clock::now();
    let waiting = Waiting {
        before: now.checked_sub(arguments.older_than)?,
        partner: arguments.partner.clone(),
        state: arguments.state,
    };
    let stuck = listing::stuck(connection, &waiting, STUCK_LIMIT).await?;
    let rows = stuck.iter().map(|one| {
        vec![
            one.order_id.to_string(),
            one.partner_id.clone(),
            marked(one.state, one.held),
            beijing::shown(one.since),
            beijing::age(now, one.since),
            one.helps.clone(),
        ]
    });
    let rows = rows.collect();
    Ok(Report::new(&stuck).rows(Rows {
        title: String::new(),
        head: vec!["ORDER_ID", "PARTNER", "STATE", "SINCE", "AGE", "HELPS"],
        rows,
        when_empty: "Every open withdrawal has moved lately.",
    }))
}

impl Find {
    async fn search(&self, connection: &Connection, now: Timestamp) -> anyhow::Result<Search> {
        let moment = |text: &Option<String>| {
            let read = text.as_deref().map(|text| beijing::moment(now, text));
            read.transpose()
        };
        let before = match &self.before {
            None => None,
            Some(id) => {
                let last = withdrawals::find(connection, id).await?;
                let last = last.ok_or_else(|| anyhow!("there is no withdrawal {id}"))?;
                Some((last.created_at, id.clone()))
            }
        };
        let usual = self.number.is_none().then(|| now.checked_sub(USUAL));
        Ok(Search {
            number: self.number.clone(),
            partner: self.partner.clone(),
            user: self.user.clone(),
            state: self.state,
            since: moment(&self.since)?.or(usual.transpose()?),
            until: moment(&self.until)?,
            amount_from: self.amount_from,
            amount_to: self.amount_to,
            before,
        })
    }
}

fn marked(state: &str, held: bool) -> String {
    if held {
        format!("{state} (held)")
    } else {
        state.to_owned()
    }
}

fn state(name: &str) -> Result<State, WrongUsage> {
    let known = State::ALL.map(State::as_str).join(", ");
    State::from_name(name).ok_or_else(|| WrongUsage(format!("a withdrawal is one of: {known}")))
}
