//! Tries are counted before the password is checked, and locks grow.

use std::time::Duration;

use jiff::Timestamp;
use store::users::{LockPolicy, PasswordTry};

use crate::world::{World, user_id};

const POLICY: LockPolicy = LockPolicy {
    tries: 5,
    first_lock: Duration::from_secs(60),
    longest_lock: Duration::from_secs(200),
};

async fn begin(world: &World, now: Timestamp) -> PasswordTry {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: try").await.unwrap();
    let begun = store::users::begin_password_try(&tx, now, &user_id(), POLICY)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    begun
}

async fn five_tries(world: &World, now: Timestamp) {
    for left in [4, 3, 2, 1, 0] {
        let PasswordTry::Check { tries_left, .. } = begin(world, now).await else {
            panic!("locked with {left} tries left");
        };
        assert_eq!(tries_left, left);
    }
}

#[tokio::test]
async fn five_wrong_tries_lock_for_a_time_that_doubles_up_to_a_limit() {
    let world = World::new().await;
    let mut now = world.now;
    for seconds in [60, 120, 200, 200] {
        five_tries(&world, now).await;
        let until = now + Duration::from_secs(seconds);
        assert_eq!(begin(&world, now).await, PasswordTry::Locked(until));
        assert_eq!(
            begin(&world, until - Duration::from_secs(1)).await,
            PasswordTry::Locked(until)
        );
        now = until;
    }
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_still_only_five() {
    let world = World::new().await;
    let guesses = (0..100).map(|_| begin(&world, world.now));
    let met = futures_util::future::join_all(guesses).await;
    let checked = met
        .iter()
        .filter(|guess| matches!(guess, PasswordTry::Check { .. }))
        .count();
    assert_eq!(checked, 5);
}

#[tokio::test]
async fn the_right_password_forgets_tries_and_locks() {
    let world = World::new().await;
    five_tries(&world, world.now).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: right").await.unwrap();
    store::users::password_was_right(&tx, world.now, &user_id())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    five_tries(&world, world.now).await;
    let locked = PasswordTry::Locked(world.later(60));
    assert_eq!(
        begin(&world, world.now).await,
        locked,
        "the first lock again, not the second"
    );
}

#[tokio::test]
async fn a_user_without_a_password_has_nothing_to_check() {
    let world = World::new().await;
    world
        .raw()
        .await
        .batch_execute("update users set password_hash = null")
        .await
        .unwrap();
    assert_eq!(begin(&world, world.now).await, PasswordTry::Unset);
}
