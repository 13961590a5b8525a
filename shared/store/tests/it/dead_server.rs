//! A server whose machine is gone is noticed, though nobody says so.

use std::time::Duration;

use stand::TestDatabase;
use store::Store;

/// What the kernel calls a timer that asks a quiet peer for a sign of life, in `/proc/net/tcp`.
const KEEPALIVE: &str = "02";

/// Of what `/proc/net/tcp` counts in, there are a hundred in a second.
const TICK: Duration = Duration::from_millis(10);

#[tokio::test]
async fn a_quiet_connection_is_asked_for_a_sign_of_life_within_seconds() {
    let database = TestDatabase::create().await.unwrap();
    let store = Store::new(database.url(), 1, "quiet").unwrap();
    let _listener = store.listen_outbox().await.unwrap();
    store.ping().await.unwrap();

    for port in ports_of(&database, "quiet").await {
        let asked = stand::eventually(
            Duration::from_secs(10),
            "only the timer of a quiet connection",
            async || keepalive(port),
        )
        .await;
        assert!(asked <= Duration::from_secs(10), "asked in {asked:?}");
    }
}

/// Our ends of the pool's one connection and of the listener's.
async fn ports_of(database: &TestDatabase, name: &str) -> Vec<i32> {
    let (sql, connection) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let ports = "select client_port from pg_stat_activity where application_name = $1";
    let rows = sql.query(ports, &[&name]).await.unwrap();
    assert_eq!(rows.len(), 2, "one of the pool and one that listens");
    rows.iter().map(|row| row.get(0)).collect()
}

/// When the kernel will ask on the connection from this port; nothing while it has another timer.
fn keepalive(port: i32) -> Option<Duration> {
    let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let ends_with = format!(":{port:04X}");
    let timer = sockets.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields
            .get(1)?
            .ends_with(&ends_with)
            .then(|| fields.get(5).copied())?
    })?;
    let (kind, when) = timer.split_once(':')?;
    let ticks = u32::from_str_radix(when, 16).unwrap();
    (kind == KEEPALIVE).then_some(TICK * ticks)
}
