//! Sessions of the console: how long they last, whose they are, and what their next page says.

use jiff::{SignedDuration, Timestamp};
use store::console_sessions::{self as sessions, How, NewSession, Session, Told};

use crate::world::World;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A digest that is told from others by its last digits.
fn digest(number: u32) -> String {
    format!("{number:064x}")
}

/// Ends after a quarter of an hour without use, and after an hour.
async fn begun(world: &World, number: u32, actor: &str, now: Timestamp, most: i64) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: begin session").await.unwrap();
    let digest = digest(number);
    let new = NewSession {
        digest: &digest,
        actor,
        token_digest: None,
        csrf: "of-its-forms",
        idle_ends_at: now + 15 * MINUTE,
        ends_at: now + 60 * MINUTE,
    };
    sessions::begin(&tx, now, &new, most).await.unwrap();
    tx.commit().await.unwrap();
}

async fn used(world: &World, number: u32, now: Timestamp) -> Option<Session> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: use session").await.unwrap();
    let until = now + 15 * MINUTE;
    let session = sessions::use_one(&tx, now, &digest(number), until).await;
    tx.commit().await.unwrap();
    session.unwrap()
}

async fn looked_at(world: &World, number: u32, now: Timestamp) -> Option<Session> {
    let connection = world.connection().await;
    let session = sessions::look(&connection, now, &digest(number)).await;
    session.unwrap()
}

#[tokio::test]
async fn a_session_lasts_as_long_as_it_is_used_and_never_beyond_its_time() {
    let world = World::new().await;
    let began = world.now;
    begun(&world, 1, "lin", began, 10).await;
    assert!(used(&world, 1, began + 14 * MINUTE).await.is_some());
    assert!(used(&world, 1, began + 28 * MINUTE).await.is_some());
    assert!(used(&world, 1, began + 43 * MINUTE).await.is_none(), "idle");
    begun(&world, 2, "lin", began, 10).await;
    for minutes in (10..60).step_by(10) {
        assert!(used(&world, 2, began + minutes * MINUTE).await.is_some());
    }
    assert!(used(&world, 2, began + 60 * MINUTE).await.is_none(), "old");
    // Another process, whose clock is behind, takes nothing away from it.
    begun(&world, 3, "lin", began, 10).await;
    assert!(used(&world, 3, began + 10 * MINUTE).await.is_some());
    assert!(used(&world, 3, began + 2 * MINUTE).await.is_some());
    assert!(looked_at(&world, 3, began + 24 * MINUTE).await.is_some());
}

#[tokio::test]
async fn looking_is_not_using() {
    let world = World::new().await;
    begun(&world, 1, "lin", world.now, 10).await;
    let session = Session {
        actor: "lin".to_owned(),
        token_digest: None,
        csrf: "of-its-forms".to_owned(),
        has_told: false,
    };
    for minutes in [5, 10, 14] {
        let seen = looked_at(&world, 1, world.now + minutes * MINUTE).await;
        assert_eq!(seen.as_ref(), Some(&session), "{minutes}");
    }
    let late = world.now + 15 * MINUTE;
    assert_eq!(looked_at(&world, 1, late).await, None);
    assert_eq!(looked_at(&world, 2, world.now).await, None, "never begun");
}

#[tokio::test]
async fn a_person_has_so_many_at_most_and_the_one_used_least_lately_goes() {
    let world = World::new().await;
    let now = world.now;
    for number in 1..=3 {
        begun(&world, number, "lin", now, 3).await;
    }
    begun(&world, 9, "wei", now, 3).await;
    for number in [1, 3] {
        assert!(used(&world, number, now + MINUTE).await.is_some());
    }
    begun(&world, 4, "lin", now + 2 * MINUTE, 3).await;
    let mut lasting = Vec::new();
    for number in [1, 2, 3, 4, 9] {
        if looked_at(&world, number, now + 2 * MINUTE).await.is_some() {
            lasting.push(number);
        }
    }
    assert_eq!(lasting, [1, 3, 4, 9]);
}

#[tokio::test]
async fn one_is_ended_alone_or_all_of_a_person_and_nobody_elses() {
    let world = World::new().await;
    let now = world.now;
    for number in 1..=3 {
        begun(&world, number, "lin", now, 10).await;
    }
    begun(&world, 9, "wei", now, 10).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: end sessions").await.unwrap();
    sessions::end(&tx, &digest(2)).await.unwrap();
    tx.commit().await.unwrap();
    let lasting = sessions::count_of(&connection, now, "lin").await.unwrap();
    assert_eq!(lasting, 2);
    let tx = connection.begin("tests: end sessions").await.unwrap();
    let ended = sessions::end_all_of(&tx, now, "lin").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ended, 2);
    for (number, lasts) in [(1, false), (2, false), (3, false), (9, true)] {
        let seen = looked_at(&world, number, now).await;
        assert_eq!(seen.is_some(), lasts, "{number}");
    }
}

#[tokio::test]
async fn what_is_told_is_heard_once() {
    let world = World::new().await;
    begun(&world, 1, "lin", world.now, 10).await;
    let mut connection = world.connection().await;
    for how in How::ALL {
        let told = Told {
            how,
            text: "It is done.".to_owned(),
        };
        let tx = connection.begin("tests: tell session").await.unwrap();
        sessions::tell(&tx, world.now, &digest(1), &told)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(looked_at(&world, 1, world.now).await.unwrap().has_told);
        let mut heard = Vec::new();
        for _ in 0..2 {
            let tx = connection.begin("tests: hear session").await.unwrap();
            heard.push(sessions::hear(&tx, world.now, &digest(1)).await.unwrap());
            tx.commit().await.unwrap();
        }
        assert_eq!(heard, [Some(told), None]);
    }
}

#[tokio::test]
async fn only_what_has_ended_is_swept() {
    let world = World::new().await;
    let now = world.now;
    for number in 1..=3 {
        begun(&world, number, "lin", now, 10).await;
    }
    assert!(used(&world, 3, now + 10 * MINUTE).await.is_some());
    let mut connection = world.connection().await;
    let mut swept = Vec::new();
    for _ in 0..3 {
        let tx = connection.begin("tests: sweep sessions").await.unwrap();
        swept.push(sessions::sweep(&tx, now + 15 * MINUTE, 1).await.unwrap());
        tx.commit().await.unwrap();
    }
    assert_eq!(swept, [1, 1, 0]);
    assert!(looked_at(&world, 3, now + 15 * MINUTE).await.is_some());
}

#[tokio::test]
async fn no_session_is_kept_by_its_value_nor_beyond_its_time() {
    let world = World::new().await;
    let client = world.raw().await;
    for (digest, idle, constraint) in [
        (
            "what-a-cookie-holds".to_owned(),
            0,
            "console_session_digests_are_sha_256",
        ),
        (digest(1), 61, "console_session_idle_ends_first"),
    ] {
        let (idle, ends) = (world.now + idle * MINUTE, world.now + 60 * MINUTE);
        let insert = "insert into console_sessions (digest, actor, csrf, idle_ends_at, ends_at, \
                      created_at, updated_at, updated_by) values ($1, 'lin', '', $2, $3, $2, $2, '')";
        let refused = client.execute(insert, &[&digest, &idle, &ends]).await;
        let refused = refused.unwrap_err();
        let name = refused.as_db_error().unwrap().constraint();
        assert_eq!(name, Some(constraint));
    }
}
