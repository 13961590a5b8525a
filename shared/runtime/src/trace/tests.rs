//! Where nothing is exported, as in every process without a collector. What is exported is tested
//! by a real collector, in `tests/it/traces.rs`.

use super::*;

const THEIRS: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn from_outside(sent: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in sent {
        headers.append(TRACEPARENT, value.parse().expect("visible"));
    }
    headers
}

#[test]
fn a_strangers_trace_is_not_continued() {
    let ours = Span::for_stranger(&from_outside(&[THEIRS]), "GET /");
    let theirs: TraceContext = THEIRS.parse().unwrap();
    assert_ne!(ours.context().trace_id, theirs.trace_id);
    assert!(!ours.context().sampled, "nor is what it decided");
}

#[tokio::test]
async fn work_finds_the_step_that_it_is_part_of_also_on_a_task_of_its_own() {
    assert_eq!(current(), None);
    let step = Span::begin(SpanKind::Server, "outer");
    let expected = step.context();
    let found = step.around(async {
        let elsewhere = tokio::spawn(carried(async { current() }));
        (current(), elsewhere.await.unwrap())
    });
    assert_eq!(found.await, (Some(expected), Some(expected)));
    assert_eq!(current(), None);
    assert_eq!(step.within(traceparent), Some(expected.to_string()));
}

#[tokio::test]
async fn the_first_step_of_a_trace_joins_another_and_any_later_one_does_not() {
    let first = Span::for_stranger(&from_outside(&[]), "GET /w");
    let before = first.context();
    let (joined, under_it) = first
        .around(async {
            join(Some(THEIRS));
            let joined = current().unwrap();
            let child = Span::begin(SpanKind::Client, "ask");
            let again = "00-0000000000000000000000000000000a-00f067aa0ba902b7-01";
            child.around(async { join(Some(again)) }).await;
            (joined, child.context())
        })
        .await;
    let theirs: TraceContext = THEIRS.parse().unwrap();
    assert_ne!(before.trace_id, joined.trace_id);
    assert_eq!(joined.trace_id, theirs.trace_id);
    assert_eq!(under_it.trace_id, theirs.trace_id);
}

#[tokio::test]
async fn nothing_joins_what_is_no_traceparent() {
    let step = Span::begin(SpanKind::Server, "GET /w");
    let before = step.context();
    step.around(async {
        join(None);
        join(Some("00-nonsense"));
    })
    .await;
    assert_eq!(step.context(), before);
}

#[test]
fn a_message_of_ours_is_continued_as_it_came() {
    let carried_on = Span::caused_by(Some(THEIRS), SpanKind::Consumer, "process");
    assert_eq!(carried_on.traceparent(), THEIRS);
    let nothing = Span::caused_by(None, SpanKind::Consumer, "process");
    assert_ne!(nothing.context().trace_id, 0);
}
