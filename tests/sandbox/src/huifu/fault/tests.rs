use super::*;
use crate::fen::Fen;
use crate::huifu::operation::Operation;

fn asked(huifu_id: &str, amount: i64) -> Asked<'_> {
    Asked {
        huifu_id,
        cash_amt: Some(Fen(amount)),
        ..Asked::about(Operation::Encashment, "S1")
    }
}

fn rule(selector: Selector, fault: Fault, times: Option<u32>) -> FaultRule {
    FaultRule {
        selector,
        faults: vec![fault],
        times,
    }
}

#[test]
fn a_rule_fires_as_often_as_it_says_and_then_the_next_one_does() {
    let mut plan = FaultPlan::new(false);
    plan.add(rule(Selector::any(), Fault::CutAnswer, Some(2)));
    plan.add(rule(Selector::huifu_id("6666"), Fault::NoCallback, None));
    assert_eq!(plan.take(&asked("6666", 1)), [Fault::CutAnswer]);
    assert_eq!(plan.take(&asked("7777", 1)), [Fault::CutAnswer]);
    assert_eq!(plan.take(&asked("6666", 1)), [Fault::NoCallback]);
    assert_eq!(plan.take(&asked("7777", 1)), []);
}

#[test]
fn a_withdrawal_rule_leaves_queries_alone() {
    let mut plan = FaultPlan::new(true);
    plan.add(rule(Selector::any(), Fault::CutAnswer, None));
    let query = Asked {
        operation: Operation::Query,
        cash_amt: None,
        ..asked("6666", 0)
    };
    assert_eq!(plan.take(&query), []);
}

#[test]
fn magic_amounts_work_only_where_they_are_switched_on() {
    assert_eq!(
        FaultPlan::new(true).take(&asked("6666", 44_401)),
        [Fault::FinalFailure]
    );
    assert_eq!(FaultPlan::new(false).take(&asked("6666", 44_401)), []);
}

#[test]
fn a_rule_reads_from_the_json_that_the_help_shows() {
    let text = r#"{"match":{"cash_amt_fen":1000},"times":1,
        "faults":[{"fault":"timeout_after_paying"},{"fault":"duplicate_callbacks","n":2}]}"#;
    let rule: FaultRule = serde_json::from_str(text).unwrap();
    assert_eq!(rule.selector, Selector::cash_amt(Fen(1_000)));
    assert_eq!(
        rule.faults,
        [
            Fault::TimeoutAfterPaying,
            Fault::DuplicateCallbacks { n: 2 }
        ]
    );
    for wrong in [
        r#"{"faults":[{"fault":"nonsense"}]}"#,
        r#"{"match":{"n":1},"faults":[]}"#,
    ] {
        assert!(serde_json::from_str::<FaultRule>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_onboarding_rule_fits_by_name_and_by_the_end_of_a_card() {
    let mut plan = FaultPlan::new(true);
    let selector = Selector {
        card_tail: Some("0123".into()),
        ..Selector::subject(Operation::UserBusiOpen, "张三")
    };
    plan.add(rule(selector, Fault::CardMismatch, None));
    let asked = |name, card_no| Asked {
        subject: Some(name),
        card_no,
        ..Asked::about(Operation::UserBusiOpen, "S1")
    };
    assert_eq!(
        plan.take(&asked("张三", Some("62220123"))),
        [Fault::CardMismatch]
    );
    assert_eq!(plan.take(&asked("李四", Some("62220123"))), []);
    assert_eq!(plan.take(&asked("张三", Some("62224567"))), []);
    assert_eq!(plan.take(&asked("张三", None)), []);
}
