//! Secrets that sign notices: which of them a delivery finds, and which rows there may be.

use contract::withdrawal::State;
use store::notice_secrets::{self, SealedSecret};
use uuid::Uuid;

use crate::world::{World, partner_id};

fn sealed(name: &str) -> SealedSecret {
    SealedSecret {
        secret_id: name.to_owned(),
        sealed: format!("v1.k.{name}"),
    }
}

/// Adds a secret so many seconds after the beginning; the constraint that refused it, if one did.
async fn add(world: &World, name: &str, seconds: i64) -> Option<String> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: add secret").await.unwrap();
    let at = world.later(seconds);
    let added = notice_secrets::add(&tx, at, &partner_id(), &sealed(name)).await;
    if let Err(error) = added {
        return error.constraint().map(str::to_owned);
    }
    tx.commit().await.unwrap();
    None
}

/// Retires a secret at the beginning, as of so many seconds later.
async fn retire(world: &World, name: &str, seconds: i64) -> Result<bool, Option<String>> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: retire secret").await.unwrap();
    let at = world.later(seconds);
    let retired = notice_secrets::retire(&tx, world.now, &partner_id(), name, at)
        .await
        .map_err(|error| error.constraint().map(str::to_owned))?;
    tx.commit().await.unwrap();
    Ok(retired)
}

#[tokio::test]
async fn a_delivery_finds_the_secrets_that_sign_at_its_time_the_newest_first() {
    let world = World::new().await;
    for (name, seconds) in [("old", 0), ("new", 1), ("gone", 2)] {
        assert_eq!(add(&world, name, seconds).await, None);
    }
    assert_eq!(retire(&world, "old", 100).await, Ok(true));
    assert_eq!(retire(&world, "gone", 3).await, Ok(true));
    let id = world.walked_to(7, State::Paid).await;
    let connection = world.connection().await;
    let notice = store::notices::of(&connection, &id)
        .await
        .unwrap()
        .remove(0)
        .id;
    let found = async |seconds| {
        let at = world.later(seconds);
        let due = store::notices::for_delivery(&connection, &notice, Uuid::nil(), at).await;
        due.unwrap().unwrap().posting.notice_secrets
    };
    assert_eq!(found(99).await, [sealed("new"), sealed("old")]);
    assert_eq!(found(100).await, [sealed("new")]);
    let all = notice_secrets::of(&connection, &partner_id())
        .await
        .unwrap();
    let signing: Vec<&str> = all
        .iter()
        .filter(|stored| stored.signs(world.later(99)))
        .map(|stored| stored.secret.secret_id.as_str())
        .collect();
    assert_eq!(signing, ["new", "old"]);
}

#[tokio::test]
async fn a_secret_has_a_plain_name_of_its_own_and_is_retired_once() {
    let world = World::new().await;
    assert_eq!(add(&world, "s1", 0).await, None);
    for (name, constraint) in [
        ("s1", "notice_secrets_pkey"),
        ("s 2", "notice_secret_id_plain"),
        ("", "notice_secret_id_plain"),
    ] {
        assert_eq!(
            add(&world, name, 0).await.as_deref(),
            Some(constraint),
            "{name}"
        );
    }
    let before = Err(Some("notice_secret_retires_after_it_starts".to_owned()));
    assert_eq!(retire(&world, "s1", -1).await, before);
    // A time that lies ahead may be moved, one that has come may not.
    assert_eq!(retire(&world, "s1", 100).await, Ok(true));
    assert_eq!(retire(&world, "s1", 0).await, Ok(true));
    assert_eq!(retire(&world, "s1", 100).await, Ok(false));
    assert_eq!(retire(&world, "s2", 0).await, Ok(false));
    assert!(!format!("{:?}", sealed("s1")).contains("v1.k"));
}

#[tokio::test]
async fn what_lies_under_another_data_key_is_found_in_order_and_put_back() {
    let world = World::new().await;
    for name in ["a", "b", "c"] {
        assert_eq!(add(&world, name, 0).await, None);
    }
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: reseal").await.unwrap();
    let first = notice_secrets::to_reseal(&tx, "v1.new.", None, 2).await;
    let first = first.unwrap();
    assert_eq!(
        first,
        [(partner_id(), sealed("a")), (partner_id(), sealed("b"))]
    );
    let moved = SealedSecret {
        secret_id: "b".to_owned(),
        sealed: "v1.new.b".to_owned(),
    };
    notice_secrets::reseal(&tx, world.now, &partner_id(), &moved)
        .await
        .unwrap();
    let after = (partner_id(), "a".to_owned());
    let rest = notice_secrets::to_reseal(&tx, "v1.new.", Some(&after), 9).await;
    assert_eq!(rest.unwrap(), [(partner_id(), sealed("c"))]);
    tx.commit().await.unwrap();
    let counted = notice_secrets::by_key(&connection).await.unwrap();
    assert_eq!(counted, [("k".to_owned(), 2), ("new".to_owned(), 1)]);
}
