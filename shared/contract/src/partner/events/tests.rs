use std::collections::BTreeSet;

use super::*;
use crate::ids::PartnerId;
use crate::partner::notice::Outcome;
use crate::partner::{BodyError, ReasonCode};
use crate::withdrawal::CashType;

fn shop() -> PartnerId {
    "shop".parse().unwrap()
}

fn notice(outcome: Outcome) -> Notice {
    let fen = |fen| crate::money::Fen::new(fen).unwrap();
    Notice {
        third_party_user_id: "u-1".parse().unwrap(),
        htouhui_user_id: "8001".parse().unwrap(),
        money: fen(10_000),
        outcome,
        order_id: "W01KASGXE00000000000000000A".parse().unwrap(),
        out_order_no: None,
        notice_id: "N01KASGXE00000000000000000A".parse().unwrap(),
        sequence: 1,
        fee: fen(105),
        arrival_money: fen(9_895),
        cash_type: CashType::Dm,
        finished_at: "2026-11-22T04:00:00Z".parse().unwrap(),
    }
}

fn problems(query: &str) -> Vec<String> {
    match EventsQuery::parse(query, &shop()) {
        Err(BodyError::Fields(problems)) => problems
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.rule))
            .collect(),
        other => panic!("problems were due: {other:?}"),
    }
}

#[test]
fn every_kind_has_its_own_name() {
    let names: BTreeSet<&str> = EventKind::ALL.map(EventKind::as_str).into();
    assert_eq!(names.len(), EventKind::ALL.len());
    for kind in EventKind::ALL {
        assert_eq!(EventKind::from_name(kind.as_str()), Some(kind));
    }
}

#[test]
fn a_cursor_is_the_same_for_ever() {
    // Partners have these in their databases.
    assert_eq!(Cursor::BEGINNING.text(&shop()), "AAAAAAAAAADJF383GHbbqg");
    assert_eq!(Cursor::new(1).text(&shop()), "AAAAAAAAAAG9AGvsiAE8cQ");
}

#[test]
fn a_cursor_is_read_by_its_own_partner_alone_and_only_as_it_was_written() {
    for position in [0, 1, 255, i64::MAX] {
        let text = Cursor::new(position).text(&shop());
        assert_eq!(text.len(), Cursor::LENGTH);
        assert_eq!(Cursor::read(&text, &shop()), Some(Cursor::new(position)));
        assert_eq!(Cursor::read(&text, &"other".parse().unwrap()), None);
        for at in 0..text.len() {
            let mut bad = text.clone();
            let other = if bad.as_bytes()[at] == b'A' { "B" } else { "A" };
            bad.replace_range(at..=at, other);
            assert_eq!(Cursor::read(&bad, &shop()), None, "{bad}");
        }
    }
    let negative = Cursor::new(-1).text(&shop());
    assert_eq!(Cursor::read(&negative, &shop()), None);
    for nonsense in [
        "",
        "7",
        "AAAAAAAAAAA",
        "提现提现提现提",
        "AAAAAAAAAADJF383GHbbqg==",
    ] {
        assert_eq!(Cursor::read(nonsense, &shop()), None, "{nonsense}");
    }
}

#[test]
fn a_question_begins_at_the_beginning_and_takes_a_hundred_unless_it_says_otherwise() {
    let read = |query: &str| EventsQuery::parse(query, &shop());
    let all = EventsQuery {
        after: Cursor::BEGINNING,
        limit: 100,
    };
    assert_eq!(read(""), Ok(all));
    assert_eq!(read("after=&limit="), Ok(all));
    let text = Cursor::new(7).text(&shop());
    let some = EventsQuery {
        after: Cursor::new(7),
        limit: 200,
    };
    assert_eq!(read(&format!("limit=200&after={text}")), Ok(some));
}

#[test]
fn everything_that_is_wrong_with_a_question_is_said_at_once() {
    let foreign = Cursor::new(7).text(&"other".parse().unwrap());
    let query = format!("after={foreign}&limit=201&befor=1&6222021122334455=1");
    assert_eq!(
        problems(&query),
        [
            "befor is not a field of this interface",
            "(unknown field) is not a field of this interface",
            "after is not a cursor of this partner's feed; send next or cursor of an answer as it was",
            "limit is a number from 1 to 200",
        ]
    );
    assert_eq!(problems("limit=1&limit=2"), ["limit may occur only once"]);
    for bad in ["0", "-1", "+5", "1.0", "0100", "2 ", "%EF%BC%92"] {
        assert_eq!(problems(&format!("limit={bad}")).len(), 1, "{bad}");
    }
    let flood = "a=1&".repeat(10_000);
    assert!(problems(&flood).len() <= 22);
}

#[test]
fn an_event_shows_its_notice_as_it_is_posted() {
    let event = Event {
        cursor: Cursor::new(1).text(&shop()),
        kind: EventKind::WithdrawalFinished,
        at: "20261122120000".parse().unwrap(),
        notice: (&notice(Outcome::Failed(ReasonCode::CardRefused))).into(),
    };
    assert_eq!(event.notice.get("status"), Some("0"));
    assert_eq!(event.notice.get("out_order_no"), None);
    let answer = EventsAnswer {
        next: event.cursor.clone(),
        events: vec![event],
        has_more: false,
    };
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        r#"{"events":[{"cursor":"AAAAAAAAAAG9AGvsiAE8cQ","kind":"withdrawal.finished","at":"20261122120000","notice":{"third_party_user_id":"u-1","htouhui_user_id":"8001","money":"100.00","status":"0","order_id":"W01KASGXE00000000000000000A","notice_id":"N01KASGXE00000000000000000A","sequence":"1","fee":"1.05","arrival_money":"98.95","cash_type":"DM","finished_at":"20261122120000","reason_code":"card_refused","reason":"收款银行卡不可用"}}],"next":"AAAAAAAAAAG9AGvsiAE8cQ","has_more":false}"#
    );
}
