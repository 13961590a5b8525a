//! The partner is away: for a while, and for too long.

use contract::withdrawal::State;
use e2e::{Engines, Scene};
use sandbox::partner::Mode;
use serde_json::{Value, json};
use stand::system::Service;
use store::dead_letters::{DeadLetterState, Decision, Filter};

#[tokio::test]
async fn a_partner_that_is_away_for_a_while_hears_the_notice_later() {
    let scene = Scene::open().await.unwrap();
    scene.partner.set_mode(Mode::Down);
    let id = scene.withdraw("88.00").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    stand::eventually(
        std::time::Duration::from_secs(30),
        "two failed tries",
        async || attempts(&scene, id.as_str()).await >= 2,
    )
    .await;
    scene.partner.set_mode(Mode::Ok);
    scene.hears(&id, 1).await;
    scene.close().await.unwrap();
}

#[tokio::test]
async fn what_is_due_for_a_partner_that_is_down_waits_and_is_told_when_it_is_back_without_a_hand() {
    let scene = Scene::open().await.unwrap();
    scene.partner.set_mode(Mode::Down);
    let ids = scene.withdraw_many(12, "66.00").await.unwrap();
    for id in &ids {
        scene.reaches(id, State::Paid).await;
    }
    let patience = std::time::Duration::from_secs(60);
    let stand = stand::eventually(patience, "an open lane with notices waiting", async || {
        let connection = scene.store.connection().await.unwrap();
        let lanes = store::lanes::list(&connection, None, 10, 100)
            .await
            .unwrap();
        let open = lanes
            .into_iter()
            .find(|lane| lane.breaker.trouble.is_some());
        open.filter(|lane| lane.waiting >= 8)
    })
    .await;
    assert_eq!(stand.partner.as_str(), "demo-shop");
    scene.partner.set_mode(Mode::Ok);
    for id in &ids {
        scene.hears(id, 1).await;
    }
    scene.all_paid(&ids).await;
    let connection = scene.store.connection().await.unwrap();
    let letters = store::dead_letters::page(&connection, &Filter::default(), 0, 10).await;
    assert!(letters.unwrap().is_empty(), "nothing was given up");
    drop(connection);
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_notice_nobody_took_is_a_dead_letter_until_a_person_replays_it() {
    let engines = Engines::shared().await.unwrap();
    let scene = Scene::open_with(engines, |plan| {
        plan.tell(Service::PartnerNotifier, "NOTICE_SCHEDULE_MS", "100,100");
    })
    .await
    .unwrap();
    scene.partner.set_mode(Mode::Down);
    let id = scene.withdraw("99.00").await.unwrap();
    scene.reaches(&id, State::Paid).await;

    let letter = stand::eventually(
        std::time::Duration::from_secs(30),
        "a dead letter",
        async || {
            let connection = scene.store.connection().await.unwrap();
            store::dead_letters::page(&connection, &Filter::default(), 0, 10)
                .await
                .unwrap()
                .pop()
        },
    )
    .await;
    assert_eq!(letter.correlation_id.as_deref(), Some(id.as_str()));
    assert_eq!(letter.attempt_count, 3);

    scene.partner.set_mode(Mode::Ok);
    let mut connection = scene.store.connection().await.unwrap();
    let tx = connection.begin("e2e: replay").await.unwrap();
    let decision = Decision {
        by: "e2e",
        reason: "the partner is back",
    };
    assert!(
        store::dead_letters::replay(&tx, runtime::clock::now(), letter.id, decision)
            .await
            .unwrap()
    );
    store::outbox::notify(&tx).await.unwrap();
    tx.commit().await.unwrap();
    scene.hears(&id, 1).await;
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_partner_that_was_down_catches_up_by_the_feed_and_asks_for_what_it_missed() {
    let engines = Engines::shared().await.unwrap();
    let scene = Scene::open_with(engines, |plan| {
        plan.tell(Service::PartnerNotifier, "NOTICE_SCHEDULE_MS", "100");
    })
    .await
    .unwrap();
    scene.partner.set_mode(Mode::Down);
    let ids = scene.withdraw_many(2, "77.00").await.unwrap();
    let patience = std::time::Duration::from_secs(60);
    let missed = stand::eventually(patience, "two dead letters in the feed", async || {
        let (events, _) = read_on(&scene, "").await;
        let missed: Vec<String> = notices(&events, "notice.dead_lettered");
        (missed.len() == 2).then_some(missed)
    })
    .await;
    // What it was not told it can read: both were paid.
    let (events, cursor) = read_on(&scene, "").await;
    let finished = events
        .iter()
        .filter(|event| event["kind"] == "withdrawal.finished");
    let mut told: Vec<_> = finished
        .map(|event| {
            (
                event["notice"]["order_id"].clone(),
                event["notice"]["status"].clone(),
            )
        })
        .collect();
    told.sort_by_key(|(order, _)| order.to_string());
    let mut paid: Vec<_> = ids.iter().map(|id| (json!(id), json!("1"))).collect();
    paid.sort_by_key(|(order, _)| order.to_string());
    assert_eq!(told, paid);

    scene.partner.set_mode(Mode::Ok);
    for notice in &missed {
        let answer = scene.partner.resend(notice).await.unwrap();
        assert!(answer.signed && answer.status == 200, "{answer:?}");
    }
    scene.all_paid(&ids).await;
    let rest = stand::eventually(patience, "both deliveries in the feed", async || {
        let (rest, _) = read_on(&scene, &cursor).await;
        (notices(&rest, "notice.delivered").len() == 2).then_some(rest)
    })
    .await;
    assert_eq!(notices(&rest, "notice.resent").len(), 2);
    assert_eq!(rest.len(), 4, "{rest:?}");
    let connection = scene.store.connection().await.unwrap();
    let letters = store::dead_letters::page(&connection, &Filter::default(), 0, 10)
        .await
        .unwrap();
    for letter in letters {
        assert_eq!(letter.state, DeadLetterState::Replayed);
        assert_eq!(letter.decided_by.as_deref(), Some("partner demo-shop"));
    }
    scene.close().await.unwrap();
}

/// Everything behind `after`, page by page, and where to go on.
async fn read_on(scene: &Scene, after: &str) -> (Vec<Value>, String) {
    let mut cursor = after.to_owned();
    let mut events = Vec::new();
    loop {
        let page = scene.partner.events(&cursor).await.unwrap();
        assert!(page.signed && page.status == 200, "{page:?}");
        events.extend(page.body["events"].as_array().unwrap().clone());
        page.body["next"].as_str().unwrap().clone_into(&mut cursor);
        if page.body["has_more"] == json!(false) {
            return (events, cursor);
        }
    }
}

/// The notices of all events of this kind.
fn notices(events: &[Value], kind: &str) -> Vec<String> {
    let of_kind = events.iter().filter(|event| event["kind"] == kind);
    let each = of_kind.map(|event| event["notice"]["notice_id"].as_str().unwrap().to_owned());
    each.collect()
}

async fn attempts(scene: &Scene, order_id: &str) -> i64 {
    let sql = scene.sql().await.unwrap();
    let counted = "select count(*) from notice_attempts
                     join notices on notices.id = notice_id where withdrawal_id = $1";
    sql.query_one(counted, &[&order_id]).await.unwrap().get(0)
}
