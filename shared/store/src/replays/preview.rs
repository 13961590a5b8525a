//! What a job would do, or what its frozen set is: exact counts, groups and a sample.

use contract::money::Fen;
use tokio_postgres::Row;

use super::freeze::chosen_set;
use super::{LeftOut, Limits, SET_MOST, Wanted};
use crate::dead_letters::route::routes;
use crate::dead_letters::{DeadLetter, Filter, Group, group, page};
use crate::row::fen_optional;
use crate::{Connection, StoreError};

/// As many groups as a person can look at.
const GROUPS_MOST: i64 = 1000;

/// Letters that are shown.
const SAMPLE: i64 = 10;

const PREVIEW: &str = concat!(
    "\
-- replays.preview
with ",
    chosen_set!(),
    ",
sample as (
    select id from chosen where left_out is null order by first_failed_at, id limit $19)
select left_out, grouping(error_class) = 1 as is_total, error_class, partner_id, host,
       count(*) as count, sum(amount_fen)::bigint as amount_fen,
       count(*) filter (where replays > 0) as replayed_before,
       min(first_failed_at) as first_failed_at, max(last_failed_at) as last_failed_at,
       (select array_agg(id) from sample) as sample
  from chosen
 group by grouping sets ((left_out), (left_out, error_class, partner_id, host))
having grouping(error_class) = 1 or left_out is null
 order by is_total desc, count(*) desc, error_class, partner_id, host
 limit $18"
);

const PREVIEW_OF_JOB: &str = "\
-- replays.preview_of_job
select null::text as left_out, grouping(error_class) = 1 as is_total, error_class, partner_id, host,
       count(*) as count, sum(letter.amount_fen)::bigint as amount_fen,
       count(*) filter (where replays > 0) as replayed_before,
       min(first_failed_at) as first_failed_at, max(last_failed_at) as last_failed_at,
       (select array_agg(first.letter_id)
          from (select letter_id from replay_items where job_id = $1 order by id limit $3) as first)
           as sample
  from replay_items as item
  join dead_letters as letter on letter.id = item.letter_id
 where item.job_id = $1
 group by grouping sets ((), (error_class, partner_id, host))
 order by is_total desc, count(*) desc, error_class, partner_id, host
 limit $2";

/// A set, before or after it was frozen.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// How many letters.
    pub count: i64,
    /// The amounts of their withdrawals, added up; a withdrawal counts once for each letter.
    pub amount: Option<Fen>,
    /// How many of them were replayed before and died again.
    pub replayed_before: i64,
    /// How many the filter means that are not among them.
    pub left_out: LeftOut,
    /// By class, partner and host, the largest first; a thousand at most.
    pub groups: Vec<Group>,
    /// The first that would be sent.
    pub sample: Vec<DeadLetter>,
}

impl Preview {
    async fn read(connection: &Connection, rows: &[Row]) -> Result<Self, StoreError> {
        let mut preview = Self::default();
        let mut sample: Option<Vec<i64>> = None;
        for row in rows {
            if !row.try_get::<_, bool>("is_total")? {
                preview.groups.push(group(row)?);
                continue;
            }
            let count = row.try_get("count")?;
            if !preview.left_out.take(row.try_get("left_out")?, count)? {
                preview.count = count;
                preview.amount = fen_optional(row, "amount_fen")?;
                preview.replayed_before = row.try_get("replayed_before")?;
                sample = row.try_get("sample")?;
            }
        }
        let filter = Filter {
            ids: Some(sample.unwrap_or_default()),
            ..Filter::default()
        };
        preview.sample = page(connection, &filter, 0, SAMPLE).await?;
        Ok(preview)
    }
}

/// What would be frozen at this moment. Nothing is written.
pub async fn preview(
    connection: &Connection,
    wanted: &Wanted,
    limits: &Limits,
) -> Result<Preview, StoreError> {
    let chosen = wanted.filter.chosen();
    let replays = wanted.too_many_replays(limits);
    let (exchanges, keys) = routes();
    let further = chosen.and(&[
        &replays,
        &SET_MOST,
        &exchanges,
        &keys,
        &GROUPS_MOST,
        &SAMPLE,
    ]);
    let rows = connection.query(PREVIEW, &further).await?;
    Preview::read(connection, &rows).await
}

/// The frozen set of a job. What was left out when it was frozen stands in the job itself.
pub async fn preview_of(connection: &Connection, job: i64) -> Result<Preview, StoreError> {
    let rows = connection
        .query(PREVIEW_OF_JOB, &[&job, &GROUPS_MOST, &SAMPLE])
        .await?;
    Preview::read(connection, &rows).await
}
