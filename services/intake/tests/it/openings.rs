//! Openings: taken whole and once, sealed, and refused with everything that is wrong with them.

use contract::application::{State, Step, SubjectKind};
use contract::huifu::operations::ApplicationForm;
use contract::ids::{ApplicationId, ApplicationNo, HuifuId};
use contract::message::ApplicationReceived;
use runtime::data_keys::context;
use sandbox::partner::Api;
use serde_json::{Value, json};
use stand::forms;
use store::applications::NewApplication;
use store::applications::progress::{Advanced, Edge, Event, Learned, NewIds, Reason, advance};

use crate::api::{FACE, call, good, keep, keys, opening, refused};
use crate::world::{USER_AT_SHOP, World, shop};

const SUBJECT: &str = "individual_user";

#[tokio::test]
async fn every_kind_of_subject_is_received_with_its_pictures_and_its_work_begins() {
    let world = World::open().await;
    for (at, subject) in SubjectKind::ALL.into_iter().enumerate() {
        let number = format!("A-{at}");
        let body = opening(&world.partner, subject.as_str(), &number).await;
        let answer = good(&world.partner, Api::Openings, &body).await;
        let stored = world.application(&number).await.unwrap();
        assert_eq!(
            answer,
            json!({
                "application_id": stored.id,
                "application_no": number,
                "kind": "opening",
                "subject": subject.as_str(),
                "third_party_user_id": format!("applicant-{number}"),
                "htouhui_user_id": stored.htouhui_user_id,
                "state": "received",
                "step": "base",
                "card_tail": forms::tail(subject.as_str()),
                "received_at": answer["received_at"],
            })
        );
        assert_eq!(stored.htouhui_user_id.as_str().len(), 11);
        assert_eq!((stored.state, stored.huifu_id), (State::Received, None));

        let sending = world.for_sending(&stored.id).await;
        let opened = keys().open(&context::form(&stored.id), &sending.form_sealed);
        let opened: Value = serde_json::from_slice(&opened.unwrap()).unwrap();
        let form = ApplicationForm::stored(stored.kind, subject, &opened).unwrap();
        assert_eq!(form.materials().len(), sending.materials.len());
        assert_eq!(opened["card_info"], body["form"]["card_info"]);
        let message = world.received().await.pop().unwrap();
        let message: ApplicationReceived = serde_json::from_str(&message.body).unwrap();
        assert_eq!(message.application_id, stored.id);
    }
    assert_eq!(world.received().await.len(), 4);
    for secret in forms::SECRETS {
        assert!(world.hides(secret).await, "{secret} can be read");
    }
    assert!(world.hides(FACE).await);
    assert!(
        !world.hides("applicant-A-0").await,
        "the search finds what is there"
    );
}

#[tokio::test]
async fn the_same_number_with_the_same_content_is_answered_as_before() {
    let world = World::open().await;
    let body = opening(&world.partner, SUBJECT, "A-1").await;
    let sent = (0..8).map(|_| good(&world.partner, Api::Openings, &body));
    let answers = futures_util::future::join_all(sent).await;
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );

    // Another spelling of the same: empty fields are absent.
    let mut spelt = body.clone();
    spelt["form"]["subject"]["login_name"] = json!("");
    spelt["form"]["card_info"]["is_settle_default"] = json!(null);
    assert_eq!(
        good(&world.partner, Api::Openings, &spelt).await,
        answers[0]
    );
    assert_eq!(world.received().await.len(), 1);
}

#[tokio::test]
async fn the_same_number_with_other_content_is_a_conflict_and_changes_nothing() {
    let world = World::open().await;
    let body = opening(&world.partner, SUBJECT, "A-1").await;
    let first = good(&world.partner, Api::Openings, &body).await;
    let stored = world.application("A-1").await.unwrap();
    for (pointer, other) in [
        ("/form/subject/mobile_no", json!("13800000000")),
        ("/form/cash_config/0/fix_amt", json!("1.01")),
        ("/third_party_user_id", json!("somebody-else")),
        ("/notify_url", json!("http://127.0.0.1/elsewhere")),
    ] {
        let mut changed = body.clone();
        *changed.pointer_mut(pointer).unwrap() = other;
        assert_eq!(
            refused(&world.partner, Api::Openings, &changed).await,
            (
                409,
                "application_no_conflict".to_owned(),
                vec!["application_no".to_owned()]
            ),
            "{pointer}"
        );
    }
    let enterprise = {
        let mut body = opening(&world.partner, "enterprise_user", "A-2").await;
        body["application_no"] = json!("A-1");
        body["third_party_user_id"] = json!("applicant-A-1");
        body
    };
    let (_, code, _) = refused(&world.partner, Api::Openings, &enterprise).await;
    assert_eq!(code, "application_no_conflict");
    let after = world.application("A-1").await.unwrap();
    assert_eq!(
        (after.form_digest, after.updated_at),
        (stored.form_digest, stored.updated_at)
    );
    assert_eq!(good(&world.partner, Api::Openings, &body).await, first);
    assert_eq!(world.received().await.len(), 1);
}

#[tokio::test]
async fn nobody_is_opened_twice() {
    let world = World::open().await;
    let mut body = opening(&world.partner, SUBJECT, "A-1").await;
    good(&world.partner, Api::Openings, &body).await;
    let exists = (
        409,
        "opening_exists".to_owned(),
        vec!["third_party_user_id".to_owned()],
    );
    body["application_no"] = json!("A-2");
    assert_eq!(refused(&world.partner, Api::Openings, &body).await, exists);
    body["third_party_user_id"] = json!(USER_AT_SHOP);
    assert_eq!(
        refused(&world.partner, Api::Openings, &body).await,
        exists,
        "whoever has an account already"
    );
    assert!(world.application("A-2").await.is_none());

    // Another partner may call a user of its own the same.
    let neighbour = shop(&world.base, "other", 4).await;
    let theirs = opening(&neighbour, SUBJECT, "A-1").await;
    good(&neighbour, Api::Openings, &theirs).await;
    assert_eq!(world.received().await.len(), 2);
}

#[tokio::test]
async fn a_corrected_opening_goes_on_with_the_account_that_huifu_has_issued() {
    let world = World::open().await;
    let mut body = opening(&world.partner, SUBJECT, "A-1").await;
    let answer = good(&world.partner, Api::Openings, &body).await;
    let account: HuifuId = "6666000011111111".parse().unwrap();
    refuse_at_business(&world, &answer, &account).await;
    let first = world.application("A-1").await.unwrap();

    body["application_no"] = json!("A-2");
    body["form"]["card_info"]["card_no"] = json!("6222021122334463");
    let answer = good(&world.partner, Api::Openings, &body).await;
    let second = world.application("A-2").await.unwrap();
    assert_eq!(
        (second.step, second.huifu_id),
        (Step::Business, Some(account.clone()))
    );
    assert_eq!(second.htouhui_user_id, first.htouhui_user_id);
    assert_eq!(good(&world.partner, Api::Openings, &body).await, answer);

    // Somebody else under the same id is somebody else at Huifu.
    refuse_at_business(&world, &answer, &account).await;
    body["application_no"] = json!("A-3");
    body["form"]["subject"]["mobile_no"] = json!("13800000000");
    good(&world.partner, Api::Openings, &body).await;
    let third = world.application("A-3").await.unwrap();
    assert_eq!((third.step, third.huifu_id), (Step::Base, None));
    assert_ne!(third.htouhui_user_id, first.htouhui_user_id);
}

/// Moves an opening to where Huifu has the person and refuses the business.
async fn refuse_at_business(world: &World, answer: &Value, account: &HuifuId) {
    let id: ApplicationId = answer["application_id"].as_str().unwrap().parse().unwrap();
    let reason = Reason {
        code: "card_mismatch",
        detail: None,
    };
    let issued = Learned {
        huifu_id: Some(account),
        ..Learned::default()
    };
    let base = [
        (Step::Base, Event::OpenAttempt, Learned::default()),
        (Step::Base, Event::StepDone, issued),
    ];
    let business = [
        (Step::Business, Event::OpenAttempt, Learned::default()),
        (Step::Business, Event::Refuse(reason), Learned::default()),
    ];
    let done_already = answer["step"] == "business";
    for (step, event, learned) in base
        .into_iter()
        .skip(2 * usize::from(done_already))
        .chain(business)
    {
        let mut connection = world.store.connection().await.unwrap();
        let tx = connection.begin("intake test: refuse").await.unwrap();
        let edge = Edge {
            application: &id,
            step,
            event,
            learned,
            detail: &json!({}),
            ids: NewIds {
                notice: runtime::ids::new_notice_id(),
                message: runtime::ids::new_message_id(),
            },
            causation_id: None,
        };
        let advanced = advance(&tx, runtime::clock::now(), &edge).await.unwrap();
        assert!(matches!(advanced, Advanced::Moved { .. }), "{advanced:?}");
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_with_its_source_and_no_value() {
    let world = World::open().await;
    let mut body = opening(&world.partner, SUBJECT, "A-1").await;
    body["notify_url"] = json!("http://shop.example/notified");
    body["form"]["subject"]["cert_no"] = json!("110101199003072330");
    body["form"]["card_info"]["card_no"] = json!("6222 0211");
    body["form"]["card_info"]["password"] = json!("6222021122334455");
    body["form"]["cash_config"][1]["out_fee_flag"] = json!("1");
    body["form"]["cash_config"][0]["weekday_fix_amt"] = json!("1.00");
    let (status, problem) = call(&world.partner, Api::Openings, &body).await;
    assert_eq!(status, 400);
    let errors = problem["errors"].as_array().unwrap();
    let find = |field: &str| {
        let found = errors.iter().find(|error| error["field"] == field);
        found.unwrap_or_else(|| panic!("{field} is not in {problem}"))
    };
    for (field, source) in [
        ("notify_url", "Tixian 1.0"),
        ("form.subject.cert_no", "huifu-api.md"),
        ("form.card_info.card_no", "huifu-api.md §3.12"),
        ("form.card_info.password", "huifu-api.md §3.12"),
        ("form.cash_config[0].weekday_fix_amt", "huifu-api.md §3.13"),
    ] {
        let error = find(field);
        assert!(
            error["source"].as_str().unwrap().starts_with(source),
            "{error}"
        );
        assert!(!error["rule_zh"].as_str().unwrap().is_empty());
    }
    assert!(
        errors.len() >= 6,
        "one choice of inner or outer fee: {problem}"
    );
    assert!(problem["detail_zh"].is_string());
    let said = problem.to_string();
    for value in ["110101199003072330", "6222", "shop.example"] {
        assert!(!said.contains(value), "{said}");
    }
    assert!(world.application("A-1").await.is_none());
    assert!(world.received().await.is_empty());
}

#[tokio::test]
async fn pictures_must_be_the_partners_own_and_are_named_where_they_are_not() {
    let world = World::open().await;
    let neighbour = shop(&world.base, "other", 4).await;
    let foreign = keep(&neighbour, "M-1", "F07").await;
    let body = opening(&world.partner, "enterprise_merchant", "A-1").await;
    let mut told = Vec::new();
    for id in [foreign.as_str(), "M01KASGXE00000000000000000A"] {
        let mut body = body.clone();
        body["form"]["subject"]["license_pic"] = json!(id);
        told.push(refused(&world.partner, Api::Openings, &body).await);
    }
    assert_eq!(
        told[0],
        (
            422,
            "material_unknown".to_owned(),
            vec!["form.subject.license_pic".to_owned()]
        )
    );
    assert_eq!(
        told[0], told[1],
        "a foreign picture is told from an unknown one"
    );
    assert!(world.application("A-1").await.is_none());
    assert!(world.received().await.is_empty());
}

#[tokio::test]
async fn notices_go_to_registered_hosts_alone() {
    let world = World::open().await;
    let mut body = opening(&world.partner, SUBJECT, "A-1").await;
    body["notify_url"] = json!("https://elsewhere.example/notified");
    assert_eq!(
        refused(&world.partner, Api::Openings, &body).await,
        (
            403,
            "host_not_registered".to_owned(),
            vec!["notify_url".to_owned()]
        )
    );
    assert!(world.application("A-1").await.is_none());
    body["notify_url"] = json!("http://127.0.0.1/notified");
    good(&world.partner, Api::Openings, &body).await;
}

#[tokio::test]
async fn a_repeat_is_answered_although_a_document_has_expired_since() {
    let world = World::open().await;
    let mut body = opening(&world.partner, SUBJECT, "A-1").await;
    body["form"]["subject"]["cert_begin_date"] = json!("20000101");
    body["form"]["subject"]["cert_end_date"] = json!("20200101");
    let (_, _, fields) = refused(&world.partner, Api::Openings, &body).await;
    assert_eq!(fields, ["form.subject.cert_end_date"]);
    came_in_when_it_was_valid(&world, &body).await;
    let answer = good(&world.partner, Api::Openings, &body).await;
    assert_eq!(answer["application_no"], "A-1");
    body["application_no"] = json!("A-2");
    let (_, _, fields) = refused(&world.partner, Api::Openings, &body).await;
    assert_eq!(fields, ["form.subject.cert_end_date"]);
}

async fn came_in_when_it_was_valid(world: &World, body: &Value) {
    let (kind, subject) = (
        contract::application::ApplicationKind::Opening,
        SubjectKind::IndividualUser,
    );
    let form = ApplicationForm::stored(kind, subject, &body["form"]).unwrap();
    let form = form.to_form().to_string();
    let partner = "shop".parse().unwrap();
    let number: ApplicationNo = "A-1".parse().unwrap();
    let id = runtime::ids::new_application_id();
    let new = NewApplication {
        id: &id,
        partner: &partner,
        application_no: &number,
        kind,
        subject,
        third_party_user_id: &"applicant-A-1".parse().unwrap(),
        htouhui_user_id: &"20000000099".parse().unwrap(),
        huifu_id: None,
        notify_url: body["notify_url"].as_str().unwrap(),
        form_sealed: &keys().seal(&context::form(&id), form.as_bytes()),
        form_digest: &keys().digest(&context::form_digest(&partner, &number), form.as_bytes()),
        card_tail: None,
        bank_name: None,
        materials: &[],
    };
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("intake test: earlier").await.unwrap();
    let now = runtime::clock::now();
    store::applications::insert(&tx, now, &new).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_suspended_partner_and_a_stranger_leave_nothing() {
    let world = World::open().await;
    let body = opening(&world.partner, SUBJECT, "A-1").await;
    world.sql(include_str!("sql/suspend_partner.sql")).await;
    let (status, code, _) = refused(&world.partner, Api::Openings, &body).await;
    assert_eq!((status, code.as_str()), (403, "partner_suspended"));
    // Another key than the one that is registered.
    let forger = shop(&world.base, "other", 3).await;
    let answer = forger.call(Api::Openings, &body).await.unwrap();
    assert_eq!((answer.status, answer.signed), (401, false));
    assert!(world.application("A-1").await.is_none());
    assert!(world.received().await.is_empty());
}

#[tokio::test]
async fn a_picture_that_was_sent_in_as_something_else_is_refused_where_it_is_named() {
    let world = World::open().await;
    let mut body = opening(&world.partner, "enterprise_merchant", "A-1").await;
    let permit = keep(&world.partner, "M-1", "F08").await;
    body["form"]["subject"]["license_pic"] = json!(permit);
    assert_eq!(
        refused(&world.partner, Api::Openings, &body).await,
        (
            400,
            "field_malformed".to_owned(),
            vec!["form.subject.license_pic".to_owned()]
        )
    );
}
