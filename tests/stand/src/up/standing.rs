//! The system of `stand up` as it is written down in `.local/system.json`: its processes, and its
//! ports, which stay the same from one start to the next where they can.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;
use serde::{Deserialize, Serialize};

use crate::folder::stand_dir;
use crate::ports::{free_port, is_free};
use crate::running::Running;
use crate::secret;
use crate::system::{Plan, Sandboxes, Service};

/// Longer than a service takes to finish what it has taken (`SHUTDOWN_GRACE_MS`).
const END: Duration = Duration::from_secs(40);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Standing {
    ports: Ports,
    processes: Vec<Noted>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Ports {
    intake: u16,
    receiver: u16,
    /// In the order of [`Service::ALL`].
    admin: [u16; 4],
    huifu: u16,
    partner: u16,
    sms: u16,
}

#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    name: String,
    process: Running,
}

impl Standing {
    pub(super) fn on_free_ports() -> Self {
        Self {
            ports: Ports {
                intake: free_port(),
                receiver: free_port(),
                admin: std::array::from_fn(|_| free_port()),
                huifu: free_port(),
                partner: free_port(),
                sms: free_port(),
            },
            processes: Vec::new(),
        }
    }

    pub(super) fn read() -> Result<Option<Self>> {
        secret::read_json(&record()?)
    }

    pub(super) fn write(&self) -> Result<()> {
        secret::write_json(&record()?, self)
    }

    pub(super) fn ports_are_free(&self) -> bool {
        let ports = &self.ports;
        let sandboxes = [ports.huifu, ports.partner, ports.sms];
        [ports.intake, ports.receiver]
            .iter()
            .chain(&sandboxes)
            .chain(&ports.admin)
            .all(|port| is_free(*port))
    }

    pub(super) fn apply_to(&self, plan: &mut Plan) {
        plan.intake_port = self.ports.intake;
        plan.receiver_port = self.ports.receiver;
        plan.admin_ports = Service::ALL.into_iter().zip(self.ports.admin).collect();
        self.sandboxes().apply_to(plan);
    }

    pub(super) fn sandboxes(&self) -> Sandboxes {
        Sandboxes {
            huifu_port: self.ports.huifu,
            partner_port: self.ports.partner,
            sms_port: self.ports.sms,
        }
    }

    /// Written down at once: what has been started must never be unknown.
    pub(super) fn note(&mut self, name: &str, process: Running) -> Result<()> {
        self.processes.push(Noted {
            name: name.to_owned(),
            process,
        });
        self.write()
    }

    /// The names of those that live, or of those that do not.
    pub(super) fn names(&self, living: bool) -> Vec<&str> {
        self.processes
            .iter()
            .filter(|noted| noted.process.is_alive() == living)
            .map(|noted| noted.name.as_str())
            .collect()
    }

    /// Ends every process, the services before the sandboxes they still talk to; a line for each.
    pub(super) async fn end(&mut self) -> Result<Vec<String>> {
        let services: Vec<&str> = Service::ALL.iter().map(|service| service.name()).collect();
        let (first, then): (Vec<&Noted>, Vec<&Noted>) = self
            .processes
            .iter()
            .partition(|noted| services.contains(&noted.name.as_str()));
        let mut told = Vec::new();
        for group in [first, then] {
            // All are asked before any is waited for.
            for Noted { name, process } in group.iter().filter(|one| one.process.is_alive()) {
                process.signal(Signal::TERM)?;
                told.push(format!("{name}: stopped process {}", process.pid()));
            }
            for noted in group {
                noted.process.end_asked(END).await?;
            }
        }
        self.processes.clear();
        self.write()?;
        Ok(told)
    }
}

pub(super) fn record() -> Result<PathBuf> {
    Ok(stand_dir()?.join("system.json"))
}
