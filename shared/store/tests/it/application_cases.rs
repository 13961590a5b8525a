//! A case about an application holds it, and is closed like any other.

use contract::application::{ApplicationKind, State, Step, SubjectKind, Transition};
use contract::withdrawal;
use serde_json::json;
use store::applications::progress::{self, Advanced};
use store::applications::timeline;
use store::cases::{self, Closed, Closing, NewCase, Released};
use store::dead_letters::Decision;

use crate::world::World;

const DECISION: Decision<'static> = Decision {
    by: "lin",
    reason: "Huifu has set it right",
};

#[tokio::test]
async fn it_is_released_beside_a_withdrawal_and_both_timelines_tell() {
    let world = World::new().await;
    let withdrawal = world.walked_to(1, withdrawal::State::Accepted).await;
    let application = world
        .applied_and_walked(
            1,
            ApplicationKind::Opening,
            SubjectKind::IndividualUser,
            1,
            State::Received,
        )
        .await;
    world.take(&withdrawal, withdrawal::Transition::Pay).await;
    world
        .take_edge(&application, Step::Base, Transition::Refuse)
        .await;
    assert!(world.application(&application).await.held);

    let mut connection = world.connection().await;
    let closing = Closing {
        ids: &[2, 1],
        release: true,
        decision: DECISION,
    };
    let tx = connection.begin("tests: close cases").await.unwrap();
    let closed = cases::close(&tx, world.later(60), &closing).await.unwrap();
    tx.commit().await.unwrap();
    let released = vec![
        Released::Withdrawal(withdrawal, withdrawal::State::Accepted),
        Released::Application(application.clone(), State::Received),
    ];
    let cases = vec![1, 2];
    assert_eq!(closed, Closed::Done { cases, released });
    assert!(!world.application(&application).await.held);

    let told = timeline::of(&connection, &application).await.unwrap();
    let told: Vec<_> = told
        .into_iter()
        .filter(|entry| entry.recorded_by == "tests: close cases")
        .map(|entry| (entry.event, entry.detail))
        .collect();
    let (by, reason) = (DECISION.by, DECISION.reason);
    let case = json!({ "case": 2, "kind": "contradiction", "by": by, "reason": reason });
    assert_eq!(
        told,
        [
            ("case_closed".to_owned(), case),
            ("released".to_owned(), json!({ "by": by, "reason": reason }))
        ]
    );
    assert!(matches!(
        world
            .take_edge(&application, Step::Business, Transition::OpenAttempt)
            .await,
        Advanced::Moved { .. }
    ));
}

#[tokio::test]
async fn nothing_is_released_while_another_case_of_it_is_open_and_a_case_is_about_one_thing() {
    let world = World::new().await;
    let withdrawal = world.draft(1).await;
    let kind = ApplicationKind::Card;
    let application = world.applied(1, kind, SubjectKind::IndividualUser).await;
    let mut connection = world.connection().await;
    for fingerprint in ["first", "second"] {
        let case = NewCase {
            withdrawal: None,
            application: Some(&application),
            kind: "token_missing",
            detail: &json!({}),
            fingerprint,
        };
        let tx = connection.begin("tests: tell").await.unwrap();
        assert!(
            progress::set_aside(&tx, world.now, &application, &case)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
    }
    let closing = Closing {
        ids: &[1],
        release: true,
        decision: DECISION,
    };
    let tx = connection.begin("tests: close cases").await.unwrap();
    let closed = cases::close(&tx, world.later(60), &closing).await.unwrap();
    assert_eq!(closed, Closed::StillOpen(vec![2]));
    drop(tx);
    assert!(world.application(&application).await.held);

    let both = NewCase {
        withdrawal: Some(&withdrawal),
        application: Some(&application),
        kind: "both",
        detail: &json!({}),
        fingerprint: "both",
    };
    let tx = connection.begin("tests: tell").await.unwrap();
    let refused = cases::open(&tx, world.now, &both).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("case_about_one_thing"));
}
