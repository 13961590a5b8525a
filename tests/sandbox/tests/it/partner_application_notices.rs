//! Notices about applications: told apart from those about withdrawals, and judged by their own
//! rules.

use crate::platform::{Fields, NEXT_KEY, PLATFORM_KEY, Platform, notice, signed};

/// A good notice about an application to this partner, signed.
fn application_notice(platform: &Platform, notice_id: &str, sequence: u32) -> Fields {
    let mut fields = notice(&platform.partner, notice_id, sequence);
    for name in [
        "money",
        "order_id",
        "out_order_no",
        "fee",
        "arrival_money",
        "cash_type",
        "reason",
    ] {
        fields.remove(name);
    }
    for (name, value) in [
        ("event", "application.finished"),
        ("application_id", "P01"),
        ("application_no", "OPEN-1"),
        ("kind", "opening"),
        ("subject", "individual_user"),
        ("card_tail", "6789"),
    ] {
        fields.insert(name.to_owned(), value.to_owned());
    }
    signed(fields, &PLATFORM_KEY)
}

async fn answer(platform: &Platform, fields: &Fields) -> (u16, String) {
    let answer = platform.notify(fields).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_good_notice_is_believed_and_listed_as_what_it_is() {
    let platform = Platform::start().await;
    let passed = application_notice(&platform, "N1", 1);
    assert_eq!(answer(&platform, &passed).await, (200, "success".into()));
    let heard = platform.partner.notices().remove(0);
    assert_eq!(heard.verdict.problems, Vec::<String>::new());
    assert!(heard.accepted && heard.is_about_application());
    assert_eq!(
        (heard.application_id.as_str(), heard.order_id.as_str()),
        ("P01", "")
    );
    let shown = platform.text("/notices").await;
    assert!(shown.contains("申请单号") && shown.contains("P01"));
    assert!(!shown.contains('¥'), "nothing about money");
}

#[tokio::test]
async fn a_signed_notice_must_still_follow_the_contract() {
    let platform = Platform::start().await;
    for (name, value) in [
        ("event", "withdrawal.finished"),
        ("application_id", ""),
        ("application_no", ""),
        ("kind", "loan"),
        ("subject", "robot"),
        ("status", "2"),
        ("reason_code", "name_mismatch"),
        ("card_tail", "678"),
        ("sequence", "first"),
        ("finished_at", "20261122"),
        ("money", "100.00"),
        ("order_id", "W01"),
    ] {
        let mut fields = application_notice(&platform, "N1", 1);
        fields.insert(name.to_owned(), value.to_owned());
        let fields = signed(fields, &PLATFORM_KEY);
        assert_eq!(answer(&platform, &fields).await.0, 400, "{name}={value}");
        let verdict = platform.partner.notices().pop().unwrap().verdict;
        assert!(verdict.signature_holds, "{name}");
        let problems = verdict.problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with(name), "{problems:?}");
    }
}

#[tokio::test]
async fn a_failure_is_told_with_its_reason() {
    let platform = Platform::start().await;
    let mut failed = application_notice(&platform, "N1", 1);
    failed.insert("status".to_owned(), "0".to_owned());
    let without = signed(failed.clone(), &PLATFORM_KEY);
    assert_eq!(answer(&platform, &without).await.0, 400);
    failed.insert("reason_code".to_owned(), "name_mismatch".to_owned());
    failed.insert("reason".to_owned(), "姓名与证件不符".to_owned());
    let with = signed(failed, &PLATFORM_KEY);
    assert_eq!(answer(&platform, &with).await.0, 200);
}

#[tokio::test]
async fn an_altered_or_foreign_notice_is_not_believed() {
    let platform = Platform::start().await;
    let mut altered = application_notice(&platform, "N1", 1);
    altered.insert("htouhui_user_id".to_owned(), "20000000002".to_owned());
    let mut disguised = application_notice(&platform, "N1", 1);
    disguised.remove("event");
    let foreign = signed(application_notice(&platform, "N1", 1), &NEXT_KEY);
    for wrong in [altered, disguised, foreign] {
        assert_eq!(answer(&platform, &wrong).await.0, 400);
    }
    let heard = platform.partner.notices();
    assert!(heard.iter().all(|one| !one.verdict.signature_holds));
}

#[tokio::test]
async fn the_numbers_of_applications_and_withdrawals_are_counted_apart() {
    let platform = Platform::start().await;
    for fields in [
        notice(&platform.partner, "N2", 2),
        application_notice(&platform, "N3", 1),
        application_notice(&platform, "N3", 1),
    ] {
        assert_eq!(answer(&platform, &fields).await.0, 200);
    }
    let heard = platform.partner.notices();
    let marks: Vec<_> = heard
        .iter()
        .map(|one| (one.duplicate, one.overtaken))
        .collect();
    assert_eq!(marks, [(false, false), (false, false), (true, false)]);
}
