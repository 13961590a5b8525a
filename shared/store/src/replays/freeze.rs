//! Makes a job: chooses its letters, freezes them, and decides whether a second person must look.

use contract::money::Fen;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Actor, Job, JobState, Limits, Wanted, from_row, job_columns};
use crate::dead_letters::Filter;
use crate::dead_letters::route::routes;
use crate::row::fen_optional;
use crate::{StoreError, Transaction};

/// As many letters as one set may hold; ten times what a bad week leaves.
pub const SET_MOST: i64 = 1_000_000;

/// The open letters that a filter means, each with why it is not part of the set: $14 is how many
/// replays are too many, or null for any number, $15 the most letters of a set, $16 and $17 the
/// exchanges and keys of our queues.
macro_rules! chosen_set {
    () => {
        concat!(
            "\
chosen as materialized (
    select letter.id, letter.correlation_id, letter.amount_fen, letter.first_failed_at,
           letter.last_failed_at, letter.error_class, letter.partner_id, letter.host,
           letter.replays,
           case when not letter.is_message
                  or not ",
            $crate::dead_letters::route::letter_is_routed!("$16", "$17"),
            "
                  or exists (select from outbox where outbox.message_id = letter.message_id)
                then 'unsendable'
                when exists (select from replay_items as item
                              where item.letter_id = letter.id
                                and item.state in ('queued', 'waiting'))
                then 'elsewhere'
                when letter.replays >= $14::integer then 'again' end as left_out
      from dead_letters as letter
     where ",
            $crate::dead_letters::filter::letter_is_chosen!(),
            "
       and letter.state = 'open'
     limit $15)"
        )
    };
}
pub(crate) use chosen_set;

const INSERT_JOB: &str = "\
-- replays.insert_job
insert into replay_jobs (state, filter, again, canary, pace, out_most, stop_at, created_by, reason,
                         ticket, created_at, updated_at, updated_by)
values ('running', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)
returning id";

/// In the order in which they died: of two letters about one withdrawal the one that was tried
/// first is sent first.
const FREEZE: &str = concat!(
    "\
-- replays.freeze
with ",
    chosen_set!(),
    ",
frozen as (
    insert into replay_items (job_id, letter_id, correlation_id, amount_fen, follows, state,
                              created_at, updated_at, updated_by)
    select $18, id, correlation_id, amount_fen,
           lag(id) over (partition by correlation_id order by first_failed_at, id),
           'queued', $19, $19, $20
      from chosen
     where left_out is null
     order by first_failed_at, id)
select left_out, count(*) as count, sum(amount_fen)::bigint as amount_fen
  from chosen
 group by left_out"
);

const CLOSE_SET: &str = concat!(
    "\
-- replays.close_set
update replay_jobs
   set state = $2, count = $3, queued = $3, amount_fen = $4, left_again = $5, left_elsewhere = $6,
       left_unsendable = $7, approval_needed = $8, frozen_at = $9,
       ended_at = case when $2 = 'finished' then $9::timestamptz end
 where id = $1
returning ",
    job_columns!()
);

/// How many letters a filter means that are not part of a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Replayed too often.
    pub again: i64,
    /// Part of another job that is not over.
    pub elsewhere: i64,
    /// No message of ours that a queue would get again, or in the outbox already.
    pub unsendable: i64,
}

impl LeftOut {
    /// Counts a group of letters; `false` if they are part of the set.
    pub(super) fn take(&mut self, why: Option<&str>, count: i64) -> Result<bool, StoreError> {
        match why {
            None => return Ok(false),
            Some("again") => self.again = count,
            Some("elsewhere") => self.elsewhere = count,
            Some("unsendable") => self.unsendable = count,
            Some(_) => return Err(StoreError::Corrupt { column: "left_out" }),
        }
        Ok(true)
    }
}

impl Wanted {
    /// From how many replays on a letter is left out.
    pub(super) fn too_many_replays(&self, limits: &Limits) -> Option<i32> {
        (!self.again).then_some(limits.replays_most)
    }

    /// How many may wait for their outcome at once.
    fn out_most(&self, limits: &Limits) -> i32 {
        match self.pace {
            Some(_) => limits.out_most,
            None => limits.unpaced_out_most,
        }
    }
}

/// Freezes the set and makes its job, which runs or waits for approval. An empty set is a job that
/// is finished.
///
/// [`StoreError::Constraint`] `replay_item_in_one_job`: another job took one of the letters at this
/// moment; try again.
pub async fn create(
    tx: &Transaction<'_>,
    now: Timestamp,
    wanted: &Wanted,
    limits: &Limits,
    actor: &Actor<'_>,
    ticket: &str,
) -> Result<Job, StoreError> {
    let inserted = tx
        .query_one(
            INSERT_JOB,
            &[
                &described(&wanted.filter),
                &wanted.again,
                &wanted.canary,
                &wanted.pace,
                &wanted.out_most(limits),
                &wanted.stop_at,
                &actor.by,
                &actor.reason,
                &ticket,
                &now,
                &tx.name(),
            ],
        )
        .await?;
    let id: i64 = inserted.try_get("id")?;
    let (mut count, mut amount, mut left_out) = (0_i64, Fen::ZERO, LeftOut::default());
    let (chosen, name) = (wanted.filter.chosen(), tx.name());
    let replays = wanted.too_many_replays(limits);
    let (exchanges, keys) = routes();
    let further = chosen.and(&[&replays, &SET_MOST, &exchanges, &keys, &id, &now, &name]);
    for row in tx.query(FREEZE, &further).await? {
        let of_group = row.try_get("count")?;
        if !left_out.take(row.try_get("left_out")?, of_group)? {
            count = of_group;
            amount = fen_optional(&row, "amount_fen")?.unwrap_or(Fen::ZERO);
        }
    }
    let approval = count > limits.approval_above_count || amount > limits.approval_above_amount;
    let state = match (count, approval) {
        (0, _) => JobState::Finished,
        (_, true) => JobState::AwaitingApproval,
        (_, false) => JobState::Running,
    };
    let row = tx
        .query_one(
            CLOSE_SET,
            &[
                &id,
                &state.as_str(),
                &count,
                &amount.get(),
                &left_out.again,
                &left_out.elsewhere,
                &left_out.unsendable,
                &(approval && count > 0),
                &now,
            ],
        )
        .await?;
    from_row(&row)
}

/// The filter as the job keeps it: what excludes nothing is left out.
fn described(filter: &Filter) -> Value {
    let texts = [
        ("partner", &filter.partner),
        ("host", &filter.host),
        ("class", &filter.class),
        ("service", &filter.service),
        ("queue", &filter.queue),
        ("reason", &filter.reason),
    ];
    let mut all = Map::new();
    for (name, text) in texts {
        all.extend(text.as_ref().map(|text| (name.to_owned(), json!(text))));
    }
    for (name, time) in [("since", filter.since), ("until", filter.until)] {
        all.extend(time.map(|time| (name.to_owned(), json!(time.to_string()))));
    }
    let amounts = [
        ("amount_from", filter.amount_from),
        ("amount_to", filter.amount_to),
    ];
    for (name, amount) in amounts {
        all.extend(amount.map(|amount| (name.to_owned(), json!(amount.to_string()))));
    }
    let state = filter.withdrawal_state.map(|state| json!(state.as_str()));
    all.extend(state.map(|state| ("withdrawal_state".to_owned(), state)));
    all.extend(
        filter
            .ids
            .as_ref()
            .map(|ids| ("ids".to_owned(), json!(ids))),
    );
    Value::Object(all)
}
