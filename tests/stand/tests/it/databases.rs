//! A database of its own for each test.

use anyhow::Result;
use stand::{TestDatabase, eventually};

use crate::{SOON, connect};

#[tokio::test]
async fn a_database_is_migrated_and_what_one_test_writes_no_other_sees() -> Result<()> {
    let (mine, yours) = tokio::try_join!(TestDatabase::create(), TestDatabase::create())?;
    let (my_client, your_client) = tokio::try_join!(connect(mine.url()), connect(yours.url()))?;

    let tables = "select count(*) from pg_tables where schemaname = 'public'";
    let migrated: i64 = my_client.query_one(tables, &[]).await?.get(0);
    assert!(migrated > 0, "the template was not migrated");

    my_client.batch_execute("create table only_mine ()").await?;
    let there: i64 = your_client.query_one(tables, &[]).await?.get(0);
    assert_eq!(there, migrated);
    Ok(())
}

#[tokio::test]
async fn a_dropped_database_is_gone_even_with_clients_connected() -> Result<()> {
    let admin = connect(stand::postgres().await?.admin_url()).await?;
    let database = TestDatabase::create().await?;
    let name = database.name().to_owned();
    let client = connect(database.url()).await?;
    drop(database);

    let left = "select count(*) from pg_database where datname = $1";
    let count: i64 = admin.query_one(left, &[&name]).await?.get(0);
    assert_eq!(count, 0);
    eventually(SOON, "the client to be disconnected", async || {
        client.is_closed()
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn statements_are_counted() -> Result<()> {
    let database = TestDatabase::create().await?;
    let client = connect(database.url()).await?;
    let countable = "select exists (select from pg_extension where extname = 'pg_stat_statements')";
    if !client.query_one(countable, &[]).await?.get::<_, bool>(0) {
        // Somebody else's server, on which we may not make extensions.
        assert!(std::env::var_os("DATABASE_URL").is_some());
        return Ok(());
    }
    for _ in 0..3 {
        client.batch_execute("select 'counted', 1").await?;
    }
    let calls: i64 = client
        .query_one(
            "select calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
              where d.datname = $1 and s.query like 'select $1, $2'",
            &[&database.name()],
        )
        .await?
        .get(0);
    assert_eq!(calls, 3);
    Ok(())
}

#[tokio::test]
async fn futures_of_the_stand_can_be_spawned() -> Result<()> {
    let database = tokio::spawn(TestDatabase::create()).await??;
    connect(database.url()).await?;
    Ok(())
}
