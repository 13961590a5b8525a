//! The sandboxes of Huifu, the partner and the SMS gateway: where they are and what their programs
//! are told.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::{PRODUCT_ID, Plan, SMS_TOKEN, SYS_ID};
use crate::keys::KeyFiles;
use crate::ports::free_port;
use crate::process::Process;
use crate::tenant;

const START: Duration = Duration::from_secs(60);

/// One of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sandbox {
    /// Huifu.
    Huifu,
    /// The shop.
    Partner,
    /// The SMS gateway.
    Sms,
}

impl Sandbox {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Huifu, Self::Partner, Self::Sms];

    /// The name of its binary.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Huifu => "huifu-sandbox",
            Self::Partner => "partner-sandbox",
            Self::Sms => "sms-sandbox",
        }
    }
}

/// Where the sandboxes listen, on loopback.
#[derive(Debug, Clone, Copy)]
pub struct Sandboxes {
    /// Huifu's port.
    pub huifu_port: u16,
    /// The shop's port.
    pub partner_port: u16,
    /// The SMS gateway's port.
    pub sms_port: u16,
}

impl Sandboxes {
    /// On free ports.
    #[must_use]
    pub fn on_free_ports() -> Self {
        Self {
            huifu_port: free_port(),
            partner_port: free_port(),
            sms_port: free_port(),
        }
    }

    /// The base of everything a sandbox serves.
    #[must_use]
    pub fn url(&self, sandbox: Sandbox) -> String {
        format!("http://127.0.0.1:{}", self.port(sandbox))
    }

    /// What answers with 200 once the sandbox serves.
    #[must_use]
    pub fn ready_url(&self, sandbox: Sandbox) -> String {
        let path = match sandbox {
            Sandbox::Huifu => "/admin/book",
            Sandbox::Partner => "/notices.json",
            Sandbox::Sms => "/messages.json",
        };
        format!("{}{path}", self.url(sandbox))
    }

    fn port(&self, sandbox: Sandbox) -> u16 {
        match sandbox {
            Sandbox::Huifu => self.huifu_port,
            Sandbox::Partner => self.partner_port,
            Sandbox::Sms => self.sms_port,
        }
    }

    /// Tells the services of this plan where the sandboxes are.
    pub fn apply_to(&self, plan: &mut Plan) {
        plan.huifu_base_url = self.url(Sandbox::Huifu);
        plan.sms_url = format!("{}/sms", self.url(Sandbox::Sms));
    }

    /// What a sandbox's program is told so that it fits the services of this plan.
    #[must_use]
    pub fn arguments(&self, sandbox: Sandbox, plan: &Plan, keys: &KeyFiles) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        let pairs = match sandbox {
            Sandbox::Huifu => vec![
                ("--sys-id", SYS_ID.to_owned()),
                ("--product-id", PRODUCT_ID.to_owned()),
                ("--merchant-public-key", path(&keys.merchant_public)),
                ("--huifu-private-key", path(&keys.huifu_private)),
                ("--account", of_user(tenant::BALANCE)),
                ("--card", of_user(tenant::CARD_TOKEN)),
                ("--fee", of_user(tenant::HUIFU_FEE)),
            ],
            Sandbox::Partner => vec![
                ("--partner-id", tenant::PARTNER_ID.to_owned()),
                ("--private-key", path(&keys.partner_private)),
                ("--key-id", tenant::PARTNER_KEY_ID.to_owned()),
                ("--intake-url", plan.intake_url()),
                ("--jwks-url", plan.jwks_url()),
                ("--third-party-user-id", tenant::USER_AT_PARTNER.to_owned()),
                ("--htouhui-user-id", tenant::USER.to_owned()),
            ],
            Sandbox::Sms => vec![("--token", SMS_TOKEN.to_owned())],
        };
        let listen = ("--listen", format!("127.0.0.1:{}", self.port(sandbox)));
        [listen]
            .into_iter()
            .chain(pairs)
            .flat_map(|(name, value)| [name.to_owned(), value])
            .collect()
    }

    /// Starts one and waits until it serves. It is killed when the answer is dropped.
    ///
    /// # Errors
    /// When it ends instead, with its last words.
    pub async fn start(
        &self,
        sandbox: Sandbox,
        plan: &Plan,
        keys: &KeyFiles,
        logs: &Path,
    ) -> Result<Process> {
        let arguments = self.arguments(sandbox, plan, keys);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let log = logs.join(format!("{}.log", sandbox.name()));
        let mut process = Process::spawn(sandbox.name(), &arguments, &BTreeMap::new(), &log)?;
        process.wait_ready(&self.ready_url(sandbox), START).await?;
        Ok(process)
    }
}

fn of_user(what: &str) -> String {
    format!("{}={what}", tenant::HUIFU_ID)
}
