//! What a partner is told about an application, and that it is not told as a withdrawal.

use contract::application::{ApplicationKind, State, SubjectKind};
use contract::ids::ApplicationId;
use store::notices::{self, Attempted, NoticeState, Outcome};
use store::outbox;
use uuid::Uuid;

use crate::applicant::{Asked, REASON};
use crate::world::{World, partner_id};

const OPENING: ApplicationKind = ApplicationKind::Opening;
const MERCHANT: SubjectKind = SubjectKind::EnterpriseMerchant;

/// The message that makes the notice about this application due.
async fn message_about(world: &World, application: &ApplicationId) -> Uuid {
    let row = world
        .raw()
        .await
        .query_one(
            "select message_id::text from outbox
              where routing_key = 'application-notice.due' and correlation_id = $1",
            &[&application.as_str()],
        )
        .await
        .unwrap();
    row.get::<_, String>(0).parse().unwrap()
}

#[tokio::test]
async fn a_notice_says_what_came_of_it_and_where_to() {
    let world = World::new().await;
    for (number, state, outcome) in [
        (1, State::Passed, Outcome::Passed),
        (2, State::Refused, Outcome::Refused),
        (3, State::Failed, Outcome::Failed),
    ] {
        let application = world
            .applied_and_walked(number, OPENING, MERCHANT, 0, state)
            .await;
        let asked = Asked::new(number, OPENING, MERCHANT);
        let message = message_about(&world, &application).await;
        let mut connection = world.connection().await;
        let summary = notices::of_application(&connection, &application)
            .await
            .unwrap();
        let notice = &summary[0].id;
        let told = notices::application_for_delivery(&connection, notice, message, world.now)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(told.outcome, outcome);
        assert_eq!(told.application_id, application);
        assert_eq!(told.application_no, asked.application_no);
        assert_eq!(told.posting.partner_id, partner_id());
        assert_eq!((told.kind, told.subject), (OPENING, MERCHANT));
        assert_eq!(told.third_party_user_id, asked.third_party_user_id);
        assert_eq!(told.htouhui_user_id, asked.htouhui_user_id);
        assert_eq!(told.posting.notify_url, "https://shop.example/notify");
        assert_eq!(told.card_tail.as_deref(), Some("4455"));
        assert_eq!(told.finished_at, world.later(1));
        let reason = (outcome != Outcome::Passed).then_some(REASON.code);
        assert_eq!(told.reason_code.as_deref(), reason);
        assert!(told.posting.message_is_open);
        let as_withdrawal = notices::for_delivery(&connection, notice, message, world.now)
            .await
            .unwrap();
        assert!(as_withdrawal.is_none(), "it is about no withdrawal");

        let attempted = Attempted {
            at: world.later(2),
            state: NoticeState::Delivered,
            outcome: "delivered",
            http_status: Some(200),
            duration_ms: 12,
            answer: Some("success"),
            passage: &store::notices::Passage::default(),
            event: "notice_delivered",
            detail: &serde_json::json!({}),
        };
        let tx = connection.begin("tests: deliver").await.unwrap();
        assert!(outbox::settle(&tx, message).await.unwrap());
        notices::record_attempt(&tx, world.later(2), notice, &attempted)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let told = notices::application_for_delivery(&connection, notice, message, world.now)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (told.posting.state, told.posting.attempt_count),
            (NoticeState::Delivered, 1)
        );
        assert!(!told.posting.message_is_open);
    }
}

#[tokio::test]
async fn one_about_a_withdrawal_is_not_told_as_an_application() {
    let world = World::new().await;
    let withdrawal = world.walked_to(1, contract::withdrawal::State::Paid).await;
    let connection = world.connection().await;
    let notice = &notices::of(&connection, &withdrawal).await.unwrap()[0].id;
    let told = notices::application_for_delivery(&connection, notice, Uuid::nil(), world.now).await;
    assert!(told.unwrap().is_none());
}

/// `1` is what partners act on.
#[tokio::test]
async fn status_1_is_written_for_what_succeeded_alone() {
    let world = World::new().await;
    let client = world.raw().await;
    world.applied(1, OPENING, MERCHANT).await;
    for outcome in Outcome::ALL {
        let wrong = if outcome.status() == "1" { "0" } else { "1" };
        let refused = client
            .execute(
                "insert into notices (id, application_id, partner_id, sequence, status, outcome,
                                      finished_at, state, created_at, updated_at, updated_by)
                 select 'N', id, partner_id, 1, $1, $2, now(), 'pending', now(), now(), 'tests'
                   from applications",
                &[&wrong, &outcome.as_str()],
            )
            .await
            .unwrap_err();
        let constraint = refused.as_db_error().unwrap().constraint();
        assert_eq!(
            constraint,
            Some("notice_status_tells_the_outcome"),
            "{outcome:?}"
        );
    }
}
