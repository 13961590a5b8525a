//! The whole system: what each of the four services is told, and the four of them as processes.
//!
//! Tests, load, the demo and `make up` run the same services told the same way; what differs is
//! the engines, the sandboxes, and a variable or two.

mod fleet;
mod sandboxes;

use std::collections::BTreeMap;

use crate::keys::KeyPairPem;
use crate::ports::free_port;

pub use fleet::{Fleet, Replica};
pub use sandboxes::{Sandbox, Sandboxes};

/// One of the four services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// The page call, the hosted page, the JSON API.
    Intake,
    /// Sends to Huifu and asks about what it sent.
    HuifuDispatcher,
    /// Takes Huifu's callbacks.
    CallbackReceiver,
    /// Tells partners.
    PartnerNotifier,
}

impl Service {
    /// All four.
    pub const ALL: [Self; 4] = [
        Self::Intake,
        Self::HuifuDispatcher,
        Self::CallbackReceiver,
        Self::PartnerNotifier,
    ];

    /// The name of its binary.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::HuifuDispatcher => "huifu-dispatcher",
            Self::CallbackReceiver => "callback-receiver",
            Self::PartnerNotifier => "partner-notifier",
        }
    }
}

/// Where one process of a service listens, on loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// For users, partners or Huifu; `None` for a service that is open to nobody.
    pub public: Option<u16>,
    /// For `/livez`, `/readyz` and `/metrics`.
    pub admin: u16,
}

impl Ports {
    /// Free ones, for one more process of this service.
    #[must_use]
    pub fn free(service: Service) -> Self {
        let public = match service {
            Service::Intake | Service::CallbackReceiver => Some(free_port()),
            Service::HuifuDispatcher | Service::PartnerNotifier => None,
        };
        Self {
            public,
            admin: free_port(),
        }
    }

    /// Where this process tells how it is: `/livez`, `/readyz`, `/metrics`.
    #[must_use]
    pub fn admin_url(self) -> String {
        format!("http://127.0.0.1:{}", self.admin)
    }
}

/// What the sandboxes and the services agree on.
#[derive(Clone)]
pub struct Plan {
    /// A migrated database.
    pub database_url: String,
    /// A virtual host of our own.
    pub amqp_url: String,
    /// Where Huifu is.
    pub huifu_base_url: String,
    /// Where the SMS gateway takes messages.
    pub sms_url: String,
    /// Our key, which partners verify with the one at `/.well-known/jwks.json`.
    pub ours: KeyPairPem,
    /// Our key at Huifu.
    pub merchant: KeyPairPem,
    /// Huifu's public key.
    pub huifu_public_pem: String,
    /// Where intake listens, on loopback.
    pub intake_port: u16,
    /// Where callback-receiver listens, on loopback.
    pub receiver_port: u16,
    /// Where `/livez`, `/readyz` and `/metrics` of each service are, on loopback.
    pub admin_ports: BTreeMap<Service, u16>,
    /// Variables of single services, over and instead of the usual ones.
    pub extra: BTreeMap<Service, BTreeMap<String, String>>,
}

/// The name of our signing key in everything that runs here.
pub const OUR_KEY_ID: &str = "tixian-1";
/// Our system number at Huifu (系统号), here.
pub const SYS_ID: &str = "6666000108840829";
/// Our product number at Huifu (产品号), here.
pub const PRODUCT_ID: &str = "YYZY";
/// The pepper of passwords, here.
pub const PASSWORD_PEPPER: &str = "stand-pepper-that-protects-nothing-but-tests";
/// By what the SMS gateway knows us, here.
pub const SMS_TOKEN: &str = "stand-token-that-protects-nothing-but-tests";
/// The keys of personal data, here: an id, and 32 bytes in Base64.
pub const DATA_KEYS: &str = "stand-1:c3RhbmQtZGF0YS1rZXktcHJvdGVjdHMtbm90aGluZyE=";

impl Plan {
    /// A plan on free ports.
    #[must_use]
    pub fn new(database_url: &str, amqp_url: &str, huifu: &KeyPairPem) -> Self {
        let admin_port = |service| (service, free_port());
        Self {
            database_url: database_url.to_owned(),
            amqp_url: amqp_url.to_owned(),
            huifu_base_url: String::new(),
            // Nobody listens there; whoever brings a gateway says where it is.
            sms_url: "http://127.0.0.1:1/sms".to_owned(),
            ours: crate::keys::rsa_2048(0),
            merchant: crate::keys::rsa_2048(1),
            huifu_public_pem: huifu.public_spki_pem.clone(),
            intake_port: free_port(),
            receiver_port: free_port(),
            admin_ports: Service::ALL.into_iter().map(admin_port).collect(),
            extra: BTreeMap::new(),
        }
    }

    /// Says `name=value` to one service.
    pub fn tell(&mut self, service: Service, name: &str, value: &str) {
        self.extra
            .entry(service)
            .or_default()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Where users and partners find intake.
    #[must_use]
    pub fn intake_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.intake_port)
    }

    /// Where partners find our public keys.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        format!("{}/.well-known/jwks.json", self.intake_url())
    }

    /// Where Huifu finds callback-receiver.
    #[must_use]
    pub fn callback_url(&self) -> String {
        format!("http://127.0.0.1:{}/huifu/callback", self.receiver_port)
    }

    /// Where Huifu finds callback-receiver about reviews.
    #[must_use]
    pub fn onboarding_callback_url(&self) -> String {
        format!("http://127.0.0.1:{}/huifu/onboarding", self.receiver_port)
    }

    /// Where a service tells how it is: `/livez`, `/readyz`, `/metrics`.
    #[must_use]
    pub fn admin_url(&self, service: Service) -> String {
        self.ports(service).admin_url()
    }

    /// Where the only process of a service listens: at what the world knows as the service.
    #[must_use]
    pub fn ports(&self, service: Service) -> Ports {
        let public = match service {
            Service::Intake => Some(self.intake_port),
            Service::CallbackReceiver => Some(self.receiver_port),
            Service::HuifuDispatcher | Service::PartnerNotifier => None,
        };
        Ports {
            public,
            admin: self.admin_ports[&service],
        }
    }

    /// Everything that the only process of a service is told.
    #[must_use]
    pub fn environment(&self, service: Service) -> BTreeMap<String, String> {
        self.environment_at(service, self.ports(service))
    }

    /// Everything that one of several processes of a service is told, which listens here.
    #[must_use]
    pub fn environment_at(&self, service: Service, ports: Ports) -> BTreeMap<String, String> {
        let mut told = pairs(&[
            ("DATABASE_URL", &self.database_url),
            ("AMQP_URL", &self.amqp_url),
            ("ADMIN_LISTEN", &format!("127.0.0.1:{}", ports.admin)),
            ("LOG_FORMAT", "json"),
            // Engines that somebody lends may be on another machine.
            ("ALLOW_PLAIN_ENGINES", "true"),
        ]);
        if let Some(public) = ports.public {
            told.insert("LISTEN".to_owned(), format!("127.0.0.1:{public}"));
        }
        told.extend(match service {
            Service::Intake => self.intake(),
            Service::HuifuDispatcher => self.dispatcher(),
            Service::CallbackReceiver => self.receiver(),
            Service::PartnerNotifier => self.notifier(),
        });
        told.extend(self.extra.get(&service).cloned().unwrap_or_default());
        told
    }

    fn intake(&self) -> BTreeMap<String, String> {
        pairs(&[
            ("PUBLIC_URL", &self.intake_url()),
            ("SIGNING_KEY", &self.ours.private_pkcs8_pem),
            ("SIGNING_KEY_ID", OUR_KEY_ID),
            ("PASSWORD_PEPPER", PASSWORD_PEPPER),
            ("PAGE_KEY", "stand-page-key-that-protects-nothing-but-tests"),
            ("WITHDRAWAL_MAX_FEN", "5000000"),
            ("ALLOW_LOOPBACK_HTTP", "true"),
            ("DATA_KEYS", DATA_KEYS),
            ("SMS_GATEWAY_URL", &self.sms_url),
            ("SMS_GATEWAY_TOKEN", SMS_TOKEN),
        ])
    }

    fn dispatcher(&self) -> BTreeMap<String, String> {
        pairs(&[
            ("HUIFU_BASE_URL", &self.huifu_base_url),
            ("HUIFU_SYS_ID", SYS_ID),
            ("HUIFU_PRODUCT_ID", PRODUCT_ID),
            (
                "HUIFU_MERCHANT_PRIVATE_KEY",
                &self.merchant.private_pkcs8_pem,
            ),
            ("HUIFU_PUBLIC_KEY", &self.huifu_public_pem),
            ("CALLBACK_URL", &self.callback_url()),
            ("STATEMENT_HOSTS", "127.0.0.1"),
            ("ALLOW_LOOPBACK_HTTP", "true"),
            ("SIGNING_KEY", &self.ours.private_pkcs8_pem),
            ("SIGNING_KEY_ID", OUR_KEY_ID),
            ("ONBOARDING_CALLBACK_URL", &self.onboarding_callback_url()),
            ("DATA_KEYS", DATA_KEYS),
        ])
    }

    fn receiver(&self) -> BTreeMap<String, String> {
        pairs(&[("HUIFU_PUBLIC_KEY", &self.huifu_public_pem)])
    }

    fn notifier(&self) -> BTreeMap<String, String> {
        pairs(&[
            ("SIGNING_KEY", &self.ours.private_pkcs8_pem),
            ("SIGNING_KEY_ID", OUR_KEY_ID),
            ("ALLOW_LOOPBACK_HTTP", "true"),
            ("DATA_KEYS", DATA_KEYS),
        ])
    }
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
