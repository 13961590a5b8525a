//! Hops to the partner: each sending of each notice.

use super::Actor::{Operator, Partner};
use super::Hop;
use crate::console::view::Tone;
use crate::notices::{Sending, Told};

/// Every sending.
pub(super) fn hops(notices: &[Told]) -> impl Iterator<Item = Hop> + '_ {
    notices
        .iter()
        .flat_map(|notice| notice.attempts.iter().map(|sending| hop(notice, sending)))
}

fn hop(notice: &Told, sending: &Sending) -> Hop {
    let Told {
        sequence, outcome, ..
    } = notice;
    let what = format!("Notice {sequence}: {outcome} (try {})", sending.number);
    let tone = if sending.outcome == "delivered" {
        Tone::Good
    } else {
        Tone::Bad
    };
    let status = sending
        .http_status
        .map_or_else(String::new, |status| format!("HTTP {status}, "));
    let hop = Hop::new(sending.at, Operator, Partner, what)
        .outcome(format!(
            "{}, {status}{} ms",
            sending.outcome, sending.duration_ms
        ))
        .toned(tone);
    if tone == Tone::Good { hop } else { hop.lost() }
}
