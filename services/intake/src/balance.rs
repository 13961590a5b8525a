//! What a user's balance is now: looked up, and asked for if it is old.
//!
//! intake never talks to Huifu. It writes that a balance is wanted, huifu-dispatcher asks and
//! writes down the answer, and whoever wanted it looks for the row a moment longer. If Huifu is
//! slow or away, that moment passes and the page goes on with what is known.
//!
//! What a newcomer would get wrong: a wait holds no connection, or sixteen pages would be all that
//! the pool has room for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use contract::ids::HtouhuiUserId;
use contract::message::{BalanceWanted, Envelope};
use jiff::Timestamp;
use runtime::backoff::pause;
use runtime::{clock, ids};
use store::balances::{self, Standing};
use store::{StoreError, outbox};

use crate::front::Front;
use crate::purse::Purse;

/// A look at one row. Huifu's quick answers take a few of these.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Users of whom we remember that their balance was asked for; a few megabytes.
const MOST_REMEMBERED: usize = 10_000;

/// How fresh a balance must be, and how long is waited for one that is not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) max_age: Duration,
    pub(crate) wait: Duration,
}

impl Patience {
    fn is_fresh(self, standing: Option<Standing>) -> bool {
        Purse::of(standing, self.max_age, clock::now()).is_fresh()
    }
}

/// When this process last asked for each user's balance, so that somebody who reloads a page, or
/// asks for quotes in a loop, does not fill the queue while Huifu is away.
pub(crate) struct Asked(Mutex<HashMap<HtouhuiUserId, Instant>>);

impl Asked {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    fn since(&self, user: &HtouhuiUserId) -> Option<Instant> {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(user).copied()
    }

    fn forget(&self, user: &HtouhuiUserId) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.remove(user);
    }

    fn remember(&self, user: &HtouhuiUserId, at: Instant, max_age: Duration) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= MOST_REMEMBERED {
            asked.retain(|_, earlier| at.duration_since(*earlier) < max_age);
        }
        if asked.len() < MOST_REMEMBERED {
            asked.insert(user.clone(), at);
        }
    }
}

/// Has Huifu asked for the balance, unless this process did a moment ago. Answers when it was asked
/// for.
pub(crate) async fn wanted(front: &Front, user: &HtouhuiUserId) -> Result<Instant, StoreError> {
    let max_age = front.patience.max_age;
    let earlier = front.asked.since(user);
    if let Some(earlier) = earlier.filter(|earlier| earlier.elapsed() < max_age) {
        return Ok(earlier);
    }
    let now = clock::now();
    let mut connection = front.store.connection().await?;
    let tx = connection.begin("intake: want balance").await?;
    outbox::enqueue(&tx, &wish(user, now), now).await?;
    tx.commit().await?;
    Ok(was_wanted(front, user))
}

/// Says that a balance is wanted, in whatever transaction makes somebody look at it soon.
pub(crate) fn wish(user: &HtouhuiUserId, now: Timestamp) -> Envelope<BalanceWanted> {
    Envelope {
        message_id: ids::new_message_id(),
        at: now,
        causation_id: None,
        traceparent: None,
        body: BalanceWanted {
            htouhui_user_id: user.clone(),
        },
    }
}

/// Remembers that a wish was committed, so that the page does not wish again. Answers when.
pub(crate) fn was_wanted(front: &Front, user: &HtouhuiUserId) -> Instant {
    let at = Instant::now();
    front.asked.remember(user, at, front.patience.max_age);
    at
}

/// Something of the balance was just spent: whoever looks at it next asks again.
pub(crate) fn was_spent(front: &Front, user: &HtouhuiUserId) {
    front.asked.forget(user);
}

/// What is known of the balance. One that is old is asked for and waited for: `BALANCE_WAIT_MS` at
/// most, counted from when it was asked for, so that only the first of many waits for a Huifu that
/// is away. The caller holds no connection meanwhile.
pub(crate) async fn current(
    front: &Front,
    user: &HtouhuiUserId,
) -> Result<Option<Standing>, StoreError> {
    let mut known = look(front, user).await?;
    if front.patience.is_fresh(known) {
        return Ok(known);
    }
    let asked = wanted(front, user).await?;
    while !front.patience.is_fresh(known) {
        let left = front.patience.wait.saturating_sub(asked.elapsed());
        let pausing = BETWEEN_LOOKS.min(left);
        if pausing.is_zero() || !pause(pausing, &front.stopping).await {
            break;
        }
        known = look(front, user).await?;
    }
    Ok(known)
}

async fn look(front: &Front, user: &HtouhuiUserId) -> Result<Option<Standing>, StoreError> {
    let connection = front.store.connection().await?;
    balances::standing(&connection, user).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_users_are_remembered_than_there_is_room_for() {
        let asked = Asked::new();
        let minute = Duration::from_secs(60);
        let user = |number: usize| -> HtouhuiUserId { number.to_string().parse().unwrap() };
        let first = Instant::now();
        for number in 0..MOST_REMEMBERED {
            asked.remember(&user(number), first, minute);
        }
        let late = user(MOST_REMEMBERED);
        asked.remember(&late, first, minute);
        assert_eq!(asked.since(&late), None, "there is no room");
        let later = first + minute;
        asked.remember(&late, later, minute);
        assert_eq!(asked.since(&late), Some(later));
        assert_eq!(asked.since(&user(0)), None, "that one is long over");
    }
}
