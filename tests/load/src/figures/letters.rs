//! Dead letters by the hundred thousand: how long an operator waits for a list and its groups, and
//! how fast they go back.

mod requeue;

use std::time::Duration;

use anyhow::{Result, ensure};
use store::Store;
use store::dead_letters::{self, Filter};
use tokio::time::Instant;

use super::corner::Corner;
use super::rows::Rows;
use super::shops::Shops;
use super::{Line, Sheet};
use crate::machine::Machine;

/// To list and to group them.
const LISTED_WITHIN: Duration = Duration::from_secs(1);

/// Letters on a page.
const PAGE: i64 = 100;

/// Rows written in one statement.
const BATCH: usize = 10_000;

/// $1 the numbers of the notices. Five classes of failure, unevenly. With triggers: what a letter
/// knows of itself is written by them.
const DIE: &str = "\
-- load.die
insert into dead_letters (message_id, service, queue, exchange, routing_key, message_type,
                          correlation_id, reason, error_class, attempt_count, body, state,
                          first_failed_at, last_failed_at, created_at, updated_at, updated_by)
select gen_random_uuid(), 'partner-notifier', 'partner-notifier.notice-due', $2, $3, $4,
       'W' || lpad(number::text, 26, '0'), 'the partner did not take the notice',
       (array['timeout', 'connect', 'status', 'body', 'tls'])
           [1 + floor(power(random(), 2) * 5)::int], 16,
       convert_to(jsonb_build_object('notice_id', 'N' || lpad(number::text, 26, '0'),
                                     'withdrawal_id', 'W' || lpad(number::text, 26, '0'))::text,
                  'UTF8'),
       'open', now() - interval '1 day', now(), now(), now(), 'load: die'
  from unnest($1::bigint[]) as number";

/// How many.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Letters.
    pub letters: usize,
    /// Partners that they concern, in turn.
    pub partners: usize,
}

impl Bounds {
    /// What was promised.
    pub const FULL: Self = Self {
        letters: 100_000,
        partners: 24,
    };
    /// To see whether the bench works.
    pub const SMOKE: Self = Self {
        letters: 50,
        partners: 3,
    };
}

/// Writes them and asks.
///
/// # Errors
/// When something does not start, or letters are missing from an answer.
pub async fn run(bounds: Bounds, say: fn(&str)) -> Result<Sheet> {
    let corner = Corner::open().await?;
    say(&format!("writing {} dead letters", bounds.letters));
    write(&corner, &bounds).await?;
    let store = Store::new(corner.database_url(), 2, "load")?;
    say("listing and grouping");
    let mut lines = asked(&store, &bounds).await?;
    say("freezing and replaying");
    lines.extend(requeue::measured(&store, bounds.letters).await?);
    Ok(Sheet {
        title: format!("{} dead letters", bounds.letters),
        machine: Machine::ask(&corner.sql).await?,
        lines,
    })
}

async fn write(corner: &Corner, bounds: &Bounds) -> Result<()> {
    use contract::message::{Message as _, NoticeDue};
    use contract::topology::NOTIFY;
    let shops = Shops::open(bounds.partners).await?;
    let mut rows = Rows::register(corner.connect().await?, &shops).await?;
    let of_whom: Vec<usize> = (0..bounds.letters)
        .map(|one| one % bounds.partners)
        .collect();
    for batch in of_whom.chunks(BATCH) {
        let numbers = rows.ended(batch, "dead_lettered").await?;
        let (exchange, key) = (NOTIFY.exchange.name, NOTIFY.routing_key);
        let told: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&numbers, &exchange, &key, &NoticeDue::TYPE];
        corner.sql.execute(DIE, &told).await?;
    }
    Ok(())
}

async fn asked(store: &Store, bounds: &Bounds) -> Result<Vec<Line>> {
    let connection = store.connection().await?;
    let all = Filter::default();
    // What is measured is the answer, not the connection.
    dead_letters::page(&connection, &all, 0, 1).await?;

    let began = Instant::now();
    let page = dead_letters::page(&connection, &all, 0, PAGE).await?;
    let first = began.elapsed();
    let groups = dead_letters::groups(&connection, &all).await?;
    let both = began.elapsed();
    let counted = dead_letters::count(&connection, &all).await?;
    let counting = began.elapsed().saturating_sub(both);
    let grouped: i64 = groups.iter().map(|group| group.count).sum();
    ensure!(!page.is_empty(), "the page is empty");
    ensure!(
        usize::try_from(grouped)? == bounds.letters && grouped == counted.count,
        "{grouped} are in groups and {} are counted",
        counted.count
    );

    let filter = Filter {
        partner: Some("shop-1".to_owned()),
        class: Some("timeout".to_owned()),
        ..Filter::default()
    };
    let began = Instant::now();
    dead_letters::page(&connection, &filter, 0, PAGE).await?;
    dead_letters::count(&connection, &filter).await?;
    let filtered = began.elapsed();
    Ok(vec![
        Line::promised(
            "listed and grouped",
            millis(both),
            format!("within {LISTED_WITHIN:?}"),
            both <= LISTED_WITHIN,
        ),
        Line::told(format!("  a page of {PAGE}"), millis(first)),
        Line::told(
            format!("  {} groups", groups.len()),
            millis(both.saturating_sub(first)),
        ),
        Line::told("counted", millis(counting)),
        Line::told(
            "of one partner and class, a page and the count",
            millis(filtered),
        ),
    ])
}

fn millis(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1_000.0)
}
