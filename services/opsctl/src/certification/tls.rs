//! What can be said of the certificate by which an endpoint proved who it is.

use jiff::{SignedDuration, Timestamp};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::Verdict;
use super::judge::Seen;

/// Long enough for somebody to notice and renew it.
const ENOUGH: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How long the certificate still holds. That it holds now, for this host and back to a root that
/// we trust, was checked before the first byte was sent.
pub(super) fn seen(certificate: Option<&[u8]>, now: Timestamp) -> Seen {
    let until = certificate.and_then(|der| expiry(der));
    let Some(until) = until else {
        let unread = "the certificate holds; when it ends could not be read";
        return (Verdict::Skip, unread.to_owned());
    };
    let left = until.duration_since(now);
    let days = left.as_hours() / 24;
    let verdict = if left >= ENOUGH {
        Verdict::Pass
    } else {
        Verdict::Fail
    };
    (verdict, format!("it ends in {days} days"))
}

fn expiry(der: &[u8]) -> Option<Timestamp> {
    let certificate = Certificate::from_der(der).ok()?;
    let end = certificate.tbs_certificate.validity.not_after;
    let seconds = i64::try_from(end.to_unix_duration().as_secs()).ok()?;
    Timestamp::from_second(seconds).ok()
}
