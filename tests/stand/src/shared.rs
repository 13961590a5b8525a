//! What `stand status`, `stand sweep` and `stand down` do to the engines written down in
//! `.local/`. Engines named by `DATABASE_URL` and `AMQP_URL` are somebody else's: their old test
//! databases and virtual hosts are swept, they themselves are never stopped.

use std::fs;
use std::time::Duration;

use anyhow::Result;
use uuid::Uuid;

use crate::engine::{Engine, Stop, shared_record};
use crate::folder::Lock;
use crate::{Postgres, RabbitMq, postgres, private, rabbitmq, secret};

/// Longer than any test runs: what is older was left by a test that was killed.
pub const STALE: Duration = Duration::from_secs(60 * 60);

/// Both shared engines, found running or started.
///
/// Each is started to its end even when the other fails: one half started is known to nobody.
///
/// # Errors
/// When one cannot be started or does not answer.
pub async fn engines() -> Result<(&'static Postgres, &'static RabbitMq)> {
    let (postgres, rabbitmq) = tokio::join!(postgres::postgres(), rabbitmq::rabbitmq());
    Ok((postgres?, rabbitmq?))
}

/// What [`sweep`] has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Databases on the shared server.
    pub databases: usize,
    /// Virtual hosts on the shared broker.
    pub vhosts: usize,
    /// Servers of single tests whose process is gone.
    pub servers: usize,
}

/// Removes what killed tests have left behind: databases and virtual hosts older than `age`,
/// and private servers without an owner.
///
/// # Errors
/// When an engine does not answer, or something cannot be removed.
pub async fn sweep(age: Duration) -> Result<Swept> {
    Ok(Swept {
        databases: postgres::sweep(postgres::postgres().await?, age).await?,
        vhosts: rabbitmq::sweep(rabbitmq::rabbitmq().await?, age).await?,
        servers: private::remove::<postgres::Server>(false).await?
            + private::remove::<rabbitmq::Server>(false).await?,
    })
}

/// Stops every engine written down, shared and private, and tells what it stopped. With
/// `and_remove` their data goes too.
///
/// # Errors
/// When a process cannot be ended, or a folder cannot be removed.
pub async fn down(and_remove: bool) -> Result<Vec<String>> {
    // The broker takes seconds to end; the database need not wait for it.
    let (postgres, rabbitmq) = tokio::try_join!(
        down_one::<postgres::Server>(and_remove),
        down_one::<rabbitmq::Server>(and_remove)
    )?;
    Ok(postgres.into_iter().chain(rabbitmq).collect())
}

async fn down_one<E: Engine>(and_remove: bool) -> Result<Vec<String>> {
    let _lock = Lock::take(E::NAME).await?;
    let mut told = Vec::new();
    let private = private::remove::<E>(true).await?;
    if private > 0 {
        told.push(format!("{}: stopped {private} of single tests", E::NAME));
    }
    told.extend(stop_locked::<E>().await?);
    let record = shared_record::<E>()?;
    if and_remove && let Some(server) = secret::read_json::<E>(&record)? {
        server.remove()?;
        fs::remove_file(&record)?;
        told.push(format!("{}: removed its data", E::NAME));
    }
    Ok(told)
}

/// Stops the shared engine, if it runs, and tells so.
pub(crate) async fn stop_shared<E: Engine>() -> Result<Option<String>> {
    let _lock = Lock::take(E::NAME).await?;
    stop_locked::<E>().await
}

async fn stop_locked<E: Engine>() -> Result<Option<String>> {
    let record = shared_record::<E>()?;
    let Some(mut server) = secret::read_json::<E>(&record)? else {
        return Ok(None);
    };
    let told = server
        .process()
        .map(|process| format!("{}: stopped process {}", E::NAME, process.pid()));
    server.stop(Stop::Clean).await?;
    secret::write_json(&record, &server)?;
    Ok(told)
}

/// One line about each shared engine.
///
/// # Errors
/// When a record cannot be read.
pub fn status() -> Result<Vec<String>> {
    Ok(vec![
        status_of::<postgres::Server>()?,
        status_of::<rabbitmq::Server>()?,
    ])
}

fn status_of<E: Engine>() -> Result<String> {
    let server = secret::read_json::<E>(&shared_record::<E>()?)?;
    let name = E::NAME;
    Ok(
        match server
            .as_ref()
            .and_then(|server| Some((server, server.process()?)))
        {
            Some((server, process)) => {
                format!(
                    "{name}: runs as process {} on 127.0.0.1:{}",
                    process.pid(),
                    server.port()
                )
            }
            None => format!("{name}: does not run"),
        },
    )
}

/// Whether `name` is `prefix` and a version 7 UUID made longer than `age` ago.
pub(crate) fn is_stale(name: &str, prefix: &str, age: Duration) -> bool {
    let made = |uuid: Uuid| {
        let (seconds, nanoseconds) = uuid.get_timestamp()?.to_unix();
        Some(Duration::new(seconds, nanoseconds))
    };
    let made_then = name
        .strip_prefix(prefix)
        .and_then(|id| id.parse().ok())
        .and_then(made);
    let now = made(Uuid::now_v7()).expect("a version 7 UUID holds a time");
    made_then.is_some_and(|then| now.saturating_sub(then) >= age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_age() {
        let now = format!("test_{}", Uuid::now_v7().simple());
        assert!(!is_stale(&now, "test_", Duration::from_secs(60)));
        assert!(is_stale(&now, "test_", Duration::ZERO));
        let old = "test_01900000000070008000000000000000";
        assert!(is_stale(old, "test_", STALE));
    }

    #[test]
    fn a_name_we_did_not_make_is_never_stale() {
        for name in [
            "postgres",
            "test_",
            "test_mine",
            "other_01900000000070008000000000000000",
        ] {
            assert!(!is_stale(name, "test_", Duration::ZERO), "{name}");
        }
    }
}
