use super::*;

fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn both_halves_are_read_as_pem_and_as_bare_base64() {
    let key = SigningKey::generate();
    let public = key.verifying_key();
    let signature = key.sign(b"text");
    for private_text in [key.to_pem(), bare(&key.to_pem())] {
        assert_eq!(
            SigningKey::read(&private_text).unwrap().sign(b"text"),
            signature
        );
    }
    for public_text in [public.to_pem(), bare(&public.to_pem())] {
        let read = VerifyingKey::read(&public_text).unwrap();
        assert!(read.verifies(b"text", &signature));
        assert!(!read.verifies(b"Text", &signature));
    }
}

#[test]
fn two_engines_agree_on_a_signature() {
    use rsa::pkcs1v15;
    use rsa::signature::{SignatureEncoding as _, Signer as _};

    let key = SigningKey::generate();
    let other = rsa::RsaPrivateKey::from_pkcs8_der(&der_of(&key.to_pem()).unwrap()).unwrap();
    let theirs = pkcs1v15::SigningKey::<rsa::sha2::Sha256>::new(other).sign("提现".as_bytes());
    assert_eq!(
        key.sign("提现".as_bytes()),
        STANDARD.encode(theirs.to_bytes())
    );
}

#[test]
fn a_json_web_key_gives_the_same_public_key() {
    use rsa::traits::PublicKeyParts as _;

    let key = SigningKey::generate();
    let public =
        rsa::RsaPublicKey::from_public_key_der(&der_of(&key.verifying_key().to_pem()).unwrap())
            .unwrap();
    let read = VerifyingKey::from_jwk(
        &URL_SAFE_NO_PAD.encode(public.n().to_bytes_be()),
        &URL_SAFE_NO_PAD.encode(public.e().to_bytes_be()),
    )
    .unwrap();
    assert!(read.verifies(b"text", &key.sign(b"text")));
}

#[test]
fn a_private_key_does_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", SigningKey::generate()), "SigningKey(***)");
}

#[test]
fn what_is_no_key_is_refused() {
    for text in [
        "",
        "not a key",
        "AAAA",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n",
    ] {
        assert!(SigningKey::read(text).is_err(), "{text:?}");
        assert!(VerifyingKey::read(text).is_err(), "{text:?}");
    }
}
