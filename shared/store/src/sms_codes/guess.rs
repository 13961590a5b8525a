//! Guesses at a code: counted before they are compared, five at most, and only by whom it was
//! sent for.

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{Bearer, CodeState};
use crate::{Connection, StoreError, Transaction};

/// As the constraint `sms_code_tries_counted` has it: at five a code, and ten codes a day, a
/// million codes are out of reach.
pub const MOST_TRIES: i32 = 5;

/// The newest code that the bearer may have, whether it is still good or not. One that is `issued`
/// counts: the SMS may be faster than the gateway's answer to us.
const NEWEST: &str = "\
-- sms_codes.newest
select id, state, tries, expires_at, created_at
  from sms_codes
 where htouhui_user_id = $1 and withdrawal_id = $2 and session_digest = $3 and purpose = $4
   and state in ('issued', 'sent')
 order by created_at desc
 limit 1";

/// The row's lock makes the count true: a guess that waited for another sees what that one counted.
const BEGIN_GUESS: &str = "\
-- sms_codes.begin_guess
update sms_codes
   set tries = tries + 1, updated_at = $2, updated_by = $4
 where id = $1 and tries < $3 and expires_at > $2 and state in ('issued', 'sent')
returning code_digest, tries";

const USE_UP: &str = "\
-- sms_codes.use_up
update sms_codes
   set state = $2, updated_at = $3, updated_by = $4
 where id = $1 and state in ('issued', 'sent')";

const WAS_USED: &str = "\
-- sms_codes.was_used
select exists(
    select from sms_codes
     where htouhui_user_id = $1 and withdrawal_id = $2 and session_digest = $3 and purpose = $4
       and state = 'used') as was_used";

/// A code that is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// Its number.
    pub id: Uuid,
    /// Whether the gateway has said that it took it.
    pub is_sent: bool,
    /// When it was asked for.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Guesses that are left.
    pub tries_left: i32,
}

/// What a guess meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// Compare with this digest.
    Check {
        /// Which code.
        id: Uuid,
        /// Its keyed digest.
        code_digest: String,
        /// Guesses left if this one is wrong.
        tries_left: i32,
    },
    /// There is none that is good: none was asked for, it is too old, or it was used.
    Expired,
    /// It was guessed at too often.
    UsedUp,
}

/// The code that the bearer may use now, if there is one; one guessed at too often is none.
pub async fn current(
    connection: &Connection,
    now: Timestamp,
    bearer: &Bearer<'_>,
) -> Result<Option<Current>, StoreError> {
    let row = connection
        .query_opt(NEWEST, &parameters(&bearer.key()))
        .await?;
    let newest = row.as_ref().map(from_row).transpose()?;
    Ok(newest.filter(|code| code.expires_at > now && code.tries_left > 0))
}

/// Counts a guess and says what to compare it with. Commit before comparing.
pub async fn begin_guess(
    tx: &Transaction<'_>,
    now: Timestamp,
    bearer: &Bearer<'_>,
) -> Result<Guess, StoreError> {
    let Some(row) = tx.query_opt(NEWEST, &parameters(&bearer.key())).await? else {
        return Ok(Guess::Expired);
    };
    let code = from_row(&row)?;
    let counted = tx
        .query_opt(BEGIN_GUESS, &[&code.id, &now, &MOST_TRIES, &tx.name()])
        .await?;
    match counted {
        Some(row) => Ok(Guess::Check {
            id: code.id,
            code_digest: row.try_get("code_digest")?,
            tries_left: MOST_TRIES - row.try_get::<_, i32>("tries")?,
        }),
        None if code.expires_at <= now => Ok(Guess::Expired),
        // Guessed at too often; or used, or replaced, between the two looks, which is as good.
        None => Ok(Guess::UsedUp),
    }
}

/// Uses the code up; `false` if somebody was first.
pub async fn use_up(tx: &Transaction<'_>, now: Timestamp, id: Uuid) -> Result<bool, StoreError> {
    let state = CodeState::Used.as_str();
    tx.execute(USE_UP, &[&id, &state, &now, &tx.name()])
        .await
        .map(|used| used == 1)
}

/// Whether this bearer has used a code.
pub async fn was_used(connection: &Connection, bearer: &Bearer<'_>) -> Result<bool, StoreError> {
    let row = connection
        .query_opt(WAS_USED, &parameters(&bearer.key()))
        .await?;
    row.map_or(Ok(false), |row| Ok(row.try_get("was_used")?))
}

fn parameters<'a>(key: &'a [&'a str; 4]) -> [&'a (dyn ToSql + Sync); 4] {
    key.each_ref().map(|text| text as &(dyn ToSql + Sync))
}

fn from_row(row: &Row) -> Result<Current, StoreError> {
    let tries: i32 = row.try_get("tries")?;
    let state: &str = row.try_get("state")?;
    Ok(Current {
        id: row.try_get("id")?,
        is_sent: state == CodeState::Sent.as_str(),
        issued_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        tries_left: MOST_TRIES - tries,
    })
}
