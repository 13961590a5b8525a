use contract::application::{State, Step, SubjectKind};
use contract::ids::{ApplicationId, TokenNo};
use jiff::Timestamp;
use serde_json::{Value, json};
use stand::forms;

use super::*;

fn application(kind: ApplicationKind) -> Application {
    Application {
        id: ApplicationId::from_parts(1, 1),
        partner_id: "shop".parse().unwrap(),
        application_no: "no-1".parse().unwrap(),
        kind,
        subject: SubjectKind::IndividualUser,
        third_party_user_id: "u-1".parse().unwrap(),
        htouhui_user_id: "20000000001".parse().unwrap(),
        huifu_id: Some("6666000000000001".parse().unwrap()),
        notify_url: "https://shop.example/notify".to_owned(),
        form_digest: String::new(),
        card_tail: None,
        bank_name: None,
        state: State::Unknown,
        held: false,
        step: Step::Business,
        apply_no: None,
        token_no: None,
        reason_code: None,
        reason_detail: None,
        terminal_at: None,
        traceparent: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn form(kind: ApplicationKind) -> ApplicationForm {
    let form = match kind {
        ApplicationKind::Opening => forms::opening("individual_user", "", &|_| String::new()),
        ApplicationKind::Card => forms::second_card("individual_user", ""),
        ApplicationKind::CashRules => forms::other_cash_rules(),
    };
    ApplicationForm::stored(kind, SubjectKind::IndividualUser, &form).unwrap()
}

fn card(token_no: &str, tail: &str, status: &str) -> Value {
    json!({ "token_no": token_no, "card_no": format!("622202******{tail}"), "status": status })
}

/// What Huifu says of somebody with these cards and cash types.
fn answer(cards: &[Value], rules: &[Value]) -> SubjectAnswer {
    SubjectAnswer {
        resp_code: Some("00000000".to_owned()),
        qry_cash_card_info_list: Some(json!(cards).to_string()),
        qry_cash_config_list: Some(json!(rules).to_string()),
        ..SubjectAnswer::default()
    }
}

/// The cash types of an opening, as Huifu prints them.
fn opened_rules() -> Vec<Value> {
    let form = forms::opening("individual_user", "", &|_| String::new());
    let rules = form["cash_config"].as_array().unwrap().iter();
    let booked = rules.map(|rule| {
        let mut booked = rule.clone();
        let flag = booked.as_object_mut().unwrap().remove("out_fee_flag");
        booked["out_cash_flag"] = flag.unwrap();
        booked
    });
    booked.collect()
}

fn bound(token_no: &str, tail: &str) -> Card {
    Card {
        id: 1,
        token_no: token_no.parse().unwrap(),
        tail: tail.to_owned(),
        bank_name: String::new(),
        is_default: true,
    }
}

fn proof(kind: ApplicationKind, cards: &[Card], answer: &SubjectAnswer) -> Proof {
    let evidence = Evidence {
        application: &application(kind),
        form: &form(kind),
        bound: cards,
    };
    evidence.of_everything(answer)
}

fn token(proof: &Proof) -> Option<&str> {
    match proof {
        Proof::There(card) => card.as_ref().map(|card| card.token_no.as_str()),
        Proof::Absent | Proof::Unclear => None,
    }
}

#[test]
fn an_opening_is_there_when_its_card_and_every_cash_type_is() {
    let cards = [card("1", "4455", "N"), card("2", "0000", "N")];
    let all = opened_rules();
    let there = proof(ApplicationKind::Opening, &[], &answer(&cards, &all));
    assert_eq!(token(&there), Some("1"));
    for (cards, rules) in [
        (&cards[1..], &all[..]),
        (&cards[..], &all[1..]),
        (&cards[..], &[]),
        (&[], &all[..]),
        // Closed: nothing can be withdrawn to it.
        (&[card("1", "4455", "C")][..], &all[..]),
    ] {
        let half = proof(ApplicationKind::Opening, &[], &answer(cards, rules));
        assert_eq!(half, Proof::Absent, "{cards:?} {rules:?}");
    }
}

#[test]
fn cash_types_with_other_fees_are_not_those_that_were_asked_for() {
    let cards = [card("1", "4455", "N")];
    let mut rules = opened_rules();
    rules[1]["fix_amt"] = json!("9.00");
    let other = proof(ApplicationKind::Opening, &[], &answer(&cards, &rules));
    assert_eq!(other, Proof::Absent);
}

#[test]
fn a_further_card_is_another_than_those_that_were_bound() {
    let kind = ApplicationKind::Card;
    let cards = [card("1", "7766", "N"), card("2", "7766", "N")];
    let before = [bound("1", "7766")];
    let found = proof(kind, &before, &answer(&cards, &[]));
    assert_eq!(token(&found), Some("2"));
    let none = proof(kind, &before, &answer(&cards[..1], &[]));
    assert_eq!(none, Proof::Absent);
    let two = proof(kind, &[], &answer(&cards, &[]));
    assert_eq!(two, Proof::Unclear, "four digits do not tell them apart");
}

#[test]
fn after_a_passed_review_it_may_be_a_card_that_was_bound_before() {
    let kind = ApplicationKind::Card;
    let before = [bound("1", "7766")];
    let application = application(kind);
    let form = form(kind);
    let evidence = Evidence {
        application: &application,
        form: &form,
        bound: &before,
    };
    let again = answer(&[card("1", "7766", "N")], &[]);
    assert_eq!(evidence.of_everything(&again), Proof::Absent);
    assert_eq!(token(&evidence.of_the_card(&again)), Some("1"));
    let both = answer(&[card("1", "7766", "N"), card("2", "7766", "N")], &[]);
    assert_eq!(
        token(&evidence.of_the_card(&both)),
        Some("2"),
        "the new one"
    );
}

#[test]
fn a_card_that_a_callback_named_is_that_card() {
    let kind = ApplicationKind::Card;
    let named: TokenNo = "2".parse().unwrap();
    let application = Application {
        token_no: Some(named),
        ..application(kind)
    };
    let form = form(kind);
    let evidence = Evidence {
        application: &application,
        form: &form,
        bound: &[],
    };
    let both = answer(&[card("1", "7766", "N"), card("2", "7766", "N")], &[]);
    assert_eq!(token(&evidence.of_everything(&both)), Some("2"));
}

#[test]
fn a_closed_cash_type_may_be_missing_but_not_everything() {
    let kind = ApplicationKind::CashRules;
    let d0 = json!({ "cash_type": "D0", "fix_amt": "2.00", "fee_rate": "0.10",
                     "out_cash_flag": "2", "switch_state": "1" });
    let there = proof(kind, &[], &answer(&[], std::slice::from_ref(&d0)));
    assert_eq!(there, Proof::There(None));
    let t1 = json!({ "cash_type": "T1", "fix_amt": "1.00", "fee_rate": "0.05",
                     "out_cash_flag": "2", "switch_state": "1" });
    let still_open = proof(kind, &[], &answer(&[], &[d0, t1]));
    assert_eq!(still_open, Proof::Absent);
    assert_eq!(proof(kind, &[], &answer(&[], &[])), Proof::Absent);
}

#[test]
fn an_answer_that_is_a_refusal_or_cannot_be_read_proves_nothing() {
    let kind = ApplicationKind::Opening;
    let refused = SubjectAnswer {
        resp_code: Some("20000005".to_owned()),
        ..answer(&[card("1", "4455", "N")], &opened_rules())
    };
    assert_eq!(proof(kind, &[], &refused), Proof::Unclear);
    let unreadable = SubjectAnswer {
        qry_cash_card_info_list: Some("{".to_owned()),
        ..answer(&[], &opened_rules())
    };
    assert_eq!(proof(kind, &[], &unreadable), Proof::Unclear);
}
