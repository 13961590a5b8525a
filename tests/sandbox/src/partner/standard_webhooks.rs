//! The Standard Webhooks headers, as a partner that wants them reads them: from the specification,
//! and with nothing of the platform's own code.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use jiff::Timestamp;

/// What the specification's libraries allow a clock to be off.
const TOLERANCE_SECONDS: u64 = 300;

/// A secret that the platform showed once.
#[derive(Clone)]
pub struct NoticeSecret(hmac::Key);

impl NoticeSecret {
    /// Reads `whsec_` and Base64; `None` for anything else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim().strip_prefix("whsec_")?).ok()?;
        Some(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }
}

impl std::fmt::Debug for NoticeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NoticeSecret(***)")
    }
}

/// What is wrong with the headers of a notice; nothing for a partner that has no secret.
pub(crate) fn problem(
    secrets: &[NoticeSecret],
    headers: &HeaderMap,
    (notice_id, body): (&str, &[u8]),
    now: Timestamp,
) -> Option<&'static str> {
    if secrets.is_empty() {
        return None;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(timestamp), Some(signatures)) = (
        text("webhook-id"),
        text("webhook-timestamp"),
        text("webhook-signature"),
    ) else {
        return Some("a header of Standard Webhooks is missing");
    };
    if id != notice_id {
        return Some("webhook-id is not notice_id");
    }
    let recent = timestamp
        .parse::<i64>()
        .is_ok_and(|at| now.as_second().abs_diff(at) <= TOLERANCE_SECONDS);
    if !recent {
        return Some("webhook-timestamp is not within five minutes of now");
    }
    let signed = [id.as_bytes(), timestamp.as_bytes(), body].join(&b'.');
    let holds = signatures.split(' ').any(|signature| {
        let tag = signature
            .strip_prefix("v1,")
            .and_then(|encoded| STANDARD.decode(encoded).ok());
        tag.is_some_and(|tag| {
            secrets
                .iter()
                .any(|NoticeSecret(key)| hmac::verify(key, &signed, &tag).is_ok())
        })
    });
    (!holds).then_some("no signature in webhook-signature holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn judged(change: impl FnOnce(&mut HeaderMap)) -> Option<&'static str> {
        let secret = NoticeSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", ID),
            ("webhook-timestamp", "1614265330"),
            (
                "webhook-signature",
                "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        change(&mut headers);
        let now = Timestamp::from_second(1_614_265_400).unwrap();
        problem(&[secret], &headers, (ID, BODY), now)
    }

    #[test]
    fn the_specifications_example_holds_and_what_was_changed_does_not() {
        assert_eq!(judged(|_| {}), None);
        for (name, value) in [
            ("webhook-id", "msg_other"),
            ("webhook-timestamp", "1614265331"),
            ("webhook-timestamp", "1614264330"),
            ("webhook-signature", "v1,AAAA"),
        ] {
            let said = judged(|headers| {
                headers.insert(name, value.parse().unwrap());
            });
            assert!(said.is_some(), "{name}: {value}");
            let said = judged(|headers| drop(headers.remove(name)));
            assert_eq!(said, Some("a header of Standard Webhooks is missing"));
        }
    }

    #[test]
    fn who_has_no_secret_looks_at_no_header() {
        let none = problem(&[], &HeaderMap::new(), ("N1", b""), Timestamp::UNIX_EPOCH);
        assert_eq!(none, None);
    }
}
