//! Everything the stories play on: a database, a virtual host, eight processes, a partner, a user.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use super::SOON;
use super::huifu::Huifu;
use super::screen::Screen;
use super::shop::Shop;
use crate::console::Console;
use crate::keys::KeyFiles;
use crate::opsctl::Opsctl;
use crate::process::Process;
use crate::system::{Fleet, Plan, Sandbox, Sandboxes, Service};
use crate::{TestDatabase, TestVhost, engines, tenant};

/// Pauses before the second and third try of a notice; after the third it is a dead letter.
pub(super) const NOTICE_SCHEDULE_MS: &str = "300,300";

/// Fields are dropped in this order: the processes before what they are connected to.
pub(super) struct Stage {
    fleet: Fleet,
    pub(super) console: Console,
    sandboxes: Vec<Process>,
    _vhost: TestVhost,
    _database: TestDatabase,
    pub(super) opsctl: Opsctl,
    pub(super) huifu: Huifu,
    pub(super) shop: Shop,
    /// Where the SMS gateway shows what it was given.
    pub(super) messages_url: String,
}

impl Stage {
    pub(super) async fn set(screen: &mut Screen, logs: &Path) -> Result<Self> {
        fs::create_dir_all(logs)?;
        let (postgres, rabbitmq) = engines().await?;
        screen.step(&format!("PostgreSQL {}", address(postgres.admin_url())));
        screen.step(&format!("RabbitMQ   {}", address(rabbitmq.amqp_url())));
        let (database, vhost) = tokio::try_join!(TestDatabase::empty(), TestVhost::create())?;
        let opsctl = Opsctl::on(database.url());
        let migrated = opsctl.run(&["migrate"]).await?;
        screen.step(&format!("`opsctl migrate`: {}", migrated.trim()));
        let keys = KeyFiles::write()?;
        tenant::enrol_partner(&opsctl, &keys).await?;
        screen.step(&format!(
            "partner {} with its key, by `opsctl`",
            tenant::PARTNER_ID
        ));

        let mut plan = Plan::new(database.url(), vhost.amqp_url(), &KeyFiles::huifu());
        let ports = Sandboxes::on_free_ports();
        ports.apply_to(&mut plan);
        plan.tell(
            Service::PartnerNotifier,
            "NOTICE_SCHEDULE_MS",
            NOTICE_SCHEDULE_MS,
        );
        plan.tell(Service::PartnerNotifier, "NOTICE_JITTER_PERCENT", "0");
        let mut sandboxes = Vec::new();
        for sandbox in Sandbox::ALL {
            sandboxes.push(ports.start(sandbox, &plan, &keys, logs).await?);
            screen.step(&format!("{:17} {}", sandbox.name(), ports.url(sandbox)));
        }
        let intake_url = plan.intake_url();
        let fleet = Fleet::start(plan, logs).await?;
        for service in Service::ALL {
            let url = match service {
                Service::Intake => intake_url.clone(),
                Service::CallbackReceiver => fleet.plan.callback_url(),
                Service::HuifuDispatcher | Service::PartnerNotifier => "ready".to_owned(),
            };
            screen.step(&format!("{:17} {url}", service.name()));
        }
        let console = Console::start(&opsctl, logs).await?;
        screen.step(&format!("{:17} {}", "console", console.url()));
        Ok(Self {
            fleet,
            console,
            sandboxes,
            _vhost: vhost,
            _database: database,
            opsctl,
            huifu: Huifu::at(&ports.url(Sandbox::Huifu))?,
            shop: Shop::at(&ports.url(Sandbox::Partner), &intake_url)?,
            messages_url: ports.ready_url(Sandbox::Sms),
        })
    }

    /// Ends everything politely: that the services end well is a part of the demo.
    pub(super) async fn strike(&mut self) -> Result<()> {
        for service in Service::ALL {
            self.fleet.process(service)?.sigterm()?;
        }
        for service in Service::ALL {
            let status = self.fleet.wait(service).await?;
            ensure!(status.success(), "{} ended with {status}", service.name());
        }
        self.console.process().sigterm()?;
        let status = self.console.process().wait(SOON).await?;
        ensure!(status.success(), "the console ended with {status}");
        self.sandboxes.clear();
        Ok(())
    }
}

/// A URL without the user and password in it.
fn address(url: &str) -> String {
    let after_user = url.rsplit_once('@').map_or(url, |(_, address)| address);
    after_user.split('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(
            address("amqp://me:secret@127.0.0.1:5672/%2f"),
            "127.0.0.1:5672"
        );
    }
}
