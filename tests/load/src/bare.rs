//! The bare pipeline: what a withdrawal must cost at least on this machine, at this moment.
//!
//! Three signatures, four verifications, four transactions, three messages and five HTTP legs,
//! with the same libraries and engines as the product, in one process, and no logic at all: nothing
//! is looked up, compared, remembered, retried or logged, and a crash loses withdrawals. No product
//! can be as quick; the share of this rate that ours reaches is what its promises cost.
//!
//! With [`Peers::Signing`] the other side does what our sandboxes do besides: it verifies what it
//! is sent and signs what it sends. The sandboxes share the machine with the product, so this is
//! the pipeline to compare with; [`Peers::Silent`] is the one older figures were taken with.

mod broker;
mod database;
mod web;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use contract::signing::keys::{PrivateKey, PublicKey};
use runtime::http_client::{self, Limits};
use serde::Serialize;
use stand::keys::rsa_2048;
use stand::{TestDatabase, TestVhost};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout};
use uuid::Uuid;

use broker::Broker;
use database::Database;

/// What the other side does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Peers {
    /// It answers with one text that was signed beforehand.
    Silent,
    /// It verifies two and signs three texts for each withdrawal, as our sandboxes do.
    Signing,
}

/// Much longer than what is under way can take.
const DRAIN: Duration = Duration::from_secs(60);

/// A text and its signature.
#[derive(Clone)]
struct Signed {
    text: String,
    sign: String,
}

/// The running pipeline.
pub struct Bare {
    line: Arc<Line>,
    _database: TestDatabase,
    _vhost: TestVhost,
}

/// What every step shares.
struct Line {
    peers: Peers,
    database: Database,
    broker: Broker,
    http: reqwest::Client,
    url: String,
    private: PrivateKey,
    public: PublicKey,
    /// What silent peers say, and the partner's form in any case.
    constant: Signed,
    room: Semaphore,
    done: AtomicUsize,
    failure: Mutex<Option<anyhow::Error>>,
}

/// One stretch at saturation.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// Finished in a second, after the ramp.
    pub rate: f64,
    /// All that were sent.
    pub sent: usize,
}

impl Bare {
    /// Starts it in a database and a virtual host of its own.
    ///
    /// # Errors
    /// When an engine does not answer.
    pub async fn start(peers: Peers) -> Result<Self> {
        let (database, vhost) = tokio::try_join!(TestDatabase::empty(), TestVhost::create())?;
        let keys = rsa_2048(0);
        let private: PrivateKey = keys.private_pkcs8_pem.parse()?;
        let listener = web::listen().await?;
        let line = Arc::new(Line {
            peers,
            database: Database::open(database.url()).await?,
            broker: Broker::open(vhost.amqp_url()).await?,
            http: http_client()?,
            url: format!("http://{}", listener.local_addr()?),
            public: keys.public_spki_pem.parse()?,
            constant: signed(&private, "constant"),
            private,
            room: Semaphore::new(0),
            done: AtomicUsize::new(0),
            failure: Mutex::default(),
        });
        web::serve(listener, Arc::clone(&line));
        broker::consume(&line).await?;
        Ok(Self {
            line,
            _database: database,
            _vhost: vhost,
        })
    }

    /// Keeps `most` withdrawals under way for `ramp` and then `span`, and waits for the last.
    ///
    /// # Errors
    /// When a step failed, or one withdrawal did not come to its end.
    pub async fn saturate(&self, most: usize, ramp: Duration, span: Duration) -> Result<Stretch> {
        let line = &self.line;
        let began = line.done.load(Ordering::Relaxed);
        line.room.add_permits(most);
        let start = Instant::now();
        let counting = Arc::clone(line);
        // A task of its own, so that the count is read when it is due and not when there is room.
        let counted = tokio::spawn(async move {
            sleep_until(start + ramp).await;
            let from = (Instant::now(), counting.done.load(Ordering::Relaxed));
            sleep_until(start + ramp + span).await;
            let count = counting.done.load(Ordering::Relaxed) - from.1;
            count as f64 / from.0.elapsed().as_secs_f64()
        });
        let mut sent = 0;
        while start.elapsed() < ramp + span {
            let Ok(room) = timeout(DRAIN, line.room.acquire()).await else {
                break;
            };
            room?.forget();
            sent += 1;
            let line = Arc::clone(line);
            tokio::spawn(async move { line.keep(line.send().await) });
        }
        let rate = counted.await?;
        let last = timeout(DRAIN, line.room.acquire_many(u32::try_from(most)?)).await;
        if let Some(error) = line.failed() {
            return Err(error.context("the bare pipeline failed"));
        }
        last.context("the bare pipeline lost a withdrawal")??
            .forget();
        let done = line.done.load(Ordering::Relaxed) - began;
        ensure!(done == sent, "{sent} were sent, {done} came to their end");
        Ok(Stretch { rate, sent })
    }

    /// Stops it, and compares its rows with what was sent in all.
    ///
    /// # Errors
    /// When they differ.
    pub async fn stop(self) -> Result<()> {
        self.line.broker.close().await?;
        let paid = self.line.database.paid().await?;
        let done = self.line.done.load(Ordering::Relaxed);
        ensure!(paid == done, "{done} came to their end, {paid} are paid");
        Ok(())
    }
}

impl Line {
    /// The partner's form, from outside: the first leg.
    async fn send(&self) -> Result<()> {
        let id = Uuid::now_v7().simple().to_string();
        self.post("/accept", &id, "", &self.constant).await?;
        Ok(())
    }

    /// One leg: a text, its signature, and the same coming back.
    async fn post(&self, path: &str, id: &str, kind: &str, signed: &Signed) -> Result<Signed> {
        let answer = self
            .http
            .post(format!("{}{path}", self.url))
            .header(web::ID, id)
            .header(web::KIND, kind)
            .header(web::SIGN, &signed.sign)
            .body(signed.text.clone())
            .send()
            .await?
            .error_for_status()?;
        let sign = answer.headers().get(web::SIGN);
        let sign = sign.map(|sign| sign.to_str().unwrap_or_default().to_owned());
        Ok(Signed {
            sign: sign.unwrap_or_default(),
            text: answer.text().await?,
        })
    }

    /// A signature of ours, which is always made.
    fn sign(&self, what: &str) -> Signed {
        signed(&self.private, what)
    }

    /// A verification of ours, which is always done.
    fn verify(&self, signed: &Signed) -> Result<()> {
        Ok(self.public.verify(signed.text.as_bytes(), &signed.sign)?)
    }

    /// What a peer says.
    fn peer_signs(&self, what: &str) -> Signed {
        match self.peers {
            Peers::Silent => self.constant.clone(),
            Peers::Signing => self.sign(what),
        }
    }

    fn peer_verifies(&self, signed: &Signed) -> Result<()> {
        match self.peers {
            Peers::Silent => Ok(()),
            Peers::Signing => self.verify(signed),
        }
    }

    /// After the message: the attempt, the wire, the outcome.
    async fn dispatch(&self, id: &str) -> Result<()> {
        self.database.open_attempt(id).await?;
        let request = self.sign(id);
        let answer = self.post("/huifu", id, "", &request).await?;
        self.verify(&answer)?;
        self.database.record_submitted(id).await
    }

    async fn finish(&self, id: &str) -> Result<()> {
        self.database.finish(id).await?;
        self.broker.publish(broker::NOTICE, id).await
    }

    async fn notify(&self, id: &str) -> Result<()> {
        let notice = self.sign(id);
        self.post("/notice", id, "", &notice).await.map(drop)
    }

    fn ended(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.room.add_permits(1);
    }

    /// Remembers the first failure; the withdrawal it happened to never comes to its end.
    fn keep(&self, result: Result<()>) {
        if let Err(error) = result {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(error);
        }
    }

    fn failed(&self) -> Option<anyhow::Error> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// About as long as the real texts.
fn signed(key: &PrivateKey, what: &str) -> Signed {
    let text = format!("{what}:{:0480}", 0);
    Signed {
        sign: key.sign(text.as_bytes()),
        text,
    }
}

fn http_client() -> Result<reqwest::Client> {
    let limits = Limits {
        connect_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(30),
        idle_per_host: 512,
    };
    Ok(http_client::build(&limits)?)
}
