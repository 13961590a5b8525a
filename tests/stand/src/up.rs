//! The whole system left running for a person with a browser, and its end.
//!
//! It has a database and a virtual host of its own, both called `tixian`, which stay: what was
//! withdrawn yesterday is there today. Only the sandbox's Huifu forgets when it is stopped.

mod env_file;
mod standing;
mod welcome;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::borrowed::Borrowed;
use crate::eventually::Waiting;
use crate::folder::{Lock, inside, stand_dir, tail};
use crate::keys::KeyFiles;
use crate::opsctl::Opsctl;
use crate::process::{binary, prober, spawn_detached, success};
use crate::shared::engines;
use crate::system::{Plan, Sandbox, Service};
use crate::{postgres, rabbitmq, secret, tenant};

use standing::Standing;

const LOCK: &str = "system";

/// Names the database and the virtual host.
const NAME: &str = "tixian";

/// Longer than a debug binary needs on a busy machine of two cores.
const START: Duration = Duration::from_secs(60);

/// Everything that is told about a running system.
struct System {
    plan: Plan,
    keys: KeyFiles,
    standing: Standing,
}

/// Starts everything that does not run yet, and tells where it is. The engines' packages must be
/// installed and our binaries built.
///
/// # Errors
/// When something does not start; what had been started is ended again.
pub async fn up(mut tell: impl FnMut(&str)) -> Result<()> {
    let _lock = Lock::take(LOCK).await?;
    if Borrowed::look()?.some_must_start() {
        tell("PostgreSQL and RabbitMQ are being started, private to this checkout.");
    }
    let mut system = prepare().await?;
    let dead = system.standing.names(false).join(", ");
    if !dead.is_empty() {
        tell(&format!(
            "{dead}: ended since the last start, so all start again"
        ));
    }
    let expected = Service::ALL.len() + Sandbox::ALL.len();
    if system.standing.names(true).len() == expected {
        tell("Tixian runs already. `make down` and `make up` start it anew.");
    } else {
        system.standing.end().await?;
        if let Err(error) = start(&mut system, &mut tell).await {
            system.standing.end().await?;
            return Err(error);
        }
    }
    secret::write(
        &stand_dir()?.join("tixian.env"),
        env_file::text(&system).as_bytes(),
    )?;
    welcome::lines(&system, &binary("opsctl")?, &stand_dir()?)
        .iter()
        .for_each(|line| tell(line));
    Ok(())
}

/// Ends the system of [`up`], if it runs, and tells what was stopped. The engines go on.
///
/// # Errors
/// When a process cannot be ended.
pub async fn down_system(and_remove: bool) -> Result<Vec<String>> {
    let _lock = Lock::take(LOCK).await?;
    let told = match Standing::read()? {
        Some(mut standing) => standing.end().await?,
        None => Vec::new(),
    };
    let env_file = stand_dir()?.join("tixian.env");
    if env_file.exists() {
        // What it says no longer holds.
        std::fs::remove_file(env_file)?;
    }
    let record = standing::record()?;
    if and_remove && record.exists() {
        std::fs::remove_file(record)?;
    }
    Ok(told)
}

/// Whether any process of the system runs.
pub(crate) fn runs() -> Result<bool> {
    Ok(Standing::read()?.is_some_and(|standing| !standing.names(true).is_empty()))
}

/// One line about the system.
///
/// # Errors
/// When its record cannot be read.
pub fn system_status() -> Result<String> {
    let living =
        Standing::read()?.map_or_else(String::new, |standing| standing.names(true).join(", "));
    Ok(if living.is_empty() {
        "system: does not run".to_owned()
    } else {
        format!("system: runs: {living}")
    })
}

async fn prepare() -> Result<System> {
    let (postgres, rabbitmq) = engines().await?;
    let database_url = postgres::keep_database(postgres, NAME).await?;
    let amqp_url = rabbitmq::keep_vhost(rabbitmq, NAME).await?;
    let standing = match Standing::read()? {
        Some(standing) if !standing.names(true).is_empty() || standing.ports_are_free() => standing,
        Some(_) | None => Standing::on_free_ports(),
    };
    let mut plan = Plan::new(&database_url, &amqp_url, &KeyFiles::huifu());
    standing.apply_to(&mut plan);
    Ok(System {
        plan,
        keys: KeyFiles::write()?,
        standing,
    })
}

async fn start(system: &mut System, tell: &mut impl FnMut(&str)) -> Result<()> {
    let opsctl = Opsctl::on(&system.plan.database_url);
    let migrated = opsctl.run(&["migrate"]).await;
    // It was kept from an earlier day, perhaps by another version.
    let migrated = migrated.context("`make purge` removes the old database")?;
    tell(&format!("database {NAME}: {}", migrated.trim()));
    tenant::enrol(&opsctl, &system.keys).await?;
    let sandboxes = system.standing.sandboxes();
    for sandbox in Sandbox::ALL {
        let arguments = sandboxes.arguments(sandbox, &system.plan, &system.keys);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let nothing = BTreeMap::new();
        spawn(&mut system.standing, sandbox.name(), &arguments, &nothing)?;
    }
    for service in Service::ALL {
        let environment = system.plan.environment(service);
        spawn(&mut system.standing, service.name(), &[], &environment)?;
    }
    for sandbox in Sandbox::ALL {
        wait_ready(system, sandbox.name(), &sandboxes.ready_url(sandbox)).await?;
    }
    for service in Service::ALL {
        let ready = format!("{}/readyz", system.plan.admin_url(service));
        wait_ready(system, service.name(), &ready).await?;
    }
    Ok(())
}

fn spawn(
    standing: &mut Standing,
    name: &str,
    arguments: &[&str],
    environment: &BTreeMap<String, String>,
) -> Result<()> {
    let marker = format!("system-{}", secret::random_hex(6));
    let process = spawn_detached(name, arguments, environment, &log(name)?, &marker)?;
    standing.note(name, process)
}

async fn wait_ready(system: &System, name: &str, url: &str) -> Result<()> {
    let client = prober()?;
    let what = format!("{name} to be ready at {url}");
    let mut waiting = Waiting::new(START, &what);
    while let Err(error) = success(&client, url).await {
        if system.standing.names(false).contains(&name) {
            bail!("{name} ended at once: {}", tail(&log(name)?));
        }
        waiting
            .saw(error)
            .await
            .with_context(|| tail(&log(name).unwrap_or_default()))?;
    }
    Ok(())
}

fn log(name: &str) -> Result<std::path::PathBuf> {
    Ok(inside("log")?.join(format!("{name}.log")))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
