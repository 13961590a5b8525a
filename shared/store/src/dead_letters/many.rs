//! Decisions about many letters: given up, put away, opened again; in batches that hold few locks.
//!
//! What an operator saw counted is what is decided about: the highest number then is the bound, and
//! letters that come while the batches run stay as they are.

use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use super::filter::letter_is_chosen;
use super::question::{Counted, count, counted};
use super::{DeadLetterState, Decision, Filter};
use crate::{Connection, StoreError, Transaction};

/// Letters that one transaction decides about at most: a second or so, and one row in the audit.
pub const BATCH: i64 = 1000;

/// What the timelines of the withdrawals and applications are told of `decided`, and the numbers of
/// these letters: $16 is now, $17 by whom, $18 why, $19 the transaction.
macro_rules! told_of_decided {
    ($event:literal) => {
        concat!(
            "\
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select withdrawals.id, $16, $19, ",
            $event,
            ",
           jsonb_build_object('dead_letter', decided.id, 'by', $17::text, 'reason', $18::text)
      from decided
      join withdrawals on withdrawals.id = decided.correlation_id),
told_of_application as (
    insert into application_timeline (application_id, at, recorded_by, event, detail)
    select applications.id, $16, $19, ",
            $event,
            ",
           jsonb_build_object('dead_letter', decided.id, 'by', $17::text, 'reason', $18::text)
      from decided
      join applications on applications.id = decided.correlation_id)
select id
  from decided
 order by id"
        )
    };
}

const PUT_AWAY: &str = concat!(
    "\
-- dead_letters.put_away
with chosen as (
    select letter.id
      from dead_letters as letter
     where ",
    letter_is_chosen!(),
    "
   and letter.state = 'open'
   and letter.id <= $14
     order by letter.id
     limit $15
       for update),
decided as (
    update dead_letters
       set state = $20, decided_by = $17, decided_at = $16, decision = $18,
           updated_at = $16, updated_by = $19
      from chosen
     where dead_letters.id = chosen.id
    returning dead_letters.id, correlation_id),
",
    told_of_decided!("'dead_letter_' || $20::text")
);

/// The newest letter of a message alone, and only while the message is not at work: otherwise it
/// would be decided about twice.
macro_rules! may_be_restored {
    () => {
        "\
letter.state in ('discarded', 'archived')
   and not exists (
       select from dead_letters as other
        where other.message_id = letter.message_id
          and (other.id > letter.id or other.state = 'open'))
   and not exists (select from outbox where outbox.message_id = letter.message_id)"
    };
}

const COUNT_RESTORABLE: &str = concat!(
    "\
-- dead_letters.count_restorable
select count(*) as count, sum(letter.amount_fen)::bigint as amount_fen,
       coalesce(max(letter.id), 0) as newest
  from dead_letters as letter
 where ",
    letter_is_chosen!(),
    "
   and ",
    may_be_restored!()
);

const RESTORE: &str = concat!(
    "\
-- dead_letters.restore
with chosen as (
    select letter.id
      from dead_letters as letter
     where ",
    letter_is_chosen!(),
    "
   and letter.id <= $14
   and ",
    may_be_restored!(),
    "
     order by letter.id
     limit $15
       for update),
decided as (
    update dead_letters
       set state = 'open', decided_by = null, decided_at = null, decision = null,
           updated_at = $16, updated_by = $19
      from chosen
     where dead_letters.id = chosen.id
    returning dead_letters.id, correlation_id),
",
    told_of_decided!("'dead_letter_restored'")
);

/// What is done with a letter besides replaying it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It is given up: what it asked for will not be done.
    Discard,
    /// It is put away: what it asked for has been done in another way, or is over.
    Archive,
    /// It is open again.
    Restore,
}

impl Verb {
    /// Where a letter stands afterwards.
    const fn leads_to(self) -> DeadLetterState {
        match self {
            Self::Discard => DeadLetterState::Discarded,
            Self::Archive => DeadLetterState::Archived,
            Self::Restore => DeadLetterState::Open,
        }
    }

    /// The word in the audit: `dead_letter.discard`.
    pub const fn act(self) -> &'static str {
        match self {
            Self::Discard => "dead_letter.discard",
            Self::Archive => "dead_letter.archive",
            Self::Restore => "dead_letter.restore",
        }
    }
}

/// How many of the letters that the filter means would be decided about now.
pub async fn foretell(
    connection: &Connection,
    filter: &Filter,
    verb: Verb,
) -> Result<Counted, StoreError> {
    match verb {
        Verb::Discard | Verb::Archive => {
            let filter = Filter {
                state: Some(DeadLetterState::Open),
                ..filter.clone()
            };
            count(connection, &filter).await
        }
        Verb::Restore => {
            let chosen = filter.chosen();
            let row = connection
                .query_opt(COUNT_RESTORABLE, &chosen.and(&[]))
                .await?;
            counted(&row.ok_or(StoreError::Corrupt { column: "count" })?)
        }
    }
}

/// Decides about the oldest letters that the filter means, up to the letter `newest`, a thousand at
/// most; the numbers of those that were decided about. Call it until there are none.
pub async fn decide_many(
    tx: &Transaction<'_>,
    now: Timestamp,
    filter: &Filter,
    newest: i64,
    verb: Verb,
    decision: Decision<'_>,
) -> Result<Vec<i64>, StoreError> {
    let (chosen, name) = (filter.chosen(), tx.name());
    let mut further: Vec<&(dyn ToSql + Sync)> =
        vec![&newest, &BATCH, &now, &decision.by, &decision.reason, &name];
    let state = verb.leads_to().as_str();
    let statement = match verb {
        Verb::Discard | Verb::Archive => {
            further.push(&state);
            PUT_AWAY
        }
        Verb::Restore => RESTORE,
    };
    let rows = tx.query(statement, &chosen.and(&further)).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}
