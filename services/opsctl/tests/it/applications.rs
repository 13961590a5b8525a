//! Applications: listed, shown without their form, and decided by a person where nobody can ask.

use contract::application::Step::{Base, Business};
use contract::application::{ApplicationKind, State, Step, SubjectKind};
use contract::ids::{ApplicationId, HtouhuiUserId, NoticeId, ReqSeqId};
use contract::withdrawal::CashType;
use jiff::SignedDuration;
use runtime::data_keys::{DataKeys, context};
use serde_json::{Value, json};
use stand::forms;
use stand::system::DATA_KEYS;
use store::applications::attempts::{self, NewAttempt};
use store::applications::progress::{
    Advanced, Edge, Event, Learned, NewIds, Reason, advance, set_aside,
};
use store::applications::{self, NewApplication};
use store::attempts::AttemptOutcome;
use store::cases::{self, CaseState, NewCase};
use store::{Transaction, outbox, users};
use uuid::Uuid;

use crate::tool::Tool;
use crate::world::World;

const MILLIS: u64 = 1_800_000_000_000;
const HUIFU_ID: &str = "6666000000000042";

pub(crate) fn application_id() -> ApplicationId {
    ApplicationId::from_parts(MILLIS, 1)
}

fn user() -> HtouhuiUserId {
    "20000000007".parse().unwrap()
}

/// An opening whose answer to `step` was lost, with the case about it.
pub(crate) async fn lost(subject: SubjectKind, step: Step) -> (World, Tool) {
    let world = sent(subject, step, Event::LoseTrack, AttemptOutcome::Unknown).await;
    open_case(&world, "cannot_be_asked_about").await;
    let tool = world.tool().with("DATA_KEYS", DATA_KEYS);
    (world, tool)
}

/// An opening whose `step` was sent, with what came of it so far.
async fn sent(
    subject: SubjectKind,
    step: Step,
    event: Event<'_>,
    outcome: AttemptOutcome,
) -> World {
    let world = World::with_user().await;
    let form = forms::opening(subject.as_str(), "", &|_| {
        "M01JZZZZZZZZZZZZZZZZZZZZZZZ".to_owned()
    });
    insert(&world, ApplicationKind::Opening, subject, &form).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: send").await.unwrap();
    if step == Business {
        take(&world, &tx, Base, Event::OpenAttempt).await;
        take(&world, &tx, Base, Event::StepDone).await;
    }
    take(&world, &tx, step, Event::OpenAttempt).await;
    let serial = ReqSeqId::from_parts(MILLIS, 7);
    let new = NewAttempt {
        req_seq_id: &serial,
        application: &application_id(),
        step,
        req_date: "20261122",
        next_query_at: world.now + SignedDuration::from_secs(60),
    };
    attempts::open(&tx, world.now, &new).await.unwrap();
    take(&world, &tx, step, event).await;
    let closed = attempts::close(&tx, world.now, &serial, outcome, None).await;
    closed.unwrap();
    tx.commit().await.unwrap();
    drop(connection);
    world
}

async fn open_case(world: &World, kind: &str) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: open case").await.unwrap();
    let case = NewCase {
        withdrawal: None,
        application: Some(&application_id()),
        kind,
        detail: &json!({ "req_seq_id": ReqSeqId::from_parts(MILLIS, 7) }),
        fingerprint: kind,
    };
    cases::open(&tx, world.now, &case).await.unwrap();
    tx.commit().await.unwrap();
}

async fn insert(world: &World, kind: ApplicationKind, subject: SubjectKind, form: &Value) {
    let keys = DataKeys::parse(DATA_KEYS).unwrap();
    let id = application_id();
    let sealed = keys.seal(&context::form(&id), form.to_string().as_bytes());
    let new = NewApplication {
        id: &id,
        partner: &"shop".parse().unwrap(),
        application_no: &"no-1".parse().unwrap(),
        kind,
        subject,
        third_party_user_id: &"u-7".parse().unwrap(),
        htouhui_user_id: &user(),
        huifu_id: None,
        notify_url: "https://shop.example/notify",
        form_sealed: &sealed,
        form_digest: "v1.stand-1.AAAA",
        card_tail: Some(forms::tail(subject.as_str())),
        bank_name: Some("招商银行"),
        materials: &[],
    };
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: apply").await.unwrap();
    applications::insert(&tx, world.now, &new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn take(world: &World, tx: &Transaction<'_>, step: Step, event: Event<'_>) {
    let huifu_id = HUIFU_ID.parse().unwrap();
    let knows = matches!(event, Event::StepDone | Event::Review);
    let edge = Edge {
        application: &application_id(),
        step,
        event,
        learned: Learned {
            huifu_id: knows.then_some(&huifu_id),
            ..Learned::default()
        },
        detail: &json!({}),
        ids: NewIds {
            notice: NoticeId::from_parts(MILLIS, 9),
            // Each step enqueues one message.
            message: Uuid::from_u128(if step == Base { 8 } else { 9 }),
        },
        causation_id: None,
    };
    let moved = advance(tx, world.now, &edge).await.unwrap();
    assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
}

async fn state(world: &World) -> State {
    let connection = world.connection().await;
    let found = applications::find(&connection, &application_id()).await;
    found.unwrap().unwrap().state
}

async fn open_cases(world: &World) -> usize {
    let connection = world.connection().await;
    let found = cases::of_application(&connection, &application_id()).await;
    let open = |case: &&cases::Case| case.state == CaseState::Open;
    found.unwrap().iter().filter(open).count()
}

async fn message_types(world: &World) -> Vec<String> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: look").await.unwrap();
    let later = runtime::clock::now() + SignedDuration::from_hours(24);
    let claimed = outbox::claim(&tx, later, std::time::Duration::from_secs(1), 10).await;
    let claimed = claimed.unwrap().into_iter();
    claimed.map(|row| row.message_type).collect()
}

pub(crate) fn decide(rest: &str) -> String {
    format!("application decide {} {rest}", application_id())
}

/// Without the last column, which grows with every minute.
fn without_age(listed: &str) -> String {
    let lines = listed.lines().map(|line| line.rsplit_once(' ').unwrap().0);
    lines.map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Times of deeds done by the tool are those of the clock.
fn without_times(shown: &str) -> String {
    let lines = shown.lines().filter(|line| !line.contains("opsctl"));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn they_are_listed_and_shown_without_their_form() {
    let (_world, tool) = lost(SubjectKind::IndividualUser, Business).await;
    let listed = tool.typed("application list --open --state unknown");
    insta::assert_snapshot!("application_list", without_age(&listed));
    let show = format!("application show {}", application_id());
    let shown = tool.typed(&show);
    insta::assert_snapshot!("application_show", without_times(&shown));
    let json = tool.typed(&format!("{show} --json"));
    for secret in forms::SECRETS {
        assert!(
            !shown.contains(secret) && !json.contains(secret),
            "{secret}"
        );
    }
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["attempts"][0]["outcome"], "unknown");
    assert_eq!(json["cases"][0]["kind"], "cannot_be_asked_about");
    let none = tool.typed("application list --held");
    assert_eq!(none, "No such applications.\n");
    assert_eq!(tool.refused("application list --state lost").0, 64);
    let nobody = ApplicationId::from_parts(MILLIS, 2);
    let refused = tool.refused(&format!("application show {nobody}"));
    let said = format!("opsctl: there is no application {nobody}\n");
    assert_eq!(refused, (1, said));
}

#[tokio::test]
async fn a_users_first_step_that_was_done_goes_on_with_the_second() {
    let (world, tool) = lost(SubjectKind::IndividualUser, Base).await;
    let passed = decide(&format!("--passed --huifu-id {HUIFU_ID}"));
    insta::assert_snapshot!("application_decide_dry_run", tool.typed(&passed));
    assert_eq!(
        (state(&world).await, open_cases(&world).await),
        (State::Unknown, 1)
    );

    let done = tool.typed(&format!("{passed} --yes --reason seen-in-the-console"));
    insta::assert_snapshot!("application_decide_step", done);
    assert_eq!(
        (state(&world).await, open_cases(&world).await),
        (State::Received, 0)
    );
    assert_eq!(message_types(&world).await, ["application.received.v1"]);
    let connection = world.connection().await;
    let application = applications::find(&connection, &application_id()).await;
    let application = application.unwrap().unwrap();
    assert_eq!(application.huifu_id.unwrap().as_str(), HUIFU_ID);
    assert_eq!(application.step, Business);
    let told = applications::timeline::of(&connection, &application_id()).await;
    let told = told.unwrap();
    let decided = told
        .iter()
        .find(|entry| entry.event == "step_done")
        .unwrap();
    assert_eq!(decided.detail["by"], "sre");
    assert_eq!(decided.detail["reason"], "seen-in-the-console");
}

#[tokio::test]
async fn a_last_step_that_was_done_opens_the_user_as_the_answer_would_have() {
    for (subject, step, rest) in [
        (SubjectKind::IndividualUser, Business, String::new()),
        (
            SubjectKind::IndividualMerchant,
            Base,
            format!("--huifu-id {HUIFU_ID}"),
        ),
    ] {
        let (world, tool) = lost(subject, step).await;
        let passed = decide(&format!("--passed --token-no 10004053999 {rest}"));
        let passed = format!("{} --yes --reason seen", passed.trim_end());
        let done = tool.typed(&passed);
        assert!(done.contains("may withdraw by it"), "{done}");
        assert_eq!(
            (state(&world).await, open_cases(&world).await),
            (State::Passed, 0)
        );
        let connection = world.connection().await;
        let opened = users::find(&connection, &user()).await.unwrap().unwrap();
        assert_eq!(opened.huifu_id.as_str(), HUIFU_ID);
        let cards = users::cards::of(&connection, &user()).await.unwrap();
        assert_eq!(cards[0].token_no.as_str(), "10004053999");
        assert_eq!(cards[0].tail, forms::tail(subject.as_str()));
        let rules = users::cash_rules::of(&connection, &user()).await.unwrap();
        let types: Vec<CashType> = rules.iter().map(|(cash_type, _)| *cash_type).collect();
        assert_eq!(
            types,
            [CashType::D0, CashType::D1, CashType::Dm, CashType::T1]
        );
        let again = tool.refused(&passed);
        assert_eq!(again.0, 1, "{again:?}");
        assert!(again.1.contains("is passed: only one"), "{again:?}");
    }
}

#[tokio::test]
async fn one_that_huifu_does_not_have_is_refused_with_a_reason_for_the_partner() {
    let (world, tool) = lost(SubjectKind::EnterpriseUser, Base).await;
    let refused = decide("--refused --reason-code provider_failed --yes --reason not-there");
    insta::assert_snapshot!("application_decide_refused", tool.typed(&refused));
    assert_eq!(
        (state(&world).await, open_cases(&world).await),
        (State::Refused, 0)
    );
    let connection = world.connection().await;
    let application = applications::find(&connection, &application_id()).await;
    let application = application.unwrap().unwrap();
    assert_eq!(application.reason_code.as_deref(), Some("provider_failed"));
    assert!(users::find(&connection, &user()).await.unwrap().is_none());
    assert_eq!(message_types(&world).await, ["application-notice.due.v1"]);
}

#[tokio::test]
async fn a_decision_without_what_it_needs_is_wrong_usage() {
    let (world, tool) = lost(SubjectKind::IndividualMerchant, Base).await;
    for (rest, said) in [
        ("--passed", "--huifu-id"),
        ("--passed --huifu-id 6666000000000042", "--token-no"),
        ("", "required"),
        ("--passed --refused", "cannot be used with"),
        ("--refused --token-no 10004053999", "--refused"),
        ("--refused --reason-code because", "a code is one of"),
        (
            "--passed --huifu-id 66660000000000421234 --token-no 1",
            "at most 18",
        ),
    ] {
        let (code, complaint) = tool.refused(decide(rest).trim_end());
        assert_eq!(code, 64, "{rest}: {complaint}");
        assert!(complaint.contains(said), "{rest}: {complaint}");
    }
    let keyless = world.tool();
    let passed = "--passed --huifu-id 6666000000000042 --token-no 1";
    let (code, complaint) = keyless.refused(&decide(passed));
    assert_eq!(code, 64);
    assert!(complaint.contains("DATA_KEYS"), "{complaint}");
    assert_eq!(
        (state(&world).await, open_cases(&world).await),
        (State::Unknown, 1)
    );
}

#[tokio::test]
async fn the_next_question_can_be_asked_for_now() {
    let (world, tool) = lost(SubjectKind::IndividualUser, Business).await;
    let ask = format!("application ask {}", application_id());
    insta::assert_snapshot!("application_ask_dry_run", tool.typed(&ask));
    let asked = tool.typed(&format!("{ask} --yes --reason because"));
    insta::assert_snapshot!("application_ask", asked);
    let connection = world.connection().await;
    let attempts = attempts::of(&connection, &application_id()).await.unwrap();
    let due = attempts[0].next_query_at.unwrap();
    assert!(due > world.now + SignedDuration::from_secs(60), "{due}");
}

/// A merchant's opening that Huifu's people look at.
async fn in_review() -> (World, Tool) {
    let merchant = SubjectKind::IndividualMerchant;
    let submitted = AttemptOutcome::Submitted;
    let world = sent(merchant, Base, Event::Review, submitted).await;
    let tool = world.tool().with("DATA_KEYS", DATA_KEYS);
    (world, tool)
}

#[tokio::test]
async fn a_review_is_decided_by_huifus_people_until_a_case_asks_for_ours() {
    let (world, tool) = in_review().await;
    let passed = decide("--passed --token-no 10004053999 --yes --reason seen");
    for line in [&passed, &decide("--refused --yes --reason impatience")] {
        let (code, complaint) = tool.refused(line);
        assert_eq!(code, 1);
        let said = "is in_review, and no case about it is open";
        assert!(complaint.contains(said), "{complaint}");
    }
    assert_eq!(state(&world).await, State::InReview);

    open_case(&world, "unknown_at_huifu").await;
    open_case(&world, "contradiction").await;
    tool.typed(&passed);
    assert_eq!(
        (state(&world).await, open_cases(&world).await),
        (State::Passed, 1),
        "a contradiction is a case of its own"
    );
    let connection = world.connection().await;
    let cards = users::cards::of(&connection, &user()).await.unwrap();
    assert_eq!(cards[0].token_no.as_str(), "10004053999");
}

#[tokio::test]
async fn what_huifus_people_refused_was_at_huifu() {
    let (world, tool) = in_review().await;
    open_case(&world, "unclear_at_huifu").await;
    tool.typed(&decide("--refused --yes --reason said-on-the-phone"));
    let connection = world.connection().await;
    let application = applications::find(&connection, &application_id()).await;
    let application = application.unwrap().unwrap();
    assert_eq!(application.state, State::Refused);
    let reason = application.reason_code.as_deref();
    assert_eq!(reason, Some("refused_in_review"));
    let attempts = attempts::of(&connection, &application_id()).await.unwrap();
    assert_eq!(attempts[0].outcome, Some(AttemptOutcome::Submitted));
    assert_eq!(attempts[0].next_query_at, None, "nobody asks any more");
}

#[tokio::test]
async fn a_fee_below_the_floor_is_shown_with_the_floor_and_what_to_do() {
    let no = Event::Refuse(Reason {
        code: "fee_below_floor",
        detail: Some("T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.0005"),
    });
    let (user, refused) = (SubjectKind::IndividualUser, AttemptOutcome::Refused);
    let world = sent(user, Business, no, refused).await;
    let show = format!("application show {}", application_id());
    insta::assert_snapshot!("application_show_refused", world.tool().typed(&show));
    let json = world.tool().typed(&format!("{show} --json"));
    let json: Value = serde_json::from_str(&json).unwrap();
    let floor = "T1取现手续费不能低于每笔 1.00 元加金额的 0.05%";
    assert_eq!(json["fee_floor"]["zh"], floor);
}

#[tokio::test]
async fn a_case_names_the_application_that_it_holds_and_lets_it_go() {
    let (world, tool) = in_review().await;
    let id = application_id();
    let case = NewCase {
        withdrawal: None,
        application: Some(&id),
        kind: "contradiction",
        detail: &json!({}),
        fingerprint: "held",
    };
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: set aside").await.unwrap();
    assert!(set_aside(&tx, world.now, &id, &case).await.unwrap());
    tx.commit().await.unwrap();

    let listed: Value = serde_json::from_str(&tool.typed("case list --json")).unwrap();
    assert_eq!(listed[0]["application_id"], id.as_str());
    let number = listed[0]["id"].to_string();
    for line in ["case list", &format!("case show {number}")] {
        let shown = tool.typed(line);
        assert!(shown.contains(id.as_str()), "{shown}");
    }
    assert!(tool.typed("application list --held").contains(id.as_str()));

    let close = format!("case close {number} --release");
    insta::assert_snapshot!("case_close_application_dry_run", tool.typed(&close));
    assert!(tool.typed("application list --held").contains(id.as_str()));
    let closed = tool.typed(&format!("{close} --yes --reason seen"));
    insta::assert_snapshot!("case_close_application", closed);
    let held = tool.typed("application list --held");
    assert_eq!(held, "No such applications.\n");
}
