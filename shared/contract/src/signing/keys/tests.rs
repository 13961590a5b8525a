use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rsa::pkcs1::{EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey as _, LineEnding};
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::{RsaPrivateKey, RsaPublicKey};

use super::*;
use crate::signing::fixtures::{key_set, noon, ours, pem, registered, theirs};

const TEXT: &[u8] = "金额=100.00".as_bytes();

fn ours_as_rsa() -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs8_pem(pem("merchant_private_pkcs8_pem")).unwrap()
}

#[test]
fn what_one_library_signs_the_other_verifies() {
    let signed_here = ours().sign(TEXT);
    let there = VerifyingKey::<Sha256>::new(RsaPublicKey::from(&ours_as_rsa()));
    let decoded = BASE64_STANDARD.decode(&signed_here).unwrap();
    there
        .verify(TEXT, &Signature::try_from(decoded.as_slice()).unwrap())
        .unwrap();

    let signed_there = SigningKey::<Sha256>::new(ours_as_rsa()).sign(TEXT);
    let signed_there = BASE64_STANDARD.encode(signed_there.to_bytes());
    assert_eq!(ours().public().verify(TEXT, &signed_there), Ok(()));
    assert_eq!(signed_here, signed_there);
    assert_eq!(
        theirs().public().verify(TEXT, &signed_here),
        Err(SignatureError::Mismatch)
    );
}

#[test]
fn every_way_of_writing_a_public_key_is_the_same_key() {
    let key = ours().public().clone();
    let numbers = RsaPublicKey::from(&ours_as_rsa());
    let pkcs1_pem = numbers.to_pkcs1_pem(LineEnding::CRLF).unwrap();
    let pkcs1_der = numbers.to_pkcs1_der().unwrap();
    let bare = |pem: &str| {
        pem.lines()
            .filter(|line| !line.contains("--"))
            .collect::<String>()
    };
    for text in [
        key.to_spki_pem(),
        pkcs1_pem.clone(),
        bare(&key.to_spki_pem()),
        bare(&pkcs1_pem),
        format!("\r\n{}\t", bare(&key.to_spki_pem()).trim_end_matches('=')),
        BASE64_STANDARD.encode(key.to_spki_der()),
    ] {
        assert_eq!(text.parse::<PublicKey>().as_ref(), Ok(&key), "{text}");
    }
    assert_eq!(PublicKey::from_der(key.to_spki_der()).as_ref(), Ok(&key));
    assert_eq!(PublicKey::from_der(pkcs1_der.as_bytes()).as_ref(), Ok(&key));
    assert_eq!(pem("merchant_public_spki_pem"), key.to_spki_pem());
    assert_eq!(key.bits(), 2048);
}

#[test]
fn every_way_of_writing_a_private_key_is_the_same_key() {
    let pkcs8 = pem("merchant_private_pkcs8_pem");
    let pkcs1 = ours_as_rsa().to_pkcs1_pem(LineEnding::LF).unwrap();
    let bare = |pem: &str| {
        pem.lines()
            .filter(|line| !line.contains("--"))
            .collect::<String>()
    };
    for text in [
        pkcs8.to_owned(),
        pkcs1.to_string(),
        bare(pkcs8),
        bare(&pkcs1),
    ] {
        let key: PrivateKey = text.parse().unwrap();
        assert_eq!(key.public(), ours().public());
        assert_eq!(key.sign(TEXT), ours().sign(TEXT));
    }
}

#[test]
fn keys_of_the_wrong_kind_or_size_are_refused() {
    let public = pem("merchant_public_spki_pem");
    let private = pem("merchant_private_pkcs8_pem");
    assert_eq!(private.parse::<PublicKey>(), Err(KeyError::WrongKind));
    assert_eq!(
        public.parse::<PrivateKey>().unwrap_err(),
        KeyError::WrongKind
    );
    let short = include_str!("../../../tests/keys/too-short-1024.pub.pem");
    assert_eq!(
        short.parse::<PublicKey>(),
        Err(KeyError::Size { bits: 1024 })
    );
    let long = include_str!("../../../tests/keys/too-long-8192.pub.pem");
    assert!(long.parse::<PublicKey>().is_err());
    for bad in [
        "",
        "-----BEGIN PUBLIC KEY-----",
        "AAAA",
        "密钥",
        "-----BEGIN X----- -----END Y-----",
    ] {
        assert_eq!(bad.parse::<PublicKey>(), Err(KeyError::Unreadable), "{bad}");
        assert_eq!(
            bad.parse::<PrivateKey>().unwrap_err(),
            KeyError::Unreadable,
            "{bad}"
        );
    }
    assert_eq!(
        "A".repeat(20_000).parse::<PublicKey>(),
        Err(KeyError::TooLong)
    );
    let mut random = rsa::rand_core::OsRng;
    assert_eq!(
        generate_pkcs8_pem(&mut random, 1024),
        Err(KeyError::Size { bits: 1024 })
    );
}

#[test]
fn a_private_key_shows_only_its_public_fingerprint() {
    let shown = format!("{:?}", ours());
    assert_eq!(
        shown,
        format!("PrivateKey(of {})", ours().public().fingerprint())
    );
    assert_eq!(ours().public().fingerprint().len(), 64);
}

#[test]
fn a_new_key_signs_what_its_public_half_verifies() {
    let pem = generate_pkcs8_pem(&mut rsa::rand_core::OsRng, 2048).unwrap();
    let key: PrivateKey = pem.parse().unwrap();
    assert_eq!(key.public().verify(TEXT, &key.sign(TEXT)), Ok(()));
}

#[test]
fn a_jwk_holds_the_modulus_and_the_exponent() {
    let jwk = ours().public().to_jwk("k1");
    let json = serde_json::to_value(&jwk).unwrap();
    assert_eq!(
        (&json["kty"], &json["use"], &json["alg"]),
        (&"RSA".into(), &"sig".into(), &"RS256".into())
    );
    assert_eq!((&json["kid"], &json["e"]), (&"k1".into(), &"AQAB".into()));
    assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(&jwk.n).unwrap().len(), 256);
}

#[test]
fn a_named_key_is_tried_alone_and_an_unnamed_one_among_the_active() {
    let mut retired = registered("old", &ours());
    retired.retired_at = Some(noon());
    let mut future = registered("new", &ours());
    future.not_before = noon() + jiff::SignedDuration::from_secs(1);
    let keys = KeySet::new(vec![retired, future, registered("other", &theirs())]).unwrap();
    let (before, after) = (
        noon() - jiff::SignedDuration::from_secs(1),
        noon() + jiff::SignedDuration::from_secs(1),
    );
    let sign = ours().sign(TEXT);
    let verify = |key_id, now| {
        keys.verify(key_id, TEXT, &sign, now)
            .map(|key_id| key_id.as_str())
    };
    assert_eq!(verify(Some("old"), before), Ok("old"));
    assert_eq!(verify(None, before), Ok("old"));
    assert_eq!(verify(Some("old"), noon()), Err(SignatureError::RetiredKey));
    assert_eq!(verify(Some("new"), noon()), Err(SignatureError::RetiredKey));
    assert_eq!(verify(None, noon()), Err(SignatureError::Mismatch));
    assert_eq!(verify(None, after), Ok("new"));
    assert_eq!(verify(Some("other"), after), Err(SignatureError::Mismatch));
    assert_eq!(verify(Some("none"), after), Err(SignatureError::UnknownKey));
    let nobody = KeySet::default();
    assert_eq!(
        nobody.verify(None, TEXT, &sign, noon()),
        Err(SignatureError::UnknownKey)
    );
}

#[test]
fn a_key_set_is_bounded_and_names_are_unique() {
    let many = |count: usize| {
        (0..count)
            .map(|at| registered(&format!("k{at}"), &ours()))
            .collect::<Vec<_>>()
    };
    assert!(KeySet::new(many(MAX_KEYS)).is_ok());
    assert_eq!(KeySet::new(many(MAX_KEYS + 1)), Err(KeySetError::TooMany));
    let twice = vec![registered("k", &ours()), registered("k", &theirs())];
    assert_eq!(KeySet::new(twice), Err(KeySetError::SameName));
}

#[test]
fn a_signature_has_one_spelling() {
    let keys = key_set(&ours());
    let sign = ours().sign(TEXT);
    let verify = |sign: &str| keys.verify(None, TEXT, sign, noon()).map(|_| ());
    assert_eq!(verify(&sign), Ok(()));
    assert_eq!(verify(""), Err(SignatureError::MissingSignature));
    assert_eq!(
        verify(sign.trim_end_matches('=')),
        Err(SignatureError::NotBase64)
    );
    assert_eq!(verify(&format!("{sign}\n")), Err(SignatureError::NotBase64));
    assert_eq!(
        verify(&sign.replacen('+', " ", 1).replacen('/', " ", 1)),
        Err(SignatureError::NotBase64)
    );
    for at in 0..sign.len() {
        let mut altered = sign.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        assert!(
            verify(std::str::from_utf8(&altered).unwrap()).is_err(),
            "character {at}"
        );
    }
}
