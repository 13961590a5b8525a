//! Everything the sandbox's handlers share: keys, book, faults, and the tasks that call back.

use crate::clock;
use crate::huifu::book::Book;
use crate::huifu::config::HuifuConfig;
use crate::huifu::fault::FaultPlan;
use crate::huifu::gateway::Gateway;
use crate::keys::SigningKey;
use jiff::Timestamp;
use reqwest::Client;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) signing_key: SigningKey,
    pub(crate) client: Client,
    pub(crate) callback_delay: Duration,
    pub(crate) callback_retries: u32,
    pub(crate) callback_retry_interval: Duration,
    pub(crate) log_requests: bool,
    pub(crate) stopping: CancellationToken,
    tasks: TaskTracker,
    book: Mutex<Book>,
    faults: Mutex<FaultPlan>,
    serial: AtomicU64,
}

impl World {
    pub(crate) fn new(config: HuifuConfig) -> Result<Self, reqwest::Error> {
        // Huifu follows no redirects and does not check certificates (huifu-api.md §4).
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .danger_accept_invalid_certs(true)
            .no_proxy()
            .build()?;
        let mut book = Book::new(config.book_limit);
        for opening in &config.accounts {
            book.set_balance(
                &opening.huifu_id,
                opening.acct_id.as_deref(),
                opening.balance,
            );
        }
        for card in &config.cards {
            book.member_mut(&card.huifu_id)
                .cards
                .insert(card.token_no.clone());
        }
        for (huifu_id, rule) in &config.fees {
            book.member_mut(huifu_id).fee = *rule;
        }
        Ok(Self {
            gateway: Gateway {
                sys_id: config.sys_id,
                product_id: config.product_id,
                merchant_key: config.merchant_public_key,
            },
            signing_key: config.huifu_private_key,
            client,
            callback_delay: config.callback_delay,
            callback_retries: config.callback_retries,
            callback_retry_interval: config.callback_retry_interval,
            log_requests: config.log_requests,
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            book: Mutex::new(book),
            faults: Mutex::new(FaultPlan::new(config.magic_amounts)),
            serial: AtomicU64::new(0),
        })
    }

    /// Held for moments only, never across an await.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultPlan> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs until done or until the sandbox is shut down.
    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<Option<()>>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks
            .spawn(self.stopping.clone().run_until_cancelled_owned(task))
    }

    pub(crate) async fn stopped(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Unique over everything, in the shape of Huifu's own: `00350TOP1A261122120000P001…`.
    pub(crate) fn next_hf_seq_id(&self, now: Timestamp) -> String {
        let number = self.serial.fetch_add(1, Ordering::Relaxed);
        let time = clock::beijing(now).strftime("%y%m%d%H%M%S");
        format!("00350TOP1A{time}P{:03}sandbox{number:08x}", number % 1_000)
    }
}
