//! The schema can be made from nothing, and making it again changes nothing.

use std::sync::Arc;
use std::time::Duration;

use store::trust::Trust;
use store::{Address, Store, StoreError, schema};
use tokio::time::timeout;

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

/// The newest, which locks two tables one after the other, undone.
const UNDONE: &str = "\
alter table applications drop column traceparent;
alter table application_attempts drop column traceparent;
delete from refinery_schema_history where version = 23";

/// Nobody is ended for a deadlock, so whoever can must give way. Where we are no superuser
/// PostgreSQL keeps its second, and the test sees less.
const NO_REFEREE: &str = "\
do $$
begin
    execute format('alter database %I set deadlock_timeout = %L', current_database(), '10min');
exception when insufficient_privilege then
    null;
end $$";

/// Whether somebody waits for this table as a whole.
const WAITED_FOR: &str = "\
select exists (select from pg_locks
                where relation = 'application_attempts'::regclass
                  and mode = 'AccessExclusiveLock'
                  and not granted)";

#[tokio::test]
async fn a_migration_gives_way_to_a_service_that_wants_what_it_has_locked() {
    let world = World::new().await;
    let onlooker = world.raw().await;
    onlooker.batch_execute(UNDONE).await.unwrap();
    onlooker.batch_execute(NO_REFEREE).await.unwrap();
    let service = world.raw().await;
    let holds = "begin; select from application_attempts limit 1";
    service.batch_execute(holds).await.unwrap();

    let trust = Arc::new(Trust::of_system());
    let address = Address::new(world.database.url(), trust).unwrap();
    let migration = tokio::spawn(async move { store::migrate(&address).await });
    let patience = Duration::from_secs(30);
    stand::eventually(patience, "the migration to wait", async || {
        let waits = onlooker.query_one(WAITED_FOR, &[]).await.unwrap();
        waits.get::<_, bool>(0)
    })
    .await;
    // Each has what the other wants.
    let wants = service.batch_execute("select from applications limit 1; commit");
    timeout(patience, wants).await.unwrap().unwrap();
    let migrated = timeout(patience, migration).await.unwrap();
    assert_eq!(migrated.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_said_without_repeating_it() {
    let Err(refusal) = Store::new("postgres://user:hunter2@[", 1, "tests") else {
        panic!("accepted");
    };
    assert!(!format!("{refusal:?} {refusal}").contains("hunter2"));
}
