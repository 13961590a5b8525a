//! Who is signed in: rows that every process of the console shares, so that a browser may come to
//! any of them and a restart shows nobody out. They are bounded in number and in time.
//!
//! A session says who signed in and by what. What this person may do is asked anew with each
//! request, of the token's line or of the proxy: whoever has lost the one or the other is out.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use runtime::browser::new_session;
use runtime::ids::random_bytes;
use runtime::{clock, sweep};
use serde_json::json;
use store::audit;
use store::console_sessions::{self as rows, NewSession, Session, Told};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use super::person::Person;
use super::tokens::{digest_of, hex};

/// More browsers than one person has; one more ends the one that was used least lately.
const MOST_OF_ONE: i64 = 10;

/// What has ended is let in by nobody; it only takes room.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(60);

/// Sessions, and how long they last.
pub(crate) struct Sessions {
    store: Store,
    idle: Duration,
    max_age: Duration,
}

/// Whether a request is somebody at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Somebody pressed something: the session goes on.
    Used,
    /// A page looked by itself how far something is. Nobody need be there.
    LookedAt,
}

impl Sessions {
    pub(crate) fn new(store: Store, idle: Duration, max_age: Duration) -> Self {
        Self {
            store,
            idle,
            max_age,
        }
    }

    /// A new session of this person, by this token or by a proxy, in place of the one `before`;
    /// answers the value of its cookie.
    pub(crate) async fn begin(
        &self,
        person: &Person,
        token: Option<&str>,
        before: Option<&str>,
    ) -> Result<String, StoreError> {
        let value = new_session();
        let csrf = BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>());
        let token_digest = token.map(|token| hex(&digest_of(token)));
        let now = clock::now();
        let new = NewSession {
            digest: &key(&value),
            actor: &person.name,
            token_digest: token_digest.as_deref(),
            csrf: &csrf,
            idle_ends_at: now + self.idle,
            ends_at: now + self.max_age,
        };
        let by = if token.is_some() { "token" } else { "proxy" };
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("console: sign in").await?;
        if let Some(before) = before {
            rows::end(&tx, &key(before)).await?;
        }
        rows::begin(&tx, now, &new, MOST_OF_ONE).await?;
        append(&tx, now, person, "console.sign_in", &json!({ "by": by })).await?;
        tx.commit().await?;
        Ok(value)
    }

    /// The session with this cookie, if it still lasts.
    pub(crate) async fn seen(
        &self,
        value: &str,
        presence: Presence,
    ) -> Result<Option<Session>, StoreError> {
        let (now, key) = (clock::now(), key(value));
        let mut connection = self.store.connection().await?;
        match presence {
            Presence::LookedAt => rows::look(&connection, now, &key).await,
            Presence::Used => {
                let tx = connection.begin("console: use session").await?;
                let session = rows::use_one(&tx, now, &key, now + self.idle).await?;
                tx.commit().await?;
                Ok(session)
            }
        }
    }

    /// Ends this one, or all of this person; answers how many.
    pub(crate) async fn end(
        &self,
        person: &Person,
        value: &str,
        everywhere: bool,
    ) -> Result<i64, StoreError> {
        let now = clock::now();
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("console: sign out").await?;
        let ended = if everywhere {
            rows::end_all_of(&tx, now, &person.name).await?
        } else {
            rows::end(&tx, &key(value)).await?;
            1
        };
        let detail = json!({ "sessions": ended });
        append(&tx, now, person, "console.sign_out", &detail).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Has its next page say this.
    pub(crate) async fn tell(&self, value: &str, told: &Told) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("console: tell session").await?;
        rows::tell(&tx, clock::now(), &key(value), told).await?;
        tx.commit().await
    }

    /// What its next page says, once.
    pub(crate) async fn hear(&self, value: &str) -> Result<Option<Told>, StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("console: hear session").await?;
        let told = rows::hear(&tx, clock::now(), &key(value)).await?;
        tx.commit().await?;
        Ok(told)
    }
}

/// Signing in and out is the person's own act, and the audit is where one looks who was there.
async fn append(
    tx: &store::Transaction<'_>,
    now: Timestamp,
    person: &Person,
    act: &str,
    detail: &serde_json::Value,
) -> Result<(), StoreError> {
    let act = audit::Act {
        actor: &person.name,
        role: Some(person.role.as_str()),
        act,
        subject: &subject(&person.name),
        reason: "by themselves",
        ticket: None,
        detail,
    };
    audit::append(tx, now, &act).await
}

/// How the audit calls a person whose sessions are spoken of.
pub(crate) fn subject(name: &str) -> String {
    format!("person {name}")
}

/// By what the database knows a cookie's value.
fn key(value: &str) -> String {
    hex(&digest_of(value))
}

/// Forgets what has ended, until told to stop.
pub(crate) async fn sweep(store: Store, stop: CancellationToken) -> anyhow::Result<()> {
    let store = &store;
    let once = |now| sweep::batches(move || sweep_batch(store, now));
    sweep::every(BETWEEN_SWEEPS, &stop, once).await;
    Ok(())
}

async fn sweep_batch(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin("console: sweep sessions").await?;
    let forgotten = rows::sweep(&tx, now, sweep::BATCH).await?;
    tx.commit().await?;
    Ok(forgotten)
}
