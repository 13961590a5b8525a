//! Many dead letters: each part of the filter excludes, groups add up, batches decide exactly what
//! was counted, and what is at work again is not opened a second time.

use contract::money::Fen;
use contract::withdrawal::State;
use serde_json::json;
use store::dead_letters::{self, DeadLetterState, Decision, Filter, NewDeadLetter, Verb};
use uuid::Uuid;

use crate::world::World;

const DECISION: Decision<'static> = Decision {
    by: "sre",
    reason: "it is over",
};

async fn letter(world: &World, message: Option<Uuid>, about: Option<&str>, class: &str) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: die").await.unwrap();
    let letter = NewDeadLetter {
        message_id: message,
        service: "partner-notifier",
        queue: "partner-notifier.notice-due",
        exchange: "tixian",
        routing_key: "notice.due",
        message_type: Some("notice.due.v1"),
        correlation_id: about,
        causation_id: None,
        partner_id: None,
        reason: "The partner did not take it",
        error_class: class,
        attempt_count: 15,
        headers: &json!({}),
        body: b"{}",
        first_failed_at: world.now,
    };
    dead_letters::insert(&tx, world.later(60), &letter)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn ids(world: &World, filter: &Filter) -> Vec<i64> {
    let connection = world.connection().await;
    let letters = dead_letters::page(&connection, filter, 0, 100)
        .await
        .unwrap();
    letters.into_iter().map(|letter| letter.id).collect()
}

async fn decide(world: &World, filter: &Filter, newest: i64, verb: Verb) -> Vec<i64> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: decide").await.unwrap();
    let decided = dead_letters::decide_many(&tx, world.now, filter, newest, verb, DECISION).await;
    tx.commit().await.unwrap();
    decided.unwrap()
}

/// A filter with this part alone.
macro_rules! only {
    ($part:ident: $value:expr) => {
        Filter {
            $part: $value,
            ..Filter::default()
        }
    };
}

#[tokio::test]
async fn each_part_of_the_filter_excludes_what_it_should() {
    let world = World::new().await;
    let id = world.walked_to(7, State::Paid).await;
    letter(&world, None, Some(id.as_str()), "timeout").await;
    letter(&world, None, None, "status").await;
    let place = dead_letters::place(&world.connection().await, 1)
        .await
        .unwrap()
        .unwrap();
    let amount = place.amount.unwrap();
    let host = place.host.unwrap();
    assert_eq!(place.withdrawal_state.as_deref(), Some("paid"));
    let fen = |more: i64| Some(Fen::new(amount.get() + more).unwrap());
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (Filter::default(), &[1, 2][..]),
        (only!(partner: text("demo-shop")), &[1]),
        (only!(host: Some(host)), &[1]),
        (only!(host: text("other.example")), &[]),
        (only!(class: text("status")), &[2]),
        (only!(service: text("intake")), &[]),
        (only!(queue: text("partner-notifier.notice-due")), &[1, 2]),
        (only!(reason: text("PARTNER did")), &[1, 2]),
        (only!(reason: text("p%r")), &[]),
        (only!(since: Some(world.later(60))), &[1, 2]),
        (only!(since: Some(world.later(61))), &[]),
        (only!(until: Some(world.later(60))), &[]),
        (only!(amount_from: fen(0)), &[1]),
        (only!(amount_from: fen(1)), &[]),
        (only!(amount_to: fen(0)), &[1]),
        (only!(amount_to: fen(-1)), &[]),
        (only!(state: Some(DeadLetterState::Archived)), &[]),
        (only!(withdrawal_state: Some(State::Paid)), &[1]),
        (only!(withdrawal_state: Some(State::Failed)), &[]),
        (only!(ids: Some(vec![2, 3])), &[2]),
    ];
    for (filter, expected) in cases {
        assert_eq!(ids(&world, &filter).await, expected, "{filter:?}");
        let counted = dead_letters::count(&world.connection().await, &filter)
            .await
            .unwrap();
        assert_eq!(
            usize::try_from(counted.count).unwrap(),
            expected.len(),
            "{filter:?}"
        );
    }
}

#[tokio::test]
async fn groups_add_up_and_the_largest_comes_first() {
    let world = World::new().await;
    let id = world.walked_to(7, State::Paid).await;
    for class in ["timeout", "status", "timeout"] {
        letter(&world, None, Some(id.as_str()), class).await;
    }
    let connection = world.connection().await;
    let groups = dead_letters::groups(&connection, &Filter::default())
        .await
        .unwrap();
    let told: Vec<_> = groups
        .iter()
        .map(|group| (group.class.as_str(), group.count))
        .collect();
    assert_eq!(told, [("timeout", 2), ("status", 1)]);
    assert_eq!(groups[0].partner.as_deref(), Some("demo-shop"));
    let (one, two) = (groups[1].amount.unwrap(), groups[0].amount.unwrap());
    assert_eq!(two.get(), 2 * one.get());
    assert_eq!(groups[0].first_failed_at, world.now);
    assert_eq!(groups[0].last_failed_at, world.later(60));
}

#[tokio::test]
async fn what_comes_after_the_count_is_not_decided_about() {
    let world = World::new().await;
    for _ in 0..3 {
        letter(&world, None, None, "timeout").await;
    }
    let all = Filter::default();
    let counted = dead_letters::foretell(&world.connection().await, &all, Verb::Discard).await;
    let counted = counted.unwrap();
    letter(&world, None, None, "timeout").await;
    assert_eq!(
        decide(&world, &all, counted.newest, Verb::Discard).await,
        [1, 2, 3]
    );
    assert!(
        decide(&world, &all, counted.newest, Verb::Discard)
            .await
            .is_empty()
    );
    assert_eq!(decide(&world, &all, 4, Verb::Archive).await, [4]);
    let counted = dead_letters::foretell(&world.connection().await, &all, Verb::Restore).await;
    assert_eq!(counted.unwrap().count, 4);
    assert_eq!(decide(&world, &all, 4, Verb::Restore).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn only_the_newest_letter_of_a_message_is_opened_again() {
    let world = World::new().await;
    let message = Some(Uuid::from_u128(9));
    let all = Filter::default();
    for _ in 0..2 {
        letter(&world, message, None, "timeout").await;
        decide(&world, &all, i64::MAX, Verb::Discard).await;
    }
    let deaths = dead_letters::of_message(&world.connection().await, Uuid::from_u128(9)).await;
    assert_eq!(deaths.unwrap().len(), 2);
    assert_eq!(decide(&world, &all, i64::MAX, Verb::Restore).await.len(), 1);
    assert!(
        decide(&world, &all, i64::MAX, Verb::Restore)
            .await
            .is_empty()
    );
    let open = Filter {
        state: Some(DeadLetterState::Open),
        ..all
    };
    let client = world.raw().await;
    let newest = client
        .query_one("select max(id) from dead_letters", &[])
        .await
        .unwrap();
    assert_eq!(ids(&world, &open).await, [newest.get::<_, i64>(0)]);
}
