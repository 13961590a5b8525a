//! Notices: which are believed, and what is kept of them.

use crate::platform::{NEXT_KEY, Platform, notice, signed};

#[tokio::test]
async fn a_good_notice_is_believed_and_listed() {
    let platform = Platform::start().await;
    let answer = platform
        .notify(&notice(&platform.partner, "N1", 1))
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.text().await.unwrap(), "success");
    let notices = platform.partner.notices();
    assert_eq!(notices[0].verdict.problems, Vec::<String>::new());
    assert!(notices[0].accepted && notices[0].verdict.signature_holds);
    assert_eq!(
        (notices[0].order_id.as_str(), notices[0].sequence),
        ("W01", Some(1))
    );
    assert!(platform.text("/notices").await.contains("有效 valid"));
    assert!(
        platform
            .text("/notices.json")
            .await
            .contains("\"notice_id\":\"N1\"")
    );
}

#[tokio::test]
async fn an_altered_or_unsigned_notice_is_not_believed() {
    let platform = Platform::start().await;
    let mut altered = notice(&platform.partner, "N1", 1);
    altered.insert("money".to_owned(), "900.00".to_owned());
    let mut added = notice(&platform.partner, "N1", 1);
    added.insert("unknown".to_owned(), "x".to_owned());
    let mut unsigned = notice(&platform.partner, "N1", 1);
    unsigned.remove("sign");
    let foreign = signed(notice(&platform.partner, "N1", 1), &NEXT_KEY);
    for wrong in [altered, added, unsigned, foreign] {
        let answer = platform.notify(&wrong).await.unwrap();
        assert_eq!(answer.status().as_u16(), 400);
        assert_ne!(answer.text().await.unwrap(), "success");
    }
    let notices = platform.partner.notices();
    assert_eq!(notices.len(), 4);
    assert!(
        notices
            .iter()
            .all(|one| !one.accepted && !one.verdict.signature_holds)
    );
}

#[tokio::test]
async fn a_signed_notice_must_still_follow_the_contract() {
    let platform = Platform::start().await;
    for (name, value) in [
        ("status", "2"),
        ("money", "100"),
        ("fee", "1.5"),
        ("partner_id", "other"),
        ("version", "2.0"),
        ("timestamp", "20200101000000"),
        ("order_id", "123456789012345678901234567890123"),
        ("notice_id", ""),
        ("sequence", "first"),
    ] {
        let mut fields = notice(&platform.partner, "N1", 1);
        fields.insert(name.to_owned(), value.to_owned());
        let answer = platform
            .notify(&signed(fields, &crate::platform::PLATFORM_KEY))
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 400, "{name}={value}");
        let last = platform.partner.notices().pop().unwrap();
        assert!(last.verdict.signature_holds, "{name}");
        assert_eq!(
            last.verdict.problems.len(),
            1,
            "{:?}",
            last.verdict.problems
        );
        assert!(
            last.verdict.problems[0].starts_with(name),
            "{:?}",
            last.verdict.problems
        );
    }
}

#[tokio::test]
async fn repeats_and_overtaken_notices_are_marked() {
    let platform = Platform::start().await;
    for (id, sequence) in [("N2", 2), ("N1", 1), ("N2", 2)] {
        platform
            .notify(&notice(&platform.partner, id, sequence))
            .await
            .unwrap();
    }
    let marks: Vec<(bool, bool)> = platform
        .partner
        .notices()
        .iter()
        .map(|one| (one.duplicate, one.overtaken))
        .collect();
    assert_eq!(marks, [(false, false), (false, true), (true, false)]);
    platform.partner.clear_notices();
    assert!(platform.partner.notices().is_empty());
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_for_a_new_name() {
    let platform = Platform::start().await;
    for _ in 0..3 {
        platform
            .notify(&notice(&platform.partner, "N1", 1))
            .await
            .unwrap();
    }
    assert_eq!(*platform.site.fetches.lock().unwrap(), 1);
    platform.site.publish("p2", &NEXT_KEY);
    let mut rotated = notice(&platform.partner, "N2", 2);
    rotated.insert("key_id".to_owned(), "p2".to_owned());
    let answer = platform.notify(&signed(rotated, &NEXT_KEY)).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "success");
    assert_eq!(*platform.site.fetches.lock().unwrap(), 2);
}

#[tokio::test]
async fn hostile_text_in_a_notice_is_shown_as_text() {
    let platform = Platform::start().await;
    let mut fields = notice(&platform.partner, "N1", 1);
    fields.insert("order_id".to_owned(), "<script>x</script>".to_owned());
    platform.notify(&fields).await.unwrap();
    assert!(!platform.text("/notices").await.contains("<script>"));
}
