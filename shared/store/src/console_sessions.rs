//! Who is signed in to the console. Every process of it sees the same sessions.
//!
//! A session is known by a digest of its cookie's value, and by nothing that could be sent in its
//! place. It ends by itself when it is not used, and in any case at a time that was set when it
//! began: whoever asks passes `now`, so a late sweep lets nobody stay.

use contract::enumeration;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::named_optional;
use crate::{Connection, StoreError, Transaction};

const BEGIN: &str = "\
-- console_sessions.begin
insert into console_sessions (digest, actor, token_digest, csrf, idle_ends_at, ends_at,
                              created_at, updated_at, updated_by)
values ($1, $2, $3, $4, least($5, $6::timestamptz), $6, $7, $7, $8)";

const END_SURPLUS: &str = "\
-- console_sessions.end_surplus
delete from console_sessions
 where digest in (
    select digest from console_sessions where actor = $1 order by idle_ends_at desc offset $2)";

const USE: &str = "\
-- console_sessions.use
update console_sessions
   set idle_ends_at = least(greatest(idle_ends_at, $3), ends_at), updated_at = $2, updated_by = $4
 where digest = $1 and idle_ends_at > $2
returning actor, token_digest, csrf, told_how is not null as has_told";

const LOOK: &str = "\
-- console_sessions.look
select actor, token_digest, csrf, told_how is not null as has_told
  from console_sessions
 where digest = $1 and idle_ends_at > $2";

const TELL: &str = "\
-- console_sessions.tell
update console_sessions
   set told_how = $2, told_text = $3, updated_at = $4, updated_by = $5
 where digest = $1";

const HEAR: &str = "\
-- console_sessions.hear
with told as (
    select digest, told_how, told_text from console_sessions
     where digest = $1 and told_how is not null
       for update)
update console_sessions
   set told_how = null, told_text = null, updated_at = $2, updated_by = $3
  from told
 where console_sessions.digest = told.digest
returning told.told_how, told.told_text";

const END: &str = "\
-- console_sessions.end
delete from console_sessions where digest = $1";

const COUNT_OF: &str = "\
-- console_sessions.count_of
select count(*) from console_sessions where actor = $1 and idle_ends_at > $2";

const END_ALL_OF: &str = "\
-- console_sessions.end_all_of
with ended as (delete from console_sessions where actor = $1 returning idle_ends_at)
select count(*) from ended where idle_ends_at > $2";

const SWEEP: &str = "\
-- console_sessions.sweep
delete from console_sessions
 where digest = any(array(
    select digest from console_sessions where idle_ends_at <= $1 limit $2 for update skip locked))";

/// A browser that signs in.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// The digest of its cookie's value, in hexadecimal digits.
    pub digest: &'a str,
    /// Who signed in.
    pub actor: &'a str,
    /// The digest of the token that was typed; `None` if a proxy said who it is.
    pub token_digest: Option<&'a str>,
    /// What its forms carry.
    pub csrf: &'a str,
    /// When it ends if it is not used.
    pub idle_ends_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
}

/// A session that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who signed in.
    pub actor: String,
    /// The digest of the token that was typed; `None` if a proxy said who it is.
    pub token_digest: Option<String>,
    /// What its forms carry.
    pub csrf: String,
    /// Whether [`hear`] has something to say.
    pub has_told: bool,
}

enumeration! {
    /// How what was done has ended. Pages name it as the database does.
    pub enum How {
        /// As it was meant.
        Good => "good",
        /// Partly.
        Doubt => "doubt",
        /// Not at all.
        Bad => "bad",
    }
}

/// What the next page says about the act before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How it ended.
    pub how: How,
    /// In sentences.
    pub text: String,
}

/// Begins one. Of this person's, the `most` that were used last stay.
pub async fn begin(
    tx: &Transaction<'_>,
    now: Timestamp,
    new: &NewSession<'_>,
    most: i64,
) -> Result<(), StoreError> {
    tx.execute(
        BEGIN,
        &[
            &new.digest,
            &new.actor,
            &new.token_digest,
            &new.csrf,
            &new.idle_ends_at,
            &new.ends_at,
            &now,
            &tx.name(),
        ],
    )
    .await?;
    tx.execute(END_SURPLUS, &[&new.actor, &most])
        .await
        .map(drop)
}

/// The session with this digest, if it lasts; from now on it lasts until `idle_ends_at`.
pub async fn use_one(
    tx: &Transaction<'_>,
    now: Timestamp,
    digest: &str,
    idle_ends_at: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let row = tx
        .query_opt(USE, &[&digest, &now, &idle_ends_at, &tx.name()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// The session with this digest, if it lasts. It was not used.
pub async fn look(
    connection: &Connection,
    now: Timestamp,
    digest: &str,
) -> Result<Option<Session>, StoreError> {
    let row = connection.query_opt(LOOK, &[&digest, &now]).await?;
    row.as_ref().map(from_row).transpose()
}

/// Has its next page say this.
pub async fn tell(
    tx: &Transaction<'_>,
    now: Timestamp,
    digest: &str,
    told: &Told,
) -> Result<(), StoreError> {
    tx.execute(
        TELL,
        &[&digest, &told.how.as_str(), &told.text, &now, &tx.name()],
    )
    .await
    .map(drop)
}

/// What its next page says, once.
pub async fn hear(
    tx: &Transaction<'_>,
    now: Timestamp,
    digest: &str,
) -> Result<Option<Told>, StoreError> {
    let row = tx.query_opt(HEAR, &[&digest, &now, &tx.name()]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let how = named_optional(&row, "told_how", How::from_name)?;
    let text: String = row.try_get("told_text")?;
    Ok(how.map(|how| Told { how, text }))
}

/// Ends it.
pub async fn end(tx: &Transaction<'_>, digest: &str) -> Result<(), StoreError> {
    tx.execute(END, &[&digest]).await.map(drop)
}

/// How many of this person last.
pub async fn count_of(
    connection: &Connection,
    now: Timestamp,
    actor: &str,
) -> Result<i64, StoreError> {
    let row = connection
        .client()
        .query_one(COUNT_OF, &[&actor, &now])
        .await?;
    Ok(row.try_get(0)?)
}

/// Ends all of this person, and answers how many lasted until then.
pub async fn end_all_of(
    tx: &Transaction<'_>,
    now: Timestamp,
    actor: &str,
) -> Result<i64, StoreError> {
    let row = tx.query_one(END_ALL_OF, &[&actor, &now]).await?;
    Ok(row.try_get(0)?)
}

/// Forgets at most `limit` that have ended, and answers how many.
pub async fn sweep(tx: &Transaction<'_>, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
    tx.execute(SWEEP, &[&now, &limit]).await
}

fn from_row(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        actor: row.try_get("actor")?,
        token_digest: row.try_get("token_digest")?,
        csrf: row.try_get("csrf")?,
        has_told: row.try_get("has_told")?,
    })
}
