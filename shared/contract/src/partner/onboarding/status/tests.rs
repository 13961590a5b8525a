use super::*;

#[test]
fn a_query_names_exactly_one_application_and_nothing_else() {
    let read = |json: &str| StatusRequest::parse(json.as_bytes());
    assert_eq!(
        read(r#"{"application_no":"A-1"}"#),
        Ok(StatusRequest::ApplicationNo("A-1".parse().unwrap()))
    );
    assert!(read(r#"{"application_id":"P01KASGXE00000000000000000A"}"#).is_ok());
    for (bad, field) in [
        ("{}", "application_id"),
        (
            r#"{"application_id":"P01KASGXE00000000000000000A","application_no":"A-1"}"#,
            "application_id",
        ),
        (r#"{"application_no":"A-1","page":1}"#, "page"),
        (r#"{"application_no":7}"#, "application_no"),
        (
            r#"{"application_id":"W01KASGXE00000000000000000A"}"#,
            "application_id",
        ),
    ] {
        let Err(BodyError::Fields(problems)) = read(bad) else {
            panic!("{bad}");
        };
        assert_eq!(
            (problems.len(), problems[0].field.as_str()),
            (1, field),
            "{bad}"
        );
    }
    let twice = r#"{"application_no":"A-1","application_no":"A-2"}"#;
    assert_eq!(read(twice), Err(BodyError::Malformed));
}

#[test]
fn of_huifus_words_only_the_floor_of_a_fee_is_told() {
    let words = "T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.00";
    let (zh, en) = explained(ApplicationReason::FeeBelowFloor, Some(words));
    assert_eq!(
        zh,
        "取现费率低于渠道商或上级商户的费率底价：T1取现手续费不能低于每笔 1.00 元加金额的 0.00%"
    );
    assert!(
        en.ends_with("The fee of T1 must be at least 1.00 yuan plus 0.00 %."),
        "{en}"
    );
    let (zh, en) = explained(
        ApplicationReason::CardMismatch,
        Some("张三 6222021122334455"),
    );
    assert_eq!(zh, ApplicationReason::CardMismatch.zh());
    assert_eq!(en, ApplicationReason::CardMismatch.en());
    let (zh, _) = explained(ApplicationReason::FeeBelowFloor, Some("费率过低"));
    assert_eq!(zh, ApplicationReason::FeeBelowFloor.zh());
}

fn received() -> ApplicationAnswer {
    ApplicationAnswer {
        application_id: "P01KASGXE00000000000000000A".parse().unwrap(),
        application_no: "A-1".parse().unwrap(),
        kind: ApplicationKind::CashRules,
        subject: SubjectKind::EnterpriseMerchant,
        third_party_user_id: "u-1".parse().unwrap(),
        htouhui_user_id: "20000000001".parse().unwrap(),
        state: State::Received,
        step: Step::Business,
        card_tail: None,
        card_id: None,
        reason_code: None,
        reason: None,
        reason_en: None,
        received_at: "20261122120000".parse().unwrap(),
        finished_at: None,
    }
}

#[test]
fn the_answer_on_the_wire_stays_as_it_is() {
    let json = serde_json::to_string(&received()).unwrap();
    assert_eq!(
        json,
        r#"{"application_id":"P01KASGXE00000000000000000A","application_no":"A-1","kind":"cash_rules","subject":"enterprise_merchant","third_party_user_id":"u-1","htouhui_user_id":"20000000001","state":"received","step":"business","received_at":"20261122120000"}"#
    );
    let ended = ApplicationAnswer {
        kind: ApplicationKind::Card,
        state: State::Refused,
        card_tail: Some("7766".to_owned()),
        card_id: Some("12".to_owned()),
        reason_code: Some(ApplicationReason::FeeBelowFloor),
        reason: Some("原因".to_owned()),
        reason_en: Some("The reason.".to_owned()),
        finished_at: Some("20261122130000".parse().unwrap()),
        ..received()
    };
    let json = serde_json::to_string(&ended).unwrap();
    assert_eq!(
        json,
        r#"{"application_id":"P01KASGXE00000000000000000A","application_no":"A-1","kind":"card","subject":"enterprise_merchant","third_party_user_id":"u-1","htouhui_user_id":"20000000001","state":"refused","step":"business","card_tail":"7766","card_id":"12","reason_code":"fee_below_floor","reason":"原因","reason_en":"The reason.","received_at":"20261122120000","finished_at":"20261122130000"}"#
    );
    assert_eq!(
        serde_json::from_str::<ApplicationAnswer>(&json).unwrap(),
        ended
    );
}
