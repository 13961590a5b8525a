//! Asks Huifu each day for the statement of the day before, and compares it with what we have.
//!
//! A statement is work in a row of its own, claimed by one replica at a time, so that none is asked
//! for twice and none is forgotten: days on which nothing ran are made up for. Huifu answers three
//! questions a day, so a file that is not ready is asked for again after growing pauses and then
//! tomorrow. When a day's statements are through, its balance is counted and signed (`day`).
//!
//! **Invariant:** nothing here moves money or ends a withdrawal. A file is not signed by Huifu; it
//! tells a person where to look, or makes us ask a question whose answer is.

mod case;
mod day;
mod download;
mod fetch;
mod record;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contract::later;
use contract::partner::time::{beijing_date, beijing_day};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use runtime::backoff::{self, Backoff, doubled};
use runtime::clock;
use runtime::settings::SigningSettings;
use store::statements::{self, Key, QUESTIONS_A_DAY};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::huifu::Huifu;
use crate::settings::StatementSettings;
use case::Unusual;
use download::Downloader;
use fetch::Fetched;

/// Longer than a question and the slowest file with its comparison take together.
const LEASE: Duration = Duration::from_mins(10);

/// How often days are counted again on which no statement came in: withdrawals end, and banks
/// return money, at any hour.
const COUNT_AGAIN: SignedDuration = SignedDuration::from_hours(6);

/// The loop, and what it needs.
pub struct Statements {
    store: Store,
    huifu: Arc<Huifu>,
    downloader: Downloader,
    settings: StatementSettings,
    signing: SigningSettings,
    counted_at: Mutex<Option<Timestamp>>,
}

impl Statements {
    /// Does nothing yet.
    pub fn new(
        store: Store,
        huifu: Arc<Huifu>,
        settings: StatementSettings,
        signing: SigningSettings,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            downloader: Downloader::new(&settings)?,
            store,
            huifu,
            settings,
            signing,
            counted_at: Mutex::default(),
        })
    }

    /// Works until `stopping`.
    pub async fn run(self, stopping: &CancellationToken) -> anyhow::Result<()> {
        let mut backoff = Backoff::new();
        while !stopping.is_cancelled() {
            let pause = match self.round(clock::now(), stopping).await {
                Ok(_) => {
                    backoff.reset();
                    self.settings.poll
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "statements cannot be worked off");
                    backoff.next_pause().max(self.settings.poll)
                }
            };
            backoff::pause(pause, stopping).await;
        }
        Ok(())
    }

    /// Plans what is missing at `now`, works off what is due, counts the days; answers how many
    /// statements were worked on.
    pub async fn round(
        &self,
        now: Timestamp,
        stopping: &CancellationToken,
    ) -> Result<usize, StoreError> {
        let last = self.last_day(now);
        self.plan(now, last).await?;
        let mut worked = 0;
        while let Some(key) = self.claim(now).await? {
            if !self.work(&key, now, stopping).await? {
                break;
            }
            worked += 1;
        }
        if worked > 0 || self.is_time_to_count(now) {
            self.count_days(now, last).await?;
            let mut counted_at = self
                .counted_at
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *counted_at = Some(now);
        }
        Ok(worked)
    }

    /// The newest day whose statement there should be.
    fn last_day(&self, now: Timestamp) -> Date {
        let today = beijing_date(now);
        let days = if now < self.opening(today) { 2 } else { 1 };
        today.saturating_sub(days.days())
    }

    /// From when on, on this day, the files of the day before are asked for.
    fn opening(&self, day: Date) -> Timestamp {
        let since_midnight = self.settings.at.duration_since(jiff::civil::Time::MIN);
        let midnight = beijing_day(day).start;
        midnight.saturating_add(since_midnight).unwrap_or(midnight)
    }

    fn is_time_to_count(&self, now: Timestamp) -> bool {
        let counted_at = *self
            .counted_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        counted_at.is_none_or(|at| now.duration_since(at) >= COUNT_AGAIN)
    }

    async fn plan(&self, now: Timestamp, last: Date) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection
            .begin("huifu-dispatcher: plan statements")
            .await?;
        if statements::plan(&tx, now, &self.settings.members, last).await? > 0 {
            tx.commit().await?;
        }
        Ok(())
    }

    async fn claim(&self, now: Timestamp) -> Result<Option<Key>, StoreError> {
        let until = later(now, LEASE);
        let mut connection = self.store.connection().await?;
        let tx = connection
            .begin("huifu-dispatcher: claim statement")
            .await?;
        let claimed = statements::claim(&tx, now, until).await?;
        if claimed.is_some() {
            tx.commit().await?;
        }
        Ok(claimed)
    }

    /// One question of today's three, and everything that follows from its answer. `false`: the
    /// service stops.
    async fn work(
        &self,
        key: &Key,
        now: Timestamp,
        stopping: &CancellationToken,
    ) -> Result<bool, StoreError> {
        let Some(count) = self.count_question(key, now).await? else {
            let tomorrow = self.tomorrow(now);
            self.put_off(key, now, tomorrow, "three questions a day", None)
                .await?;
            return Ok(true);
        };
        let Some(room) = self.huifu.room(stopping).await else {
            return Ok(false);
        };
        let fetched = self.fetch(&room, key, now).await;
        drop(room);
        let name = fetched.as_str();
        metrics::counter!("tixian_statement_questions_total", "outcome" => name).increment(1);
        let (day, member) = (key.day.to_string(), key.member.as_str());
        tracing::info!(day, member, outcome = name, count, "asked for a statement");
        match fetched {
            Fetched::Files(files) => self.take(key, now, &files).await?,
            Fetched::NotYet(trouble) if count < QUESTIONS_A_DAY => {
                let times = u32::try_from(count - 1).unwrap_or(0);
                let pause = doubled(self.settings.retry, times, Duration::from_secs(86_400));
                let next = later(now, pause);
                self.put_off(key, now, next, &trouble, None).await?;
            }
            Fetched::NotYet(trouble) => {
                let unusual = Unusual::unavailable(key, &trouble);
                let tomorrow = self.tomorrow(now);
                self.put_off(key, now, tomorrow, &trouble, Some(unusual))
                    .await?;
            }
            Fetched::Unusable(trouble) => self.set_aside(key, now, &trouble).await?,
        }
        Ok(true)
    }

    /// When the next day's questions begin.
    fn tomorrow(&self, now: Timestamp) -> Timestamp {
        self.opening(beijing_date(now).saturating_add(1.day()))
    }

    async fn count_question(&self, key: &Key, now: Timestamp) -> Result<Option<i32>, StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: count question").await?;
        let today = beijing_date(now);
        let count = statements::count_question(&tx, now, &key.member, today).await?;
        tx.commit().await?;
        Ok(count)
    }

    async fn put_off(
        &self,
        key: &Key,
        now: Timestamp,
        next: Timestamp,
        trouble: &str,
        unusual: Option<Unusual>,
    ) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection
            .begin("huifu-dispatcher: put statement off")
            .await?;
        statements::put_off(&tx, now, key, next, trouble).await?;
        if let Some(unusual) = unusual {
            unusual.open(&tx, now).await?;
        }
        tx.commit().await
    }

    async fn set_aside(&self, key: &Key, now: Timestamp, trouble: &str) -> Result<(), StoreError> {
        let (day, member) = (key.day.to_string(), key.member.as_str());
        tracing::error!(day, member, trouble, "a statement cannot be used");
        let mut connection = self.store.connection().await?;
        let tx = connection
            .begin("huifu-dispatcher: set statement aside")
            .await?;
        statements::set_aside(&tx, now, key, trouble).await?;
        Unusual::unusable(key, trouble).open(&tx, now).await?;
        tx.commit().await
    }
}
