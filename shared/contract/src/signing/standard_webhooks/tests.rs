use super::*;

/// The example by which libraries of the specification are tested.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const EXAMPLE_ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const MADE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn at() -> Timestamp {
    Timestamp::from_second(1_614_265_330).unwrap()
}

fn secret() -> NoticeSecret {
    SECRET.parse().unwrap()
}

fn other() -> NoticeSecret {
    NoticeSecret::new(&[7; 32]).unwrap()
}

fn verdict(secrets: &[NoticeSecret], values: (&str, &str, &str)) -> Result<(), StandardError> {
    verify(secrets, values, BODY, at(), 300)
}

#[test]
fn the_specifications_own_example_is_made_and_verified() {
    let made = headers(&[secret()], EXAMPLE_ID, at(), BODY);
    let expected = [
        (ID, EXAMPLE_ID.to_owned()),
        (TIMESTAMP, "1614265330".to_owned()),
        (SIGNATURE, MADE.to_owned()),
    ];
    assert_eq!(made, expected);
    assert_eq!(
        verdict(&[secret()], (EXAMPLE_ID, "1614265330", MADE)),
        Ok(())
    );
}

#[test]
fn a_partner_without_a_secret_gets_no_header() {
    assert_eq!(headers(&[], EXAMPLE_ID, at(), BODY), []);
}

#[test]
fn while_secrets_overlap_each_signs_and_either_verifies() {
    let made = headers(&[other(), secret()], EXAMPLE_ID, at(), BODY);
    let signatures = made[2].1.as_str();
    assert_eq!(signatures.split(' ').count(), 2);
    assert!(signatures.ends_with(MADE));
    for held in [[secret()], [other()]] {
        assert_eq!(
            verdict(&held, (EXAMPLE_ID, "1614265330", signatures)),
            Ok(())
        );
    }
}

#[test]
fn what_was_changed_made_elsewhere_or_made_otherwise_does_not_hold() {
    let shortened = &MADE[..MADE.len() - 5];
    let asymmetric = MADE.replace("v1,", "v1a,");
    for (id, timestamp, signatures) in [
        ("msg_other", "1614265330", MADE),
        (EXAMPLE_ID, "1614265331", MADE),
        (EXAMPLE_ID, "1614265330", shortened),
        (EXAMPLE_ID, "1614265330", &asymmetric),
        (EXAMPLE_ID, "1614265330", &MADE[3..]),
        (EXAMPLE_ID, "1614265330", ""),
        (EXAMPLE_ID, "1614265330", "v1, v1,AAAA"),
    ] {
        let said = verdict(&[secret()], (id, timestamp, signatures));
        assert_eq!(said, Err(StandardError::Signature), "{id} {signatures}");
    }
    let values = (EXAMPLE_ID, "1614265330", MADE);
    for (secrets, body) in [
        (vec![other()], BODY),
        (vec![], BODY),
        (vec![secret()], br#"{"test":2432232314}"#.as_slice()),
    ] {
        let said = verify(&secrets, values, body, at(), 300);
        assert_eq!(said, Err(StandardError::Signature));
    }
}

#[test]
fn a_time_that_is_far_off_or_none_is_refused_before_anything_is_compared() {
    for timestamp in [
        "1614265029",
        "1614265631",
        "1614265330.0",
        "",
        "9223372036854775808",
    ] {
        let said = verdict(&[secret()], (EXAMPLE_ID, timestamp, MADE));
        assert_eq!(said, Err(StandardError::Timestamp), "{timestamp}");
    }
    let far = verdict(&[secret()], (EXAMPLE_ID, "-9223372036854775808", MADE));
    assert_eq!(far, Err(StandardError::Timestamp));
}

#[test]
fn a_secret_has_24_to_64_bytes_and_is_not_printed_by_accident() {
    for bytes in [24, 32, 64] {
        let secret = NoticeSecret::new(&vec![3; bytes]).unwrap();
        let text = secret.expose();
        assert!(text.starts_with("whsec_"), "{bytes}");
        assert_eq!(text.parse(), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "NoticeSecret(***)");
    }
    for bytes in [0, 23, 65] {
        assert_eq!(NoticeSecret::new(&vec![3; bytes]), Err(InvalidNoticeSecret));
    }
    for text in [
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS_",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ] {
        assert_eq!(text.parse::<NoticeSecret>(), Err(InvalidNoticeSecret));
    }
}
