//! The breaker of a lane: the only file that knows when notices may be sent through it.
//!
//! `breaker.mmd` beside this file draws it; a test compares the two. It is pure: the row is read,
//! taken through [`Breaker::after`], and written back by whoever holds its lock.
//!
//! **Invariant:** while it is not closed one notice at a time goes through, the probe, and only a
//! notice that was taken closes it. A maintenance page answers 200 too: a hundred thousand waiting
//! notices must not be spent on it.

use std::time::Duration;

use contract::{enumeration, later};
use jiff::Timestamp;

enumeration! {
    /// Whether notices go through a lane.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum State {
        /// They do.
        Closed => "closed",
        /// They wait until it is time for a probe.
        Open => "open",
        /// One of them is on its way, and the others wait for what comes of it.
        HalfOpen => "half_open",
    }
}

/// What can happen to a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The partner took a notice.
    Take,
    /// It did not, in a way that lets expect the same of the next notice.
    Fail {
        /// Whether that notice was the probe. What was under way when the lane opened tells nothing
        /// new.
        probe: bool,
        /// How long the partner asks us to wait with all of them.
        wish: Option<Duration>,
    },
    /// The partner says that there is nobody at this address any more.
    Gone,
    /// A notice is about to be sent as the probe, and is waited for until then.
    Probe(Timestamp),
    /// The notice that was to be the probe was not sent.
    GiveUp,
}

/// When a breaker opens, and how often it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Failures in a row.
    pub failures: i32,
    /// Before the first probe; each probe that fails doubles it.
    pub first_pause: Duration,
    /// Between probes at most.
    pub longest_pause: Duration,
}

impl Policy {
    /// A header that was meant for one request must not silence a partner for a day. The notice
    /// that was told so waits for as long as it was told, by its own schedule.
    pub const LONGEST_WISH: Duration = Duration::from_hours(1);
}

/// A lane's breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row.
    pub failures: i32,
    /// What is not closed.
    pub trouble: Option<Trouble>,
}

/// A breaker that is open or half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// Whether a probe is on its way.
    pub half_open: bool,
    /// Since when it is not closed.
    pub opened_at: Timestamp,
    /// When a probe may be sent; for one that is on its way: when it is given up for lost.
    pub probe_at: Timestamp,
    /// Between the last probe and the next.
    pub pause: Duration,
}

impl Breaker {
    /// Nothing is known against it.
    pub const CLOSED: Self = Self {
        failures: 0,
        trouble: None,
    };

    /// Where it stands.
    pub const fn state(&self) -> State {
        match self.trouble {
            None => State::Closed,
            Some(Trouble {
                half_open: true, ..
            }) => State::HalfOpen,
            Some(_) => State::Open,
        }
    }

    /// Whether a notice may be sent as the probe at `now`: also in place of one that got lost.
    pub fn probe_is_due(&self, now: Timestamp) -> bool {
        self.trouble.is_some_and(|trouble| trouble.probe_at <= now)
    }

    /// Where it stands after `event`; `None` if that changes nothing.
    pub fn after(&self, event: Event, now: Timestamp, policy: &Policy) -> Option<Self> {
        let after = match event {
            Event::Take => Self::CLOSED,
            Event::Fail { probe, wish } => self.failed(now, policy, probe, wish),
            Event::Gone => self.opened(now, policy.first_pause, now),
            Event::Probe(until) => self.probed(now, until),
            Event::GiveUp => self.given_up(now),
        };
        (after != *self).then_some(after)
    }

    fn failed(&self, now: Timestamp, policy: &Policy, probe: bool, wish: Option<Duration>) -> Self {
        let wish = wish.unwrap_or_default().min(Policy::LONGEST_WISH);
        let failures = self.failures.saturating_add(1);
        let pause = match self.trouble {
            None if failures < policy.failures && wish.is_zero() => {
                return Self {
                    failures,
                    trouble: None,
                };
            }
            None => policy.first_pause,
            Some(trouble) if trouble.half_open && probe => {
                trouble.pause.saturating_mul(2).min(policy.longest_pause)
            }
            Some(_) => return *self,
        };
        let opened = self.opened(now, pause, later(now, pause.max(wish)));
        Self { failures, ..opened }
    }

    fn opened(&self, now: Timestamp, pause: Duration, probe_at: Timestamp) -> Self {
        let opened_at = self.trouble.map_or(now, |trouble| trouble.opened_at);
        Self {
            failures: self.failures,
            trouble: Some(Trouble {
                half_open: false,
                opened_at,
                probe_at,
                pause,
            }),
        }
    }

    fn probed(&self, now: Timestamp, until: Timestamp) -> Self {
        let trouble = self.trouble.map(|trouble| {
            if trouble.probe_at > now {
                return trouble;
            }
            Trouble {
                half_open: true,
                probe_at: until,
                ..trouble
            }
        });
        Self { trouble, ..*self }
    }

    fn given_up(&self, now: Timestamp) -> Self {
        let trouble = self.trouble.map(|trouble| {
            if !trouble.half_open {
                return trouble;
            }
            Trouble {
                half_open: false,
                probe_at: now,
                ..trouble
            }
        });
        Self { trouble, ..*self }
    }
}

#[cfg(test)]
mod tests;
