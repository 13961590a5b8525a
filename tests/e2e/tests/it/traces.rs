//! One withdrawal is one trace, from the browser to the notice, across four services, the broker
//! and the gap at Huifu; so is one application, from the partner's call on; and nobody notices when
//! the collector is gone.

use std::collections::BTreeSet;
use std::time::Duration;

use contract::ids::WithdrawalId;
use contract::withdrawal::State;
use e2e::traces::{drawn, trace_of};
use e2e::{Engines, Scene};
use sandbox::huifu::Fault;
use sandbox::otlp::{CollectedSpan, CollectorMode, Kind};
use serde_json::Value;
use stand::system::Service;

const PATIENCE: Duration = Duration::from_secs(60);

/// Beside the way of the money: they come as often as the user looks and as the machine is slow.
const ASIDE: [&str; 2] = ["balance.wanted", "ask about attempt"];

const A_GOOD_DAY: &str = "\
intake answers POST /withdraw
  callback-receiver answers POST /huifu/callback → withdrawal.accepted
  callback-receiver answers POST /huifu/callback → withdrawal.accepted
    a relay sends notice.due
      partner-notifier takes notice.due
        partner-notifier asks POST
  intake answers GET /w/{order_id}/{mac}
  intake answers GET /w/{order_id}/{mac}/back
  intake answers POST /w/{order_id}/{mac}
    a relay sends withdrawal.accepted
      huifu-dispatcher takes withdrawal.accepted
        huifu-dispatcher asks POST /v2/trade/settlement/encashment
";

/// The traces of all spans that say that they are about this withdrawal or application.
fn traces_about(scene: &Scene, id: &str) -> BTreeSet<String> {
    let about = |span: &CollectedSpan| span.attributes.values().any(|value| value == id);
    let spans = scene.collector.spans().into_iter().filter(about);
    spans.map(|span| span.step.trace_id).collect()
}

async fn traced(scene: &Scene, id: &WithdrawalId) -> String {
    let trace = trace_of(&scene.find(id).await.unwrap()).expect("a trace was begun");
    let told = || async {
        let spans = scene.collector.trace(&trace);
        let told = |span: &CollectedSpan| {
            span.service == "partner-notifier" && span.kind == Kind::Consumer
        };
        let begun = |span: &CollectedSpan| span.parent.is_none();
        spans.iter().any(told) && spans.iter().any(begun)
    };
    stand::eventually(PATIENCE, "the first and the last step to be exported", told).await;
    trace
}

#[tokio::test]
async fn a_withdrawal_is_one_trace_from_the_form_to_the_notice() {
    let mut scene = Scene::open().await.unwrap();
    let id = scene.withdraw("123.45").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    scene.hears(&id, 1).await;
    let trace = traced(&scene, &id).await;
    // What is queued goes out as they stop.
    scene.fleet.stop_all().await.unwrap();
    let spans = scene.collector.trace(&trace);
    assert_eq!(drawn(&spans, &ASIDE), A_GOOD_DAY);
    let traces = traces_about(&scene, id.as_str());
    assert_eq!(traces, BTreeSet::from([trace.clone()]));
    let failed: Vec<_> = spans.iter().filter(|span| span.failed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    each_service_logs(&scene, &spans);
    the_partner_can_find_us(&scene, &spans);
    scene.close().await.unwrap();
}

/// Lines of all four services have the ids that the collector got.
fn each_service_logs(scene: &Scene, spans: &[CollectedSpan]) {
    for service in Service::ALL {
        let log = std::fs::read_to_string(scene.fleet.log(service)).unwrap();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let of_trace: Vec<_> = lines
            .filter(|line| line["trace_id"] == spans[0].step.trace_id.as_str())
            .collect();
        let name = service.name();
        assert!(!of_trace.is_empty(), "no line of {name} has the trace's id");
        for line in of_trace {
            let known = |span: &CollectedSpan| {
                line["span_id"] == span.step.span_id.as_str() && span.service == name
            };
            // What is published may be anybody's, and nothing is said about it.
            assert!(
                spans.iter().any(known),
                "{name} says of a step that is unknown: {line}"
            );
        }
    }
}

/// The notice's request names the step that sent it.
fn the_partner_can_find_us(scene: &Scene, spans: &[CollectedSpan]) {
    let sent = spans
        .iter()
        .find(|span| span.service == "partner-notifier" && span.kind == Kind::Client)
        .expect("the notice's request");
    let expected = format!("00-{}-{}-01", sent.step.trace_id, sent.step.span_id);
    let heard = scene.partner.notices().remove(0).traceparent;
    assert_eq!(heard, Some(expected));
}

#[tokio::test]
async fn a_question_to_huifu_joins_the_trace_and_points_to_the_sending() {
    let scene = Scene::open().await.unwrap();
    scene.huifu.fail_next(1, Fault::NoCallback);
    let id = scene.withdraw("40.00").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    scene.hears(&id, 1).await;
    let trace = traced(&scene, &id).await;
    let asked = || async { asked(&scene.collector.trace(&trace)) };
    stand::eventually(PATIENCE, "the question to be exported", asked).await;
    scene.close().await.unwrap();
}

/// A question, below the form, that points to the step in which the attempt was opened.
fn asked(spans: &[CollectedSpan]) -> bool {
    let form = spans.iter().find(|span| span.parent.is_none());
    let sending = spans.iter().find(|span| {
        span.service == "huifu-dispatcher"
            && span.kind == Kind::Consumer
            && span.name.contains("withdrawal.accepted")
    });
    let (Some(form), Some(sending)) = (form, sending) else {
        return false;
    };
    spans.iter().any(|span| {
        span.name == "ask about attempt"
            && span.parent.as_ref() == Some(&form.step.span_id)
            && span.links == [sending.step.clone()]
    })
}

#[tokio::test]
async fn an_application_is_one_trace_over_its_review_and_the_questions_about_it() {
    let mut scene = Scene::open().await.unwrap();
    let applicant = scene.apply("individual_merchant", "审", "traced");
    let id = applicant.await.unwrap().application_id;
    scene.comes_to(&id, "passed").await;
    scene.hears_of(&id, "1").await;
    // What is queued goes out as they stop.
    scene.fleet.stop_all().await.unwrap();
    let traces = Vec::from_iter(traces_about(&scene, &id));
    assert_eq!(traces.len(), 1, "{traces:?}");
    let spans = scene.collector.trace(&traces[0]);
    let begun: Vec<_> = spans.iter().filter(|span| span.parent.is_none()).collect();
    assert_eq!(begun.len(), 1, "{begun:#?}");
    assert_eq!(begun[0].name, "POST /v1/onboarding/openings");
    let named = |kind: Kind, name: &str| -> Vec<&CollectedSpan> {
        let of = |span: &&CollectedSpan| span.kind == kind && span.name.contains(name);
        spans.iter().filter(of).collect()
    };
    let sendings = named(Kind::Consumer, "application.received");
    for (kind, name) in [
        (Kind::Server, "POST /huifu/onboarding"),
        (Kind::Internal, "ask about step"),
    ] {
        let found = named(kind, name);
        assert!(!found.is_empty(), "no {name}");
        for span in found {
            assert_eq!(span.parent.as_ref(), Some(&begun[0].step.span_id), "{name}");
            let sending = |one: &&CollectedSpan| span.links == [one.step.clone()];
            assert!(sendings.iter().any(sending), "{span:#?}");
        }
    }
    let told = named(Kind::Consumer, "application-notice.due");
    assert!(!told.is_empty(), "no notice");
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_collector_that_hangs_or_refuses_or_is_gone_changes_nothing() {
    let nobody = format!("http://127.0.0.1:{}", stand::free_port());
    for (mode, elsewhere) in [
        (CollectorMode::Hang, None),
        (CollectorMode::Refuse, None),
        (CollectorMode::Ok, Some(nobody)),
    ] {
        let scene = Scene::open_with(Engines::shared().await.unwrap(), |plan| {
            let Some(elsewhere) = &elsewhere else { return };
            for service in Service::ALL {
                plan.tell(service, "OTEL_EXPORTER_OTLP_ENDPOINT", elsewhere);
            }
        });
        let scene = scene.await.unwrap();
        scene.collector.set_mode(mode);
        let ids = scene.withdraw_many(4, "10.00").await.unwrap();
        scene.all_paid(&ids).await;
        if elsewhere.is_none() {
            let tried = || async { scene.collector.requests() > 0 };
            stand::eventually(PATIENCE, "somebody to try to export", tried).await;
        }
        assert!(scene.collector.spans().is_empty());
        // Each of them must stop within its grace, and end well.
        scene.close().await.unwrap();
    }
}
