//! What an answer says about the host that gave it, beside what it says about the notice.

use std::time::Duration;

use runtime::courier::{Answer, ErrorClass};
use store::lanes::{Event, Standing};

/// There is nobody at this address any more.
const GONE: u16 = 410;
const TOO_MANY: u16 = 429;
const UNAVAILABLE: u16 = 503;

/// What happened to the lane; `None` if nothing did that is worth a row. A wrong word or a status
/// such as 404 says something about this notice: other notices may be taken.
pub(crate) fn of(answer: &Answer, lane: &Standing, probe: bool) -> Option<Event> {
    let Err(class) = answer.taken else {
        return lane.is_troubled().then_some(Event::Take);
    };
    if answer.status == Some(GONE) {
        return Some(Event::Gone);
    }
    // A probe that was not taken in whatever way leaves the lane open.
    let says_something = probe || expects_the_same(class, answer.status);
    says_something.then(|| Event::Fail {
        probe,
        wish: wish(answer),
    })
}

fn expects_the_same(class: ErrorClass, status: Option<u16>) -> bool {
    match class {
        ErrorClass::Dns
        | ErrorClass::Connect
        | ErrorClass::NoAnswer
        | ErrorClass::Tls
        | ErrorClass::Timeout => true,
        ErrorClass::Status => status.is_some_and(|code| code == TOO_MANY || code >= 500),
        ErrorClass::Body | ErrorClass::AddressRefused | ErrorClass::Redirect => false,
    }
}

/// Only these two statuses speak for the whole host.
fn wish(answer: &Answer) -> Option<Duration> {
    let speaks_for_all = matches!(answer.status, Some(TOO_MANY | UNAVAILABLE));
    answer.retry_after.filter(|_| speaks_for_all)
}
