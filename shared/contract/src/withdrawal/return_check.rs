//! When an ended withdrawal is asked about again, because a bank may still send the money back.
//!
//! Nobody calls us when that happens (huifu-api.md §3.2: only the query says `re_exchange`), so
//! whoever ends a withdrawal, by callback or by query, plans the first question with
//! [`first`], and whoever asks plans the next with [`after`]. Both live here, so that the two
//! cannot disagree.

use std::time::Duration;

use jiff::Timestamp;

use super::State;
use crate::later;

/// From the end to the first question. Banks return within a working day or two as a rule; asking
/// earlier would mostly hear what is known.
pub const FIRST_PAUSE: Duration = Duration::from_hours(24);

/// From the end to the last question, unless a setting says otherwise: a week with a long holiday
/// in it. Later returns are found in the statement file, which names them.
pub const LAST_PAUSE: Duration = Duration::from_hours(8 * 24);

/// The first question about a withdrawal that ended as `end` at `ended_at`; `None` if no money can
/// come back. Whether its attempt was ever at Huifu is the caller's to know.
pub fn first(end: State, ended_at: Timestamp) -> Option<Timestamp> {
    may_still_change(end).then(|| later(ended_at, FIRST_PAUSE))
}

/// The question after `now`: the pauses from the end double, up to `last`; `None` past it.
pub fn after(end: State, ended_at: Timestamp, now: Timestamp, last: Duration) -> Option<Timestamp> {
    if !may_still_change(end) {
        return None;
    }
    let mut pause = FIRST_PAUSE;
    while pause <= last {
        let next = later(ended_at, pause);
        if next > now {
            return Some(next);
        }
        pause = pause.checked_mul(2)?;
    }
    None
}

/// Whether Huifu may have something new to say. What failed is asked about as well: that it was
/// paid after all is what a person must hear of.
const fn may_still_change(end: State) -> bool {
    match end {
        State::Paid | State::Failed => true,
        State::Draft
        | State::Accepted
        | State::Dispatching
        | State::Submitted
        | State::Unconfirmed
        | State::Returned
        | State::Cancelled
        | State::Expired => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn what_ended_is_asked_about_after_one_two_four_and_eight_days_and_then_no_more() {
        let end: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let mut days = Vec::new();
        let mut next = first(State::Paid, end);
        while let Some(at) = next {
            days.push(at.duration_since(end).as_hours() / 24);
            // Asked a minute late, as it always is.
            let asked = at + Duration::from_mins(1);
            next = after(State::Paid, end, asked, LAST_PAUSE);
        }
        assert_eq!(days, [1, 2, 4, 8]);
    }

    #[test]
    fn who_asks_early_moves_no_question_and_who_asks_late_skips_those_that_passed() {
        let end: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let early = after(State::Failed, end, end, LAST_PAUSE);
        assert_eq!(early, first(State::Failed, end));
        let late = after(State::Failed, end, end + DAY * 3, LAST_PAUSE);
        assert_eq!(late, Some(end + DAY * 4));
        assert_eq!(after(State::Paid, end, end + DAY * 9, LAST_PAUSE), None);
        assert_eq!(after(State::Paid, end, end + DAY * 3, DAY * 3), None);
    }

    #[test]
    fn nothing_is_planned_where_no_money_can_come_back() {
        let end = Timestamp::UNIX_EPOCH;
        for state in State::ALL {
            let asked = matches!(state, State::Paid | State::Failed);
            assert_eq!(first(state, end).is_some(), asked, "{state:?}");
            let next = after(state, end, end, LAST_PAUSE);
            assert_eq!(next.is_some(), asked, "{state:?}");
        }
    }
}
