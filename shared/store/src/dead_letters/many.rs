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
       set state = $16, decided_by = $18, decided_at = $17, decision = $19,
           updated_at = $17, updated_by = $20
      from chosen
     where dead_letters.id = chosen.id
    returning dead_letters.id, correlation_id),
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select withdrawals.id, $17, $20, 'dead_letter_' || $16::text,
           jsonb_build_object('dead_letter', decided.id, 'by', $18::text, 'reason', $19::text)
      from decided
      join withdrawals on withdrawals.id = decided.correlation_id),
told_of_application as (
    insert into application_timeline (application_id, at, recorded_by, event, detail)
    select applications.id, $17, $20, 'dead_letter_' || $16::text,
           jsonb_build_object('dead_letter', decided.id, 'by', $18::text, 'reason', $19::text)
      from decided
      join applications on applications.id = decided.correlation_id)
select id
  from decided
 order by id"
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
told as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select withdrawals.id, $16, $19, 'dead_letter_restored',
           jsonb_build_object('dead_letter', decided.id, 'by', $17::text, 'reason', $18::text)
      from decided
      join withdrawals on withdrawals.id = decided.correlation_id),
told_of_application as (
    insert into application_timeline (application_id, at, recorded_by, event, detail)
    select applications.id, $16, $19, 'dead_letter_restored',
           jsonb_build_object('dead_letter', decided.id, 'by', $17::text, 'reason', $18::text)
      from decided
      join applications on applications.id = decided.correlation_id)
select id
  from decided
 order by id"
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
    let chosen = filter.chosen();
    let name = tx.name();
    let put_away = |state| async move {
        let further: [&(dyn ToSql + Sync); 7] = [
            &newest,
            &BATCH,
            &state,
            &now,
            &decision.by,
            &decision.reason,
            &name,
        ];
        tx.query(PUT_AWAY, &chosen.and(&further)).await
    };
    let rows = match verb {
        Verb::Discard => put_away(DeadLetterState::Discarded.as_str()).await?,
        Verb::Archive => put_away(DeadLetterState::Archived.as_str()).await?,
        Verb::Restore => {
            let chosen = filter.chosen();
            let further: [&(dyn ToSql + Sync); 6] =
                [&newest, &BATCH, &now, &decision.by, &decision.reason, &name];
            tx.query(RESTORE, &chosen.and(&further)).await?
        }
    };
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}
