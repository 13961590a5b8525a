//! Sealing and opening the secrets of the Standard Webhooks headers.
//!
//! partner-notifier opens them for a sending; `opsctl` makes, tries and rotates them.

use contract::ids::PartnerId;
use contract::signing::standard_webhooks::NoticeSecret;
use secrecy::zeroize::Zeroizing;
use store::notice_secrets::SealedSecret;

use super::{DataKeyError, DataKeys, context};

/// Why a secret cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeSecretError {
    /// It does not open.
    #[error(transparent)]
    Key(#[from] DataKeyError),
    /// It opens, and what lies there is something else.
    #[error("what is sealed is no secret of the form whsec_")]
    Malformed,
}

/// The secret under this name, sealed.
pub fn seal(
    keys: &DataKeys,
    partner: &PartnerId,
    secret_id: &str,
    secret: &NoticeSecret,
) -> SealedSecret {
    let text = Zeroizing::new(secret.expose());
    let context = context::notice_secret(partner, secret_id);
    SealedSecret {
        secret_id: secret_id.to_owned(),
        sealed: keys.seal(&context, text.as_bytes()),
    }
}

/// Opens what [`seal`] made.
pub fn open(
    keys: &DataKeys,
    partner: &PartnerId,
    secret: &SealedSecret,
) -> Result<NoticeSecret, NoticeSecretError> {
    let context = context::notice_secret(partner, &secret.secret_id);
    let plain = Zeroizing::new(keys.open(&context, &secret.sealed)?);
    let text = std::str::from_utf8(&plain).ok();
    text.and_then(|text| text.parse().ok())
        .ok_or(NoticeSecretError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> DataKeys {
        DataKeys::parse("k:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()
    }

    #[test]
    fn a_secret_opens_for_its_partner_under_its_name_and_nowhere_else() {
        let (shop, other) = ("shop".parse().unwrap(), "other".parse().unwrap());
        let secret = NoticeSecret::new(&[5; 32]).unwrap();
        let sealed = seal(&keys(), &shop, "s1", &secret);
        assert!(!sealed.sealed.contains("whsec_"));
        assert_eq!(open(&keys(), &shop, &sealed), Ok(secret));
        let renamed = SealedSecret {
            secret_id: "s2".to_owned(),
            ..sealed.clone()
        };
        for (partner, sealed) in [(&other, &sealed), (&shop, &renamed)] {
            let refused = open(&keys(), partner, sealed).unwrap_err();
            assert!(matches!(refused, NoticeSecretError::Key(_)), "{refused}");
        }
    }

    #[test]
    fn something_else_in_its_place_is_not_signed_with() {
        let shop = "shop".parse().unwrap();
        let context = context::notice_secret(&shop, "s1");
        let sealed = SealedSecret {
            secret_id: "s1".to_owned(),
            sealed: keys().seal(&context, b"hunter2"),
        };
        let refused = open(&keys(), &shop, &sealed).unwrap_err();
        assert_eq!(refused, NoticeSecretError::Malformed);
        assert!(!refused.to_string().contains("hunter2"));
    }
}
