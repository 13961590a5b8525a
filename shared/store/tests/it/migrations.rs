//! The schema can be made from nothing, and making it again changes nothing.

use std::sync::Arc;

use store::trust::Trust;
use store::{Address, Store, StoreError, schema};

use crate::world::World;

#[tokio::test]
async fn migrating_a_current_database_changes_nothing() {
    let world = World::new().await;
    let trust = Arc::new(Trust::of_system());
    let address = Address::new(world.database.url(), trust).unwrap();
    assert_eq!(store::migrate(&address).await.unwrap(), 0);
    schema::require_current(&world.connection().await)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_service_refuses_an_empty_database_and_one_whose_history_ends_too_early() {
    let world = World::new().await;
    let client = world.raw().await;
    client
        .batch_execute("delete from refinery_schema_history where version = (select max(version) from refinery_schema_history)")
        .await
        .unwrap();
    let refusal = schema::require_current(&world.connection().await)
        .await
        .unwrap_err();
    assert!(
        matches!(refusal, StoreError::SchemaTooOld { .. }),
        "{refusal}"
    );

    client
        .batch_execute("drop table refinery_schema_history")
        .await
        .unwrap();
    let refusal = schema::require_current(&world.connection().await)
        .await
        .unwrap_err();
    assert!(
        matches!(refusal, StoreError::SchemaTooOld { found: 0, .. }),
        "{refusal}"
    );
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_said_without_repeating_it() {
    let Err(refusal) = Store::new("postgres://user:hunter2@[", 1, "tests") else {
        panic!("accepted");
    };
    assert!(!format!("{refusal:?} {refusal}").contains("hunter2"));
}
