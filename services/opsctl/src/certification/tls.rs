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
    let until = certificate.and_then(expiry);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a host that nobody has; it ends on 2027-02-24 at 02:43:53 UTC.
    const PEM: &str = "\
-----BEGIN CERTIFICATE-----
MIIBhDCCASmgAwIBAgIUUfvrkiXzZM8eyRMfQvp0Xdwy43swCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMc2hvcC5leGFtcGxlMB4XDTI2MTEyNjAyNDM1M1oXDTI3MDIy
NDAyNDM1M1owFzEVMBMGA1UEAwwMc2hvcC5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE6gwWIQIPIa6VXJyZc4/fddz0YPsCgOxB5EAaczI+yrC+Wbh8
rstDXZzte/hPypjidOK9iD+2k44TPP2GNtWwE6NTMFEwHQYDVR0OBBYEFJRC/eoP
ST6j2G4xPDOpwoTEynXJMB8GA1UdIwQYMBaAFJRC/eoPST6j2G4xPDOpwoTEynXJ
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAN8KMJlKT1QL9W62
Kp8cLnqfgqdCYiH9WdMT4qVaghBvAiEAiBFe1ymYxQYuGO/Bg47krx9SweomInje
BYHTpVTbeek=
-----END CERTIFICATE-----
";

    fn verdict(now: &str) -> Seen {
        let (_, der) = x509_cert::der::pem::decode_vec(PEM.as_bytes()).unwrap();
        seen(Some(&der), now.parse().unwrap())
    }

    #[test]
    fn a_certificate_must_hold_for_two_weeks_more() {
        let enough = (Verdict::Pass, "it ends in 14 days".to_owned());
        assert_eq!(verdict("2027-02-10T02:43:53Z"), enough);
        let short = (Verdict::Fail, "it ends in 13 days".to_owned());
        assert_eq!(verdict("2027-02-10T02:43:54Z"), short);
    }

    #[test]
    fn one_that_cannot_be_read_is_not_praised() {
        let now = "2027-02-10T02:43:53Z".parse().unwrap();
        assert_eq!(seen(Some(b"hunter2"), now).0, Verdict::Skip);
        assert_eq!(seen(None, now).0, Verdict::Skip);
    }
}
