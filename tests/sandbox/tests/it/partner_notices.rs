//! Notices: which are believed, and what is kept of them.

use sandbox::partner::{Mode, NoticeSecret};

use crate::platform::{NEXT_KEY, PLATFORM_KEY, Platform, notice, signed};

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
            .notify(&signed(fields, &PLATFORM_KEY))
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

#[tokio::test]
async fn what_tries_this_endpoint_is_told_what_it_was_taken_for_and_nothing_else_is() {
    let platform = Platform::start().await;
    let trying = |id: &str, sequence| {
        let mut fields = notice(&platform.partner, id, sequence);
        fields.insert("certification".to_owned(), "C1".to_owned());
        signed(fields, &PLATFORM_KEY)
    };
    let mut told = Vec::new();
    for fields in [
        trying("N2", 2),
        trying("N1", 1),
        trying("N2", 2),
        notice(&platform.partner, "N3", 3),
        trying("N4", 4),
    ] {
        if fields["notice_id"] == "N4" {
            platform.partner.set_mode(Mode::Silent);
        }
        let answer = platform.notify(&fields).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        let judged = answer.headers().get("tixian-certification");
        told.push(judged.map(|judged| judged.to_str().unwrap().to_owned()));
    }
    let expected = [Some("new"), Some("older"), Some("repeat"), None, None];
    assert_eq!(told, expected.map(|word| word.map(str::to_owned)));
}

#[tokio::test]
async fn a_careless_shop_takes_everything_for_new_and_answers_get_alike() {
    let platform = Platform::start().await;
    let url = format!("{}/notify", platform.partner.base_url);
    let looked = reqwest::get(&url).await.unwrap();
    assert_eq!(looked.status().as_u16(), 405);
    platform.partner.set_mode(Mode::Careless { ms: 0 });
    let mut forged = notice(&platform.partner, "N1", 1);
    forged.insert("certification".to_owned(), "C1".to_owned());
    for _ in 0..2 {
        let answer = platform.notify(&forged).await.unwrap();
        assert_eq!(answer.headers()["tixian-certification"], "new");
        assert_eq!(answer.text().await.unwrap(), "success");
    }
    let looked = reqwest::get(&url).await.unwrap();
    assert_eq!(looked.text().await.unwrap(), "success");
}

#[tokio::test]
async fn a_shop_that_has_a_secret_refuses_what_has_no_standard_headers() {
    let platform = Platform::start().await;
    let secret = NoticeSecret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    platform.partner.use_notice_secrets(vec![secret]);
    let answer = platform
        .notify(&notice(&platform.partner, "N1", 1))
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    let problems = platform.partner.notices()[0].verdict.problems.clone();
    assert_eq!(problems, ["a header of Standard Webhooks is missing"]);
}
