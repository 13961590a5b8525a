use proptest::prelude::*;

use super::*;

const FIRST: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECOND: &str = "k2:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

fn keys(list: &[&str]) -> DataKeys {
    DataKeys::parse(&list.join(",")).unwrap()
}

proptest! {
    #[test]
    fn what_was_sealed_opens_in_its_place_and_nowhere_else(
        plain in proptest::collection::vec(any::<u8>(), 0..300), place in "[a-z]{1,9}", other in "[A-Z]{0,9}"
    ) {
        let keys = keys(&[FIRST]);
        let sealed = keys.seal(&place, &plain);
        prop_assert!(sealed.starts_with(&keys.current_prefix()));
        prop_assert_eq!(keys.open(&place, &sealed), Ok(plain));
        let key_id = "k1".to_owned();
        prop_assert_eq!(keys.open(&other, &sealed), Err(DataKeyError::Refused { key_id }));
    }

    #[test]
    fn one_flipped_bit_anywhere_is_refused(
        plain in proptest::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>(), bit in 0_u8..8
    ) {
        let keys = keys(&[FIRST]);
        let sealed = keys.seal("place", &plain);
        let mut bytes = parse::decoded(&sealed["v1.k1.".len()..]).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let changed = format!("v1.k1.{}", parse::encoded(&bytes));
        let key_id = "k1".to_owned();
        prop_assert_eq!(keys.open("place", &changed), Err(DataKeyError::Refused { key_id }));
    }

    #[test]
    fn a_digest_knows_its_bytes_its_place_and_its_key(
        bytes in proptest::collection::vec(any::<u8>(), 0..100), place in "[a-z]{1,9}"
    ) {
        let (old, other) = (keys(&[FIRST]), keys(&[SECOND.replace("k2", "k1").as_str()]));
        let digest = old.digest(&place, &bytes);
        prop_assert_eq!(&digest, &old.digest(&place, &bytes));
        prop_assert_eq!(old.has_digest(&place, &bytes, &digest), Ok(true));
        prop_assert_eq!(other.has_digest(&place, &bytes, &digest), Ok(false));
        let mut longer = bytes.clone();
        longer.push(0);
        prop_assert_eq!(old.has_digest(&place, &longer, &digest), Ok(false));
        prop_assert_eq!(old.has_digest("Another", &bytes, &digest), Ok(false));
        // No byte may move between the place and the bytes.
        let moved = format!("{place}x");
        let (short, rest) = (moved.strip_suffix('x').unwrap(), [b"x", &bytes[..]].concat());
        prop_assert_ne!(old.digest(&moved, &bytes), old.digest(short, &rest));
    }

    #[test]
    fn no_text_whatever_makes_it_panic(text in "\\PC{0,60}") {
        let keys = keys(&[FIRST]);
        prop_assert!(keys.open("place", &text).is_err());
        let behind_a_key = format!("v1.k1.{text}");
        prop_assert!(keys.open("place", &behind_a_key).is_err());
        prop_assert!(DataKeys::parse(&text).is_err());
    }
}

#[test]
fn the_same_text_sealed_twice_reads_differently() {
    let keys = keys(&[FIRST]);
    assert_ne!(keys.seal("place", b"text"), keys.seal("place", b"text"));
}

#[test]
fn an_old_key_opens_after_a_new_one_has_come_first_and_a_missing_one_is_named() {
    let old = keys(&[FIRST]);
    let (sealed, digest) = (old.seal("place", b"text"), old.digest("place", b"text"));
    let both = keys(&[SECOND, FIRST]);
    assert_eq!(both.open("place", &sealed), Ok(b"text".to_vec()));
    assert_eq!(both.has_digest("place", b"text", &digest), Ok(true));
    assert!(both.seal("place", b"text").starts_with("v1.k2."));
    assert!(both.digest("place", b"text").starts_with("v1.k2."));

    let missing = DataKeyError::KeyMissing {
        key_id: "k1".to_owned(),
    };
    let new = keys(&[SECOND]);
    assert_eq!(new.open("place", &sealed), Err(missing.clone()));
    assert_eq!(
        new.has_digest("place", b"text", &digest),
        Err(missing.clone())
    );
    assert_eq!(
        missing.to_string(),
        "this process has no data key k1: DATA_KEYS must hold it"
    );
}

#[test]
fn a_value_is_resealed_with_its_digest_and_only_if_that_was_its_own() {
    let old = keys(&[FIRST]);
    let (sealed, digest) = (old.seal("seal", b"text"), old.digest("digest", b"text"));
    let stored = Stored {
        context: "seal",
        sealed: &sealed,
        digest_context: "digest",
        digest: &digest,
    };
    let both = keys(&[SECOND, FIRST]);
    let resealed = both.reseal(&stored).unwrap();
    let new = keys(&[SECOND]);
    assert_eq!(new.open("seal", &resealed.sealed), Ok(b"text".to_vec()));
    assert_eq!(
        new.has_digest("digest", b"text", &resealed.digest),
        Ok(true)
    );

    let other = old.digest("digest", b"other");
    let stored = Stored {
        digest: &other,
        ..stored
    };
    assert_eq!(both.reseal(&stored), Err(ResealError::OtherDigest));
    let missing = DataKeyError::KeyMissing {
        key_id: "k1".to_owned(),
    };
    assert_eq!(new.reseal(&stored), Err(ResealError::Key(missing)));
}

/// A value that an earlier release sealed must open for ever.
#[test]
fn the_form_of_sealed_values_and_digests_does_not_change() {
    let keys = keys(&[FIRST]);
    // Computed with Python's `hmac` and `cryptography`.
    let sealed = "v1.k1.AAECAwQFBgcICQoL3fPGXO8JsqZaGzR1/3QwPNRuSpY=";
    assert_eq!(keys.open("place", sealed), Ok(b"text".to_vec()));
    let digest = "v1.k1.4h4huKyUg5p22U5PHF4MfwGCVNtqCBj/pPZO4fBMA9E=";
    assert_eq!(keys.digest("place", b"text"), digest);
}

#[test]
fn a_text_of_another_form_is_malformed() {
    let keys = keys(&[FIRST]);
    for text in [
        "",
        "v1",
        "v1.k1",
        "v2.k1.AAAA",
        "v1.k 1.AAAA",
        "v1.k1.A",
        "v1..AAAA",
    ] {
        assert_eq!(
            keys.open("place", text),
            Err(DataKeyError::Malformed),
            "{text}"
        );
    }
    assert_eq!(
        keys.open("place", "v1.k1."),
        Err(DataKeyError::Refused {
            key_id: "k1".to_owned()
        }),
        "too short to hold a nonce"
    );
}

#[test]
fn a_wrong_list_says_what_is_wrong_and_repeats_no_key() {
    let words = |list: &str| DataKeys::parse(list).unwrap_err().to_string();
    let list = "must be a list of id:key separated by commas";
    assert_eq!(words(""), format!("{list}; entry 1 is empty"));
    assert_eq!(
        words(&format!("{FIRST},")),
        format!("{list}; entry 2 is empty")
    );
    assert_eq!(words("secret"), format!("{list}; entry 1 has no colon"));
    assert_eq!(
        words("a.b:c2VjcmV0"),
        "must be a list of id:key; of entry 1: the id of a data key is 1 to 32 letters, digits, - and _"
    );
    assert_eq!(
        words("k1:not base64"),
        "must hold keys in base64; the key k1 is not"
    );
    assert_eq!(
        words("k1:c2VjcmV0"),
        "must hold keys of 32 bytes; the key k1 has 6"
    );
    assert_eq!(
        words(&format!("{FIRST}, {FIRST}")),
        "must hold each id once; k1 is there twice"
    );
}

#[test]
fn a_debug_print_shows_names_alone() {
    let shown = format!("{:?}", keys(&[FIRST, SECOND]));
    assert_eq!(shown, "[DataKeyId(\"k1\"), DataKeyId(\"k2\")]");
}

#[test]
fn the_environment_gives_the_keys_or_says_why_not() {
    let mut env = Env::new([("DATA_KEYS", FIRST)]);
    let keys = DataKeys::read(&mut env).unwrap();
    assert_eq!(keys.sealing_key().as_str(), "k1");
    assert_eq!(env.redacted(), "DATA_KEYS=***\n");

    let mut env = Env::new([("DATA_KEYS", "k1:c2VjcmV0")]);
    assert!(DataKeys::read(&mut env).is_none());
    assert_eq!(
        env.errors(),
        ["DATA_KEYS must hold keys of 32 bytes; the key k1 has 6"]
    );
    let mut env = Env::default();
    assert!(DataKeys::read(&mut env).is_none());
    assert!(env.errors()[0].starts_with("DATA_KEYS is not set"));
}
