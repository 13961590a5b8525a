use super::*;
use crate::ids::{ApplicationId, WithdrawalId};
use crate::partner::notice::Notice;
use crate::partner::seal::OpenError;
use crate::partner::{ApplicationNotice, application_notice, notice, seal};
use crate::signing::fixtures::{key_set, noon, ours};
use crate::signing::partner::{signed_text, verify};

fn sealed() -> Seal {
    Seal {
        partner_id: "p1".parse().unwrap(),
        key_id: "k1".parse().unwrap(),
        timestamp: WireTime::new(noon()),
        nonce: "n1".to_owned(),
    }
}

fn of(tells: Tells) -> CertificationNotice {
    CertificationNotice {
        run: "C01KASGXE00000000000000000A".parse().unwrap(),
        subject: "T01KASGXE00000000000000000C".parse().unwrap(),
        notice_id: "N01KASGXE00000000000000000B".parse().unwrap(),
        sequence: 1,
        tells,
        finished_at: noon(),
    }
}

#[test]
fn it_is_a_notice_with_one_signed_field_more() {
    for (tells, business, left_out) in [
        (
            Tells::Paid,
            &notice::BUSINESS_NAMES,
            vec!["out_order_no", "reason_code", "reason"],
        ),
        (
            Tells::Failed(ReasonCode::AccountFrozen),
            &notice::BUSINESS_NAMES,
            vec!["out_order_no"],
        ),
        (
            Tells::ApplicationPassed,
            &application_notice::BUSINESS_NAMES,
            vec!["reason_code", "reason"],
        ),
    ] {
        let form = of(tells).form(&sealed(), &ours(), &[]);
        assert!(verify(&form, &key_set(&ours()), noon()).is_ok());
        let expected: Vec<&str> = seal::NAMES
            .iter()
            .chain(business)
            .copied()
            .chain([FIELD])
            .filter(|name| !left_out.contains(name))
            .collect();
        let mut named: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
        // It stands behind all the others on the wire.
        assert_eq!(named.pop(), Some("sign"), "{tells:?}");
        let expected: Vec<&str> = expected
            .into_iter()
            .filter(|name| *name != "sign")
            .collect();
        assert_eq!(named, expected, "{tells:?}");
        let text = signed_text(&form).unwrap();
        assert!(text.contains("&certification=C01KASGXE00000000000000000A&"));
    }
}

#[test]
fn nobody_reads_it_as_a_notice_about_money_or_an_account() {
    let form = of(Tells::Paid).form(&sealed(), &ours(), &[]);
    let read = Notice::open(&form, &key_set(&ours()), noon());
    // Who reads strictly knows only its own fields, and these were signed with one more.
    assert!(matches!(read, Err(OpenError::Verify(_))), "{read:?}");
    let form = of(Tells::ApplicationPassed).form(&sealed(), &ours(), &[]);
    let read = ApplicationNotice::open(&form, &key_set(&ours()), noon());
    assert!(matches!(read, Err(OpenError::Verify(_))), "{read:?}");
    let subject = of(Tells::Paid).subject;
    assert!(subject.as_str().parse::<WithdrawalId>().is_err());
    assert!(subject.as_str().parse::<ApplicationId>().is_err());
}

#[test]
fn no_other_notice_has_the_field() {
    let known = notice::BUSINESS_NAMES
        .iter()
        .chain(&application_notice::BUSINESS_NAMES)
        .chain(&seal::NAMES);
    assert!(known.into_iter().all(|name| *name != FIELD));
}

#[test]
fn fields_that_nobody_has_heard_of_are_signed_too() {
    let form = of(Tells::Paid).form(&sealed(), &ours(), &[("later", "1")]);
    assert!(signed_text(&form).unwrap().contains("&later=1&"));
    assert!(verify(&form, &key_set(&ours()), noon()).is_ok());
}

#[test]
fn the_header_is_read_as_it_is_written_and_no_other_word_is() {
    for judged in Judged::ALL {
        assert_eq!(Judged::from_name(judged.as_str()), Some(judged));
    }
    assert_eq!(Judged::from_name(" New "), Some(Judged::New));
    assert_eq!(Judged::from_name("duplicate"), None);
    assert_eq!(Judged::from_name(""), None);
}
