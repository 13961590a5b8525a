use super::*;
use crate::partner::notice::Notice;
use crate::signing::SignatureError;
use crate::signing::fixtures::{key_set, noon, ours, theirs};
use crate::signing::partner::{VerifyError, signed_text};

fn seal() -> Seal {
    Seal {
        partner_id: "p1".parse().unwrap(),
        key_id: "k1".parse().unwrap(),
        timestamp: WireTime::new(noon()),
        nonce: "n1".to_owned(),
    }
}

fn notice(outcome: Outcome) -> ApplicationNotice {
    ApplicationNotice {
        application_id: "P01KASGXE00000000000000000C".parse().unwrap(),
        application_no: "OPEN-1".parse().unwrap(),
        notice_id: "N01KASGXE00000000000000000B".parse().unwrap(),
        sequence: 1,
        kind: ApplicationKind::Opening,
        subject: SubjectKind::IndividualUser,
        third_party_user_id: "user-1".parse().unwrap(),
        htouhui_user_id: "20000000001".parse().unwrap(),
        outcome,
        floor: None,
        card_tail: Some("6789".to_owned()),
        finished_at: noon(),
    }
}

fn open(form: &Form) -> Result<ApplicationNotice, OpenError> {
    ApplicationNotice::open(form, &key_set(&ours()), noon())
}

#[test]
fn the_fields_of_a_notice_are_those_of_the_contract() {
    let form = notice(Outcome::Passed).form(&seal(), &ours());
    assert_eq!(
        signed_text(&form).unwrap(),
        "application_id=P01KASGXE00000000000000000C&application_no=OPEN-1&card_tail=6789\
         &event=application.finished&finished_at=20261122120000&htouhui_user_id=20000000001\
         &key_id=k1&kind=opening&nonce=n1&notice_id=N01KASGXE00000000000000000B&partner_id=p1\
         &sequence=1&sign_type=RSA2&status=1&subject=individual_user&third_party_user_id=user-1\
         &timestamp=20261122120000&version=1.0"
    );
    let named: Vec<&str> = notice(Outcome::Passed)
        .fields()
        .map(|(name, _)| name)
        .to_vec();
    assert_eq!(named, BUSINESS_NAMES);
}

/// The signature scheme has no randomness, so the bytes on the wire can be kept: partners' own
/// implementations may be tested against them.
#[test]
fn the_golden_body_is_what_we_post_and_what_a_partner_reads() {
    let golden = include_str!("../../../tests/golden/application-notice.body.txt").trim_end();
    let refused = notice(Outcome::NotPassed(ApplicationReason::CardMismatch));
    assert_eq!(refused.body(&seal(), &ours()), golden);
    let form: Form = form_urlencoded::parse(golden.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(open(&form), Ok(refused));
}

#[test]
fn what_we_post_is_what_a_partner_reads() {
    let outcomes = ApplicationReason::ALL
        .into_iter()
        .map(Outcome::NotPassed)
        .chain([Outcome::Passed]);
    for outcome in outcomes {
        for kind in ApplicationKind::ALL {
            for subject in SubjectKind::ALL {
                let card_tail = (kind != ApplicationKind::CashRules).then(|| "6789".to_owned());
                let notice = ApplicationNotice {
                    kind,
                    subject,
                    card_tail,
                    ..notice(outcome)
                };
                let form = notice.form(&seal(), &ours());
                assert_eq!(open(&form), Ok(notice));
            }
        }
    }
}

#[test]
fn a_fee_below_the_floor_is_told_with_the_floor() {
    for words in [
        "T1取现费率底价1.00+AMT*0.0005",
        "D0费率底价MAX(0.01,AMT*0.0025)",
    ] {
        let floor = FeeFloor::find(words).unwrap();
        let told = ApplicationNotice {
            floor: Some(floor),
            ..notice(Outcome::NotPassed(ApplicationReason::FeeBelowFloor))
        };
        let form = told.form(&seal(), &ours());
        let (_, reason) = form.iter().find(|(name, _)| name == "reason").unwrap();
        assert!(reason.ends_with(&floor.zh()), "{reason}");
        // It travels in signed text, where these would be borders.
        assert!(!reason.contains(['&', '=']));
        assert!(open(&form).is_ok());
    }
}

#[test]
fn an_altered_notice_is_not_believed() {
    let reason = ApplicationReason::CardMismatch;
    let form = notice(Outcome::NotPassed(reason)).form(&seal(), &ours());
    let mismatch = Err(OpenError::Verify(VerifyError::Signature(
        SignatureError::Mismatch,
    )));
    let strangers = key_set(&theirs());
    assert_eq!(
        ApplicationNotice::open(&form, &strangers, noon()),
        mismatch.clone()
    );
    for at in 0..form.len() {
        let mut altered = form.clone();
        altered[at].1.push('0');
        assert!(open(&altered).is_err(), "{}", form[at].0);
        altered.remove(at);
        assert!(open(&altered).is_err(), "without {}", form[at].0);
    }
}

#[test]
fn values_that_are_signed_and_no_notice_of_ours_are_refused() {
    let fields = notice(Outcome::Passed).fields();
    for (name, value) in [
        ("event", "withdrawal.finished"),
        ("status", "0"),
        ("status", "2"),
        ("reason_code", ApplicationReason::CardMismatch.as_str()),
        ("kind", "loan"),
        ("subject", "robot"),
        ("card_tail", "67890"),
        ("card_tail", "6 89"),
        ("sequence", "-1"),
    ] {
        let mut changed = fields.clone();
        for field in &mut changed {
            if field.0 == name {
                value.clone_into(&mut field.1);
            }
        }
        let form = seal().close(&changed, &ours());
        let refused = open(&form).unwrap_err();
        assert!(matches!(refused, OpenError::Field(_)), "{name}: {refused}");
    }
}

#[test]
fn neither_kind_of_notice_is_read_as_the_other() {
    let form = notice(Outcome::Passed).form(&seal(), &ours());
    assert!(Notice::open(&form, &key_set(&ours()), noon()).is_err());
    assert!(BUSINESS_NAMES.contains(&"event"));
    for absent in ["event", "application_id"] {
        assert!(!crate::partner::notice::BUSINESS_NAMES.contains(&absent));
    }
    for absent in ["money", "order_id"] {
        assert!(!BUSINESS_NAMES.contains(&absent));
    }
}
