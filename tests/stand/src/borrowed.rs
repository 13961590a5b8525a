//! Engines that a command uses for a moment: one that it had to start is stopped after it, one that
//! ran before goes on.

use std::time::Duration;

use anyhow::Result;

use crate::engine::{Engine, shared_record};
use crate::shared::{STALE, stop_shared};
use crate::{postgres, rabbitmq, secret, up};

/// Which engines ran before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Borrowed {
    postgres_ran: bool,
    rabbitmq_ran: bool,
}

impl Borrowed {
    /// Looks, before anything is started.
    ///
    /// # Errors
    /// When a record cannot be read.
    pub(crate) fn look() -> Result<Self> {
        Ok(Self {
            postgres_ran: running::<postgres::Server>()?.is_some(),
            rabbitmq_ran: running::<rabbitmq::Server>()?.is_some(),
        })
    }

    /// Whether one of them has to be started, which takes seconds.
    pub(crate) fn some_must_start(self) -> bool {
        let ours = |url: &str| std::env::var_os(url).is_none();
        ours("DATABASE_URL") && !self.postgres_ran || ours("AMQP_URL") && !self.rabbitmq_ran
    }

    /// Stops those that did not run when we looked, unless somebody else has begun to work on them.
    ///
    /// # Errors
    /// When one does not answer or cannot be ended.
    pub(crate) async fn give_back(self) -> Result<Vec<String>> {
        if up::runs()? || in_use(STALE).await? {
            return Ok(Vec::new());
        }
        let mut told = Vec::new();
        if !self.postgres_ran {
            told.extend(stop_shared::<postgres::Server>().await?);
        }
        if !self.rabbitmq_ran {
            told.extend(stop_shared::<rabbitmq::Server>().await?);
        }
        Ok(told)
    }
}

fn running<E: Engine>() -> Result<Option<E>> {
    let server = secret::read_json::<E>(&shared_record::<E>()?)?;
    Ok(server.filter(|server| server.process().is_some()))
}

async fn in_use(age: Duration) -> Result<bool> {
    let databases = match running::<postgres::Server>()? {
        Some(server) => postgres::in_use(&server.handle()?, age).await?,
        None => 0,
    };
    let vhosts = match running::<rabbitmq::Server>()? {
        Some(server) => rabbitmq::in_use(&server.handle()?, age).await?,
        None => 0,
    };
    Ok(databases + vhosts > 0)
}
