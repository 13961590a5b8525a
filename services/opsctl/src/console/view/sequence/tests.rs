use contract::withdrawal::State;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::notices::{Sending, Told};
use store::timeline::Entry;

const BEGIN: &str = "2026-11-22T04:00:00Z";

/// What happens to every withdrawal that is sent to Huifu and has it.
const SENT: [(&str, &str); 4] = [
    ("open", "intake: open draft"),
    ("confirm", "intake: accept withdrawal"),
    ("open_attempt", "huifu-dispatcher: open attempt"),
    ("submit", "huifu-dispatcher: record submitted"),
];

fn later(seconds: i64) -> Timestamp {
    BEGIN.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn entry(seconds: i64, event: &str, by: &str, detail: Value) -> Entry {
    Entry {
        at: later(seconds),
        recorded_by: by.to_owned(),
        event: event.to_owned(),
        from_state: None,
        to_state: None,
        detail,
    }
}

fn sent() -> Vec<Entry> {
    let detail = |event: &str| match event {
        "open_attempt" => json!({ "req_seq_id": "A01MCC5RM000000000000000007" }),
        "submit" => json!({ "resp_code": "00000100" }),
        _ => json!({}),
    };
    (0..)
        .zip(SENT)
        .map(|(second, (event, by))| entry(second, event, by, detail(event)))
        .collect()
}

fn sending(seconds: i64, number: i32, status: Option<i32>) -> Sending {
    Sending {
        number,
        at: later(seconds),
        outcome: match status {
            Some(200) => "delivered",
            Some(_) => "status",
            None => "timeout",
        }
        .to_owned(),
        http_status: status,
        duration_ms: 12,
        answer: None,
        address: None,
        reused: None,
        dns_us: None,
        connect_us: None,
        tls_us: None,
        first_byte_us: None,
    }
}

fn told(outcome: &'static str, attempts: Vec<Sending>) -> Told {
    Told {
        notice_id: "N01MCC5RM000000000000000001".parse().unwrap(),
        sequence: 1,
        outcome,
        state: "delivered",
        attempt_count: 1,
        delivered_at: None,
        created_at: later(0),
        attempts,
    }
}

fn sequence(state: State, timeline: Vec<Entry>, notices: Vec<Told>) -> Sequence {
    Sequence::of(&Story {
        withdrawal: stand_in(state),
        attempts: Vec::new(),
        notices,
        timeline,
    })
}

/// A withdrawal of 100 yuan that was confirmed.
fn stand_in(state: State) -> contract::withdrawal::Withdrawal {
    use contract::money::Fen;
    use contract::withdrawal::{CashType, Confirmation, Language, NewWithdrawal, Withdrawal};
    Withdrawal {
        request: NewWithdrawal {
            id: "W01MCC5RM000000000000000001".parse().unwrap(),
            partner_id: "shop".parse().unwrap(),
            third_party_user_id: "u-1".parse().unwrap(),
            htouhui_user_id: "10000000001".parse().unwrap(),
            amount: Fen::new(10_000).unwrap(),
            out_order_no: None,
            return_url: "https://shop.example/return".to_owned(),
            notify_url: "https://shop.example/notify?token=secret".to_owned(),
            from_url: "https://shop.example/from".to_owned(),
            cash_type: None,
            language: Language::Chinese,
            expires_at: later(900),
        },
        state,
        held: false,
        confirmed: Some(Confirmation {
            cash_type: CashType::T1,
            fee: Fen::new(105).unwrap(),
            arrival: Fen::new(9_895).unwrap(),
            card_id: 1,
            accepted_at: later(1),
        }),
        reason_code: None,
        reason_detail: None,
        traceparent: None,
        created_at: later(0),
        updated_at: later(0),
        terminal_at: None,
    }
}

fn statuses(trans: &str) -> Value {
    json!({ "msg_type": "settlement_enchashment", "trans_status": trans, "acct_status": "S" })
}

#[test]
fn a_paid_one_goes_from_the_partner_to_huifu_and_back() {
    let mut timeline = sent();
    let accounting = entry(
        9,
        "callback",
        "callback-receiver: take callback",
        statuses("P"),
    );
    let end = entry(30, "pay", "callback-receiver: take callback", statuses("S"));
    timeline.extend([accounting, end]);
    let tries = vec![sending(31, 1, Some(500)), sending(46, 2, Some(200))];
    let sequence = sequence(State::Paid, timeline, vec![told("paid", tries)]);
    assert_snapshot!("paid", sequence.render().unwrap());
}

#[test]
fn a_failed_one_is_told_to_the_partner_and_a_partner_that_is_away_leaves_a_dead_letter() {
    let mut timeline = sent();
    timeline.pop();
    let refused = json!({ "resp_code": "90000000", "reason_code": "account_frozen" });
    let by = "huifu-dispatcher: record refusal";
    timeline.push(entry(3, "refuse", by, refused));
    let by = "partner-notifier: record attempt";
    timeline.push(entry(50, "notice_dead_lettered", by, json!({})));
    let tries = vec![sending(4, 1, None), sending(49, 16, None)];
    let sequence = sequence(State::Failed, timeline, vec![told("failed", tries)]);
    assert_snapshot!("failed", sequence.render().unwrap());
}

#[test]
fn a_returned_one_has_a_second_notice_days_later() {
    let mut timeline = sent();
    let by = "callback-receiver: take callback";
    timeline.push(entry(30, "pay", by, statuses("S")));
    let answer = json!({ "query": 7, "answer": { "verdict": "returned", "trans_status": "S" } });
    let by = "huifu-dispatcher: record query";
    timeline.push(entry(200_000, "return", by, answer));
    let mut second = told("returned", vec![sending(200_001, 1, Some(200))]);
    second.sequence = 2;
    let first = told("paid", vec![sending(31, 1, Some(200))]);
    let sequence = sequence(State::Returned, timeline, vec![first, second]);
    assert_snapshot!("returned", sequence.render().unwrap());
}

#[test]
fn one_in_doubt_shows_the_doubt_and_no_second_payment() {
    let mut timeline = sent();
    timeline.pop();
    let by = "huifu-dispatcher: record not sent";
    timeline.push(entry(3, "not_sent", by, json!({ "cause": "connect" })));
    let by = "huifu-dispatcher: open attempt";
    timeline.push(entry(20, "open_attempt", by, json!({ "req_seq_id": "A2" })));
    let by = "huifu-dispatcher: record unknown";
    timeline.push(entry(50, "lose_track", by, json!({ "cause": "timeout" })));
    let by = "opsctl: ask";
    timeline.push(entry(
        99,
        "asked_by_hand",
        by,
        json!({ "reason": "<b>why</b>" }),
    ));
    let sequence = sequence(State::Unconfirmed, timeline, Vec::new());
    let page = sequence.render().unwrap();
    assert!(!page.contains("<b>") && !page.contains("secret"), "{page}");
    assert_snapshot!("in_doubt", page);
}

#[test]
fn the_beginning_and_the_end_of_a_long_story_are_drawn() {
    let tries = (0..300).map(|second| sending(second, 1, None)).collect();
    let sequence = sequence(State::Paid, sent(), vec![told("paid", tries)]);
    assert_eq!((sequence.hops.len(), sequence.left_out), (100, 205));
    let page = sequence.render().unwrap();
    assert!(page.contains("… 205 more"), "{page}");
}
