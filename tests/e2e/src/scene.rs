//! A day: engines, services, sandboxes, one user, and what can be done with them.

mod boundaries;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use contract::ids::WithdrawalId;
use contract::withdrawal::{State, Withdrawal};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sandbox::SigningKey;
use sandbox::huifu::HuifuHandle;
use sandbox::otlp::{CollectorHandle, CollectorSandbox};
use sandbox::partner::PartnerHandle;
use sandbox::sms::{SmsConfig, SmsHandle, SmsSandbox};
use sandbox::user::{Choice, UserAgent, UserError};
use stand::keys::rsa_2048;
use stand::opsctl::Opsctl;
use stand::system::{Fleet, Plan, SMS_TOKEN, Service};
use stand::{TestDatabase, TestVhost};
use store::Store;
use url::Url;

use self::boundaries::{huifu_sandbox, partner_sandbox};
use crate::register::{PASSWORD, register};

/// The user's account at Huifu.
pub const HUIFU_ID: &str = "6666000021291985";
/// Much more than a healthy system needs, and less than a person waits for a hanging test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where a scene's rows and messages live.
pub struct Engines {
    database: TestDatabase,
    vhost: TestVhost,
}

impl Engines {
    /// On the engines that all tests share.
    pub async fn shared() -> Result<Self> {
        let (database, vhost) = tokio::try_join!(TestDatabase::create(), TestVhost::create())?;
        Ok(Self { database, vhost })
    }

    /// On the given engines, for tests that break them.
    pub async fn on(
        postgres: Option<&stand::Postgres>,
        rabbitmq: Option<&stand::RabbitMq>,
    ) -> Result<Self> {
        let database = match postgres {
            Some(postgres) => TestDatabase::create_on(postgres).await?,
            None => TestDatabase::create().await?,
        };
        let vhost = match rabbitmq {
            Some(rabbitmq) => TestVhost::create_on(rabbitmq).await?,
            None => TestVhost::create().await?,
        };
        Ok(Self { database, vhost })
    }

    /// On the shared engines, with the schema that another release's `opsctl` makes.
    pub async fn migrated_by(release: &Path) -> Result<Self> {
        let (database, vhost) = tokio::try_join!(TestDatabase::empty(), TestVhost::create())?;
        Opsctl::on(database.url())
            .from(release)
            .run(&["migrate"])
            .await?;
        Ok(Self { database, vhost })
    }

    /// Deletes every queue and exchange.
    pub async fn wipe_broker(&self) -> Result<()> {
        self.vhost.wipe().await.map(drop)
    }
}

/// One system for one test.
pub struct Scene {
    /// The four services.
    pub fleet: Fleet,
    /// The Huifu sandbox.
    pub huifu: HuifuHandle,
    /// The partner sandbox.
    pub partner: PartnerHandle,
    /// The SMS gateway's sandbox.
    pub sms: SmsHandle,
    /// Where their traces go.
    pub collector: CollectorHandle,
    /// Our rows.
    pub store: Store,
    /// Where they live.
    pub engines: Engines,
    /// Kept when a test fails, removed when its day ends well.
    logs: PathBuf,
}

impl Scene {
    /// A scene on shared engines, quick where production is patient.
    pub async fn open() -> Result<Self> {
        Self::open_with(Engines::shared().await?, |_| {}).await
    }

    /// A scene on these engines, with a plan that the test may change before anything starts.
    pub async fn open_with(engines: Engines, change: impl FnOnce(&mut Plan)) -> Result<Self> {
        let mut scene = Self::set(engines, change).await?;
        scene.fleet.start_all().await?;
        Ok(scene)
    }

    /// As [`Scene::open_with`], but no service runs yet: who wants other than one of each.
    pub async fn set(engines: Engines, change: impl FnOnce(&mut Plan)) -> Result<Self> {
        let (huifu_key, partner_key) = (rsa_2048(2), rsa_2048(3));
        let database_url = engines.database.url().to_owned();
        crate::audit::see_messages(&database_url).await?;
        let mut plan = Plan::new(&database_url, engines.vhost.amqp_url(), &huifu_key);
        let huifu = huifu_sandbox(&plan, &huifu_key.private_pkcs8_pem).await?;
        huifu.base_url.clone_into(&mut plan.huifu_base_url);
        let sms = SmsSandbox::start(SmsConfig::for_tests(SMS_TOKEN)).await?;
        plan.sms_url = sms.url();
        let collector = CollectorSandbox::start().await?;
        for service in Service::ALL {
            plan.tell(service, "OTEL_EXPORTER_OTLP_ENDPOINT", &collector.base_url);
        }
        hurry(&mut plan);
        change(&mut plan);

        let store = Store::new(&database_url, 4, "e2e")?;
        let partner_private = SigningKey::read(&partner_key.private_pkcs8_pem)?;
        let partner = partner_sandbox(&plan, partner_private).await?;
        register(&store, "127.0.0.1", &partner_key.public_spki_pem).await?;

        let logs = log_folder()?;
        Ok(Self {
            fleet: Fleet::new(plan, &logs),
            huifu,
            partner,
            sms,
            collector,
            store,
            engines,
            logs,
        })
    }

    /// The partner sends its user, who confirms `yuan`; answers the order and where the user ended.
    pub async fn withdraw(&self, yuan: &str) -> Result<WithdrawalId> {
        self.withdraw_with(&[("money", yuan)]).await
    }

    /// As [`Scene::withdraw`], with other fields of the form.
    pub async fn withdraw_with(&self, fields: &[(&str, &str)]) -> Result<WithdrawalId> {
        let form = self.partner.signed_form(fields);
        let mut user = UserAgent::new()?;
        let page = user
            .open(&self.partner.withdraw_url(), &form)
            .await
            .map_err(tell)?;
        // A number that was confirmed before has its result there already.
        let returned = if page.form_for("confirm").is_none() {
            user.go_back(&page).await
        } else {
            user.finish(&page, &Choice::confirm(PASSWORD)).await
        };
        let returned = returned.map_err(tell)?;
        let verdict = self.partner.verify_return(&returned).await;
        anyhow::ensure!(verdict.is_good(), "the return is not good: {verdict:?}");
        order_id(&returned)
    }

    /// `count` withdrawals of `yuan` by the same user, four at a time: five tries at one password
    /// at once are as many as there are.
    pub async fn withdraw_many(&self, count: usize, yuan: &str) -> Result<Vec<WithdrawalId>> {
        let each = stream::iter(0..count).map(|_| self.withdraw(yuan));
        each.buffered(4).try_collect().await
    }

    /// Waits until a withdrawal has come to `state`.
    pub async fn reaches(&self, id: &WithdrawalId, state: State) {
        let what = format!("withdrawal {id} to be {}", state.as_str());
        stand::eventually(PATIENCE, &what, async || match self.find(id).await {
            Ok(found) if found.state == state => Ok(()),
            Ok(found) => Err(format!("it is {}", found.state.as_str())),
            Err(error) => Err(format!("{error:#}")),
        })
        .await;
    }

    /// Waits until the partner has accepted the `sequence`th notice of a withdrawal.
    pub async fn hears(&self, id: &WithdrawalId, sequence: u64) {
        let what = format!("notice {sequence} of {id} to be accepted");
        stand::eventually(PATIENCE, &what, async || {
            self.partner.notices().iter().any(|notice| {
                notice.order_id == id.as_str()
                    && notice.sequence == Some(sequence)
                    && notice.accepted
            })
        })
        .await;
    }

    /// The withdrawal as it is stored.
    pub async fn find(&self, id: &WithdrawalId) -> Result<Withdrawal> {
        let connection = self.store.connection().await?;
        store::withdrawals::find(&connection, id)
            .await?
            .context("no such withdrawal")
    }

    /// A connection below the store, to look at rows.
    pub async fn sql(&self) -> Result<tokio_postgres::Client> {
        let (client, connection) =
            tokio_postgres::connect(self.engines.database.url(), tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Waits until all of these are paid and the partner has accepted a notice of each.
    pub async fn all_paid(&self, ids: &[WithdrawalId]) {
        for id in ids {
            self.reaches(id, State::Paid).await;
            self.hears(id, 1).await;
        }
    }

    /// Waits until nothing is left to do, then compares our rows, Huifu's book and the partner's
    /// notices, and looks for secrets in rows, logs and traces.
    pub async fn close(mut self) -> Result<()> {
        crate::audit::settles(&self).await;
        self.fleet.stop_all().await?;
        crate::audit::agrees(&self).await?;
        crate::audit::stay_out_of_rows(&self).await?;
        crate::audit::stay_out_of_logs(&self.logs, &self.fleet.plan)?;
        crate::audit::stay_out_of_traces(&self.collector, &self.fleet.plan)?;
        crate::audit::stay_out_of_requests(&self)?;
        Ok(std::fs::remove_dir_all(&self.logs)?)
    }

    /// As [`Scene::close`], of a scene whose withdrawals were written and not made: Huifu knows
    /// none of them, so its book is compared with nothing.
    pub async fn close_written(mut self) -> Result<()> {
        crate::audit::settles(&self).await;
        self.fleet.stop_all().await?;
        crate::audit::stay_out_of_logs(&self.logs, &self.fleet.plan)?;
        crate::audit::stay_out_of_traces(&self.collector, &self.fleet.plan)?;
        crate::audit::stay_out_of_requests(&self)?;
        Ok(std::fs::remove_dir_all(&self.logs)?)
    }
}

/// Pauses that a person would not notice, instead of those that spare a production database.
fn hurry(plan: &mut Plan) {
    for service in Service::ALL {
        plan.tell(service, "OUTBOX_POLL_MS", "200");
        plan.tell(service, "OUTBOX_LEASE_MS", "1000");
        plan.tell(service, "OUTBOX_REPUBLISH_AFTER_MS", "1000");
        plan.tell(service, "LOG_LEVEL", "debug");
    }
    let dispatcher = Service::HuifuDispatcher;
    plan.tell(dispatcher, "HUIFU_ANSWER_TIMEOUT_MS", "1000");
    plan.tell(dispatcher, "RECONCILE_FIRST_PAUSE_MS", "1500");
    plan.tell(dispatcher, "RECONCILE_LONGEST_PAUSE_MS", "3000");
    plan.tell(dispatcher, "RESEND_PAUSE_MS", "200");
    plan.tell(
        Service::PartnerNotifier,
        "NOTICE_SCHEDULE_MS",
        "200,200,400,400,800,800,1600,1600,1600,1600",
    );
    plan.tell(Service::PartnerNotifier, "NOTICE_PROBE_MS", "500");
    plan.tell(Service::PartnerNotifier, "NOTICE_LONGEST_PROBE_MS", "1000");
}

fn log_folder() -> Result<PathBuf> {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/e2e");
    std::fs::create_dir_all(&logs)?;
    let folder = tempfile::Builder::new().prefix("scene-").tempdir_in(logs)?;
    Ok(folder.keep())
}

/// What the user was shown instead of being sent back, in words.
fn tell(error: UserError) -> anyhow::Error {
    match error {
        UserError::Shown(page) => anyhow::anyhow!("{}: {}", page.status, page.text()),
        other => other.into(),
    }
}

/// The order that a user came back with.
pub fn order_id(returned: &Url) -> Result<WithdrawalId> {
    let order = returned.query_pairs().find(|(name, _)| name == "order_id");
    let (_, order) = order.context("the return has no order_id")?;
    Ok(order.parse()?)
}
