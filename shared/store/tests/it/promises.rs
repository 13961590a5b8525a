//! Constraints, tested by breaking them.

use contract::withdrawal::State;
use store::attempts::AttemptOutcome;

use crate::world::{World, req_seq_id};

#[tokio::test]
async fn a_second_attempt_exists_only_when_the_first_provably_never_left() {
    let world = World::new().await;
    for (number, outcome) in AttemptOutcome::ALL.into_iter().enumerate() {
        let number = number as u128 * 10;
        let id = world.walked_to(number, State::Dispatching).await;
        world.open_attempt(&id, number).await.unwrap();
        let while_open = world.open_attempt(&id, number + 1).await.unwrap_err();
        assert_eq!(
            while_open.constraint(),
            Some("one_attempt_that_may_have_paid")
        );

        let mut connection = world.connection().await;
        let tx = connection.begin("tests: close").await.unwrap();
        store::attempts::close(&tx, world.now, &req_seq_id(number), outcome, None, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let again = world.open_attempt(&id, number + 2).await;
        assert_eq!(
            again.is_ok(),
            outcome == AttemptOutcome::NotSent,
            "{outcome:?}: {again:?}"
        );
    }
}

async fn refusal(world: &World, sql: &str) -> String {
    let error = world
        .raw()
        .await
        .batch_execute(sql)
        .await
        .expect_err("the database must refuse");
    let refused = error.as_db_error().expect("refused by the server").clone();
    refused
        .constraint()
        .map_or_else(|| refused.message().to_owned(), str::to_owned)
}

#[tokio::test]
async fn rows_that_cannot_be_true_are_refused_by_name() {
    let world = World::new().await;
    world.walked_to(1, State::Paid).await;
    let broken = [
        (
            "update withdrawals set state = 'lost'",
            "withdrawal_state_known",
        ),
        (
            "update withdrawals set amount_fen = 0",
            "withdrawal_amount_positive",
        ),
        (
            "update withdrawals set terminal_at = null",
            "withdrawal_terminal_iff_terminal_at",
        ),
        (
            "update withdrawals set accepted_at = null",
            "withdrawal_confirmed_iff_past_draft",
        ),
        (
            "update withdrawals set fee_fen = -1",
            "withdrawal_arrival_positive",
        ),
        (
            "update timeline set event = 'nothing'",
            "timeline is append-only",
        ),
        ("delete from timeline", "timeline is append-only"),
        (
            "update notices set status = '0'",
            "notice_status_tells_the_outcome",
        ),
        (
            "update notices set state = 'delivered'",
            "notice_delivered_iff_delivered_at",
        ),
        (
            "update cards set tail = '12345'",
            "card_tail_is_four_digits",
        ),
    ];
    for (sql, constraint) in broken {
        assert_eq!(refusal(&world, sql).await, constraint, "{sql}");
    }
}

/// A refusal's DETAIL quotes the row, and errors are logged with all their causes.
#[tokio::test]
async fn an_error_never_tells_what_stood_in_the_row() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Dispatching).await;
    world.open_attempt(&id, 1).await.unwrap();
    let refusal = world.open_attempt(&id, 2).await.unwrap_err();
    let mut told = format!("{refusal:?}");
    let mut cause: Option<&dyn std::error::Error> = Some(&refusal);
    while let Some(error) = cause {
        told.push_str(&error.to_string());
        cause = error.source();
    }
    assert!(told.contains("one_attempt_that_may_have_paid"), "{told}");
    assert!(!told.contains(id.as_str()), "{told}");
}

#[tokio::test]
async fn the_same_number_of_a_partner_is_written_once() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: draft twice").await.unwrap();
    let first = world.new_withdrawal(1, Some("order-1"));
    let second = world.new_withdrawal(2, Some("order-1"));
    assert!(
        store::withdrawals::insert_draft(&tx, world.now, &first)
            .await
            .unwrap()
    );
    assert!(
        !store::withdrawals::insert_draft(&tx, world.now, &second)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let number = "order-1".parse().unwrap();
    let found =
        store::withdrawals::find_by_out_order_no(&connection, &crate::world::partner_id(), &number)
            .await
            .unwrap()
            .unwrap();
    assert_eq!(found.request, first);
}

#[tokio::test]
async fn a_nonce_is_used_once_and_forgotten_after_its_time() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: nonce").await.unwrap();
    let (partner, until) = (crate::world::partner_id(), world.later(60));
    let use_once = || store::nonces::use_once(&tx, world.now, &partner, "n-1", until);
    assert!(use_once().await.unwrap());
    assert!(!use_once().await.unwrap());
    assert_eq!(
        store::nonces::forget_expired(&tx, world.later(59), 10)
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        store::nonces::forget_expired(&tx, world.later(60), 10)
            .await
            .unwrap(),
        1
    );
}

#[tokio::test]
async fn only_drafts_whose_time_is_up_expire() {
    let world = World::new().await;
    let draft = world.draft(1).await;
    let accepted = world.walked_to(2, State::Accepted).await;
    let mut connection = world.connection().await;
    for (at, count) in [
        (world.later(899), 0),
        (world.later(900), 1),
        (world.later(901), 0),
    ] {
        let tx = connection.begin("tests: expire").await.unwrap();
        assert_eq!(
            store::withdrawals::expire_due(&tx, at, 100).await.unwrap(),
            count
        );
        tx.commit().await.unwrap();
    }
    let state = async |id| {
        store::withdrawals::find(&world.connection().await, id)
            .await
            .unwrap()
            .unwrap()
            .state
    };
    assert_eq!(state(&draft).await, State::Expired);
    assert_eq!(state(&accepted).await, State::Accepted);
}
