//! Who is signed in: sessions in the memory of this process, bounded in number and in time.
//!
//! A session is known by the digest of its cookie's value. Signing in makes a new one and ends the
//! one that the browser had; a restart ends all. So one process serves the console, or its proxy
//! sends each browser to the same one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use runtime::browser::new_session;
use runtime::ids::random_bytes;

use super::person::Person;
use super::tokens::{Digest, digest_of};

/// More than there are operators with browsers; one more ends the one that was used least lately.
const MOST: usize = 500;

/// Sessions, and how long they last.
#[derive(Debug)]
pub(crate) struct Sessions {
    idle: Duration,
    max_age: Duration,
    all: Mutex<HashMap<Digest, Session>>,
}

/// One browser of one person.
#[derive(Debug, Clone)]
struct Session {
    person: Person,
    by_proxy: bool,
    csrf: String,
    began: Instant,
    used: Instant,
    told: Option<Told>,
}

/// What the next page says about the act before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// `good`, `doubt` or `bad`.
    pub(crate) how: &'static str,
    pub(crate) text: String,
}

/// What a request with a session's cookie may know of it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) person: Person,
    /// Whether the proxy, and not a token, said who it is: then it must go on saying so.
    pub(crate) by_proxy: bool,
    /// What forms of this session carry.
    pub(crate) csrf: String,
}

impl Sessions {
    /// None yet.
    pub(crate) fn new(idle: Duration, max_age: Duration) -> Self {
        Self {
            idle,
            max_age,
            all: Mutex::default(),
        }
    }

    /// A new session of this person; answers the value of its cookie.
    pub(crate) fn begin(&self, person: Person, by_proxy: bool, now: Instant) -> String {
        let value = new_session();
        let session = Session {
            person,
            by_proxy,
            csrf: BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>()),
            began: now,
            used: now,
            told: None,
        };
        let mut all = self.lock();
        all.retain(|_, session| self.lasts(session, now));
        if all.len() >= MOST {
            let oldest = all.iter().min_by_key(|(_, session)| session.used);
            let oldest = oldest.map(|(digest, _)| *digest);
            oldest.and_then(|digest| all.remove(&digest));
        }
        all.insert(digest_of(&value), session);
        value
    }

    /// The session with this cookie, if it still lasts; it was used now.
    pub(crate) fn seen(&self, value: &str, now: Instant) -> Option<Seen> {
        let digest = digest_of(value);
        let mut all = self.lock();
        let session = all.get_mut(&digest)?;
        if !self.lasts(session, now) {
            all.remove(&digest);
            return None;
        }
        session.used = now;
        Some(Seen {
            person: session.person.clone(),
            by_proxy: session.by_proxy,
            csrf: session.csrf.clone(),
        })
    }

    /// Ends it.
    pub(crate) fn end(&self, value: &str) {
        self.lock().remove(&digest_of(value));
    }

    /// Has its next page say this.
    pub(crate) fn tell(&self, value: &str, told: Told) {
        if let Some(session) = self.lock().get_mut(&digest_of(value)) {
            session.told = Some(told);
        }
    }

    /// What its next page says, once.
    pub(crate) fn hear(&self, value: &str) -> Option<Told> {
        self.lock().get_mut(&digest_of(value))?.told.take()
    }

    fn lasts(&self, session: &Session, now: Instant) -> bool {
        now.duration_since(session.used) < self.idle
            && now.duration_since(session.began) < self.max_age
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Session>> {
        // Every change is one insertion, removal or assignment.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::role::Role;
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn lin() -> Person {
        Person::new("lin", Role::Operator).unwrap()
    }

    fn sessions() -> Sessions {
        Sessions::new(15 * MINUTE, 60 * MINUTE)
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_and_in_any_case_after_its_time() {
        let (sessions, began) = (sessions(), Instant::now());
        let value = sessions.begin(lin(), false, began);
        assert!(sessions.seen(&value, began + 14 * MINUTE).is_some());
        assert!(sessions.seen(&value, began + 28 * MINUTE).is_some(), "used");
        assert!(sessions.seen(&value, began + 43 * MINUTE).is_none(), "idle");
        assert!(sessions.seen(&value, began + 43 * MINUTE).is_none());
        let value = sessions.begin(lin(), false, began);
        for minutes in (10..60).step_by(10) {
            assert!(sessions.seen(&value, began + minutes * MINUTE).is_some());
        }
        assert!(sessions.seen(&value, began + 60 * MINUTE).is_none(), "old");
    }

    #[test]
    fn each_session_has_values_of_its_own_and_is_ended_alone() {
        let (sessions, now) = (sessions(), Instant::now());
        let (one, other) = (
            sessions.begin(lin(), false, now),
            sessions.begin(lin(), false, now),
        );
        let csrf = |value: &str| sessions.seen(value, now).map(|seen| seen.csrf);
        assert_ne!(csrf(&one), csrf(&other));
        sessions.end(&one);
        assert!(csrf(&one).is_none() && csrf(&other).is_some());
    }

    #[test]
    fn there_are_never_more_than_the_most_and_the_one_least_used_goes() {
        let (sessions, now) = (sessions(), Instant::now());
        let first = sessions.begin(lin(), false, now);
        let second = sessions.begin(lin(), false, now);
        for _ in 2..MOST {
            sessions.begin(lin(), false, now + Duration::from_secs(2));
        }
        assert!(
            sessions
                .seen(&first, now + Duration::from_secs(3))
                .is_some()
        );
        sessions.begin(lin(), false, now + Duration::from_secs(4));
        assert!(
            sessions
                .seen(&second, now + Duration::from_secs(4))
                .is_none()
        );
        assert!(
            sessions
                .seen(&first, now + Duration::from_secs(4))
                .is_some()
        );
        assert_eq!(sessions.lock().len(), MOST);
    }

    #[test]
    fn what_is_told_is_heard_once() {
        let (sessions, now) = (sessions(), Instant::now());
        let value = sessions.begin(lin(), false, now);
        let told = Told {
            how: "good",
            text: "Done.".to_owned(),
        };
        sessions.tell(&value, told.clone());
        assert_eq!(sessions.hear(&value), Some(told));
        assert_eq!(sessions.hear(&value), None);
    }
}
