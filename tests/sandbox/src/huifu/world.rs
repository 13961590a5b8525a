//! Everything the sandbox's handlers share: keys, book, faults, and the tasks that call back.

use crate::clock::{self, day_of};
use crate::fen::Fen;
use crate::heard::Heard;
use crate::huifu::accounts::Place;
use crate::huifu::book::Book;
use crate::huifu::config::HuifuConfig;
use crate::huifu::fault::FaultPlan;
use crate::huifu::gateway::Gateway;
use crate::huifu::operation::Operation;
use crate::huifu::order::derived_acct_id;
use crate::huifu::register::Register;
use crate::huifu::snapshot::BookSnapshot;
use crate::huifu::statement::Statements;
use crate::keys::SigningKey;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// Whether magic amounts, names and cards work.
    pub(crate) magic: bool,
    /// Whether openings may name pictures that were never uploaded.
    pub(crate) any_picture: bool,
    pub(crate) heard: Arc<Heard>,
    pub(crate) stopping: CancellationToken,
    tasks: TaskTracker,
    register: Mutex<Register>,
    book: Mutex<Book>,
    statements: Mutex<Statements>,
    questions: Mutex<BTreeMap<Operation, u64>>,
    ahead_seconds: AtomicI64,
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
        let mut register = Register::new();
        let today = day_of(clock::now());
        for opening in &config.accounts {
            register.member_by_hand(&opening.huifu_id);
            let (place, acct_type) = place(&opening.huifu_id, opening.acct_id.as_deref(), None);
            book.accounts
                .set(&place, acct_type, opening.balance, None, today);
        }
        for card in &config.cards {
            let member = register.member_by_hand(&card.huifu_id);
            member.bind_by_hand(&card.token_no);
        }
        for (huifu_id, rule) in &config.fees {
            register.member_by_hand(huifu_id).flat_fee = Some(*rule);
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
            magic: config.magic_amounts,
            any_picture: config.any_picture,
            heard: Arc::default(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            register: Mutex::new(register),
            book: Mutex::new(book),
            statements: Mutex::new(Statements::default()),
            questions: Mutex::default(),
            ahead_seconds: AtomicI64::new(0),
            faults: Mutex::new(FaultPlan::new(config.magic_amounts)),
            serial: AtomicU64::new(0),
        })
    }

    /// The time of this Huifu, which an admin may set ahead.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds.load(Ordering::Relaxed));
        clock::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn today(&self) -> Date {
        day_of(self.now())
    }

    /// Sets the clock ahead of the real one, by so many seconds in all.
    pub(crate) fn set_ahead(&self, seconds: i64) {
        self.ahead_seconds.store(seconds, Ordering::Relaxed);
    }

    /// Counts a question with a good signature, whatever comes of it.
    pub(crate) fn count_question(&self, operation: Operation) {
        let mut questions = self
            .questions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *questions.entry(operation).or_default() += 1;
    }

    /// How many questions an interface was asked.
    pub(crate) fn questions(&self, operation: Operation) -> u64 {
        let questions = self
            .questions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        questions.get(&operation).copied().unwrap_or(0)
    }

    /// The whole book and what was asked about members.
    pub(crate) fn snapshot(&self) -> BookSnapshot {
        let onboardings = self.register().onboardings();
        BookSnapshot {
            onboardings,
            ..self.book().snapshot()
        }
    }

    /// Sets what is in an account, and opens it and its member if need be.
    pub(crate) fn set_balance(
        &self,
        huifu_id: &str,
        acct_id: Option<&str>,
        acct_type: Option<&str>,
        balance: Fen,
        yesterday: Option<Fen>,
    ) {
        self.register().member_by_hand(huifu_id);
        let (place, acct_type) = place(huifu_id, acct_id, acct_type);
        let today = self.today();
        self.book()
            .accounts
            .set(&place, acct_type, balance, yesterday, today);
    }

    /// Held for moments only, never across an await. Locked before the book where both are
    /// needed.
    pub(crate) fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Held for moments only, never across an await.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locked after the register and the book, where it is needed with them.
    pub(crate) fn statements(&self) -> MutexGuard<'_, Statements> {
        self.statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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

/// Without a type the named account is a cash account and the unnamed one is the basic account.
fn place<'a>(
    huifu_id: &str,
    acct_id: Option<&str>,
    acct_type: Option<&'a str>,
) -> (Place, &'a str) {
    let acct_type = acct_type.unwrap_or(if acct_id.is_some() { "02" } else { "01" });
    let derived = || derived_acct_id(huifu_id, acct_type);
    let acct_id = acct_id.map_or_else(derived, str::to_owned);
    let huifu_id = huifu_id.to_owned();
    (Place { huifu_id, acct_id }, acct_type)
}
