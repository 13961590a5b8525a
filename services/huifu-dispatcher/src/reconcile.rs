//! Asks Huifu about attempts whose end we do not know, and records the answer.
//!
//! **Invariant:** nothing here sends money. An attempt Huifu has never heard of is shown to an
//! operator, not sent again: "not known" may only mean "not known yet".
//!
//! There is no last question. Pauses double to a longest one and stay there, with jitter, for as
//! long as the withdrawal is open: a withdrawal that nobody asks about any more is a forgotten one.
//! One that has its end is asked about for some days more, because only a question tells that the
//! bank sent the money back; when is in `contract::withdrawal::return_check`.
//! A claim is a time in the attempt's row; whoever dies with it gives it back when that time comes.

mod conclude;

use std::sync::Arc;
use std::time::Instant;

use contract::huifu::date::ReqDateError;
use contract::huifu::{Query, ReqDate};
use jiff::Timestamp;
use runtime::clock;
use runtime::crash::{CrashPoint, reach};
use runtime::trace::{Span, SpanKind, attribute::Attribute};
use store::attempts::{self, Attempt};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::huifu::{Found, Huifu, SendError};
use crate::rounds;
use crate::settings::ReconcileSettings;

/// The loop, and what it needs. Cheap to clone.
#[derive(Clone)]
pub struct Reconcile {
    store: Store,
    huifu: Arc<Huifu>,
    settings: ReconcileSettings,
}

/// What a question brought.
type Answer = Result<Found, SendError>;

impl Reconcile {
    /// Does nothing yet.
    pub fn new(store: Store, huifu: Arc<Huifu>, settings: ReconcileSettings) -> Self {
        Self {
            store,
            huifu,
            settings,
        }
    }

    /// Asks until `stopping`; what was asked is still recorded.
    pub async fn run(self, stopping: &CancellationToken) -> anyhow::Result<()> {
        let failed = "cannot claim attempts to ask about";
        let round = || self.round(clock::now(), stopping);
        rounds::run(&self.settings, stopping, failed, round).await;
        Ok(())
    }

    /// Claims what is due at `now`, asks about all of it at once, and answers how many there were.
    /// A question that fails, or whose answer cannot be written, is asked again when its claim
    /// ends.
    pub async fn round(
        &self,
        now: Timestamp,
        stopping: &CancellationToken,
    ) -> Result<usize, StoreError> {
        let claimed = self.claim(now).await?;
        let ask = |attempt| {
            let (this, stopping) = (self.clone(), stopping.clone());
            async move {
                let step = step(&attempt);
                step.around(this.question(&attempt, &stopping)).await;
            }
        };
        Ok(rounds::ask_all(claimed.into_iter().map(ask)).await)
    }

    async fn claim(&self, now: Timestamp) -> Result<Vec<Attempt>, StoreError> {
        let until = self.settings.claimed_until(now);
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: claim attempts").await?;
        let claimed = attempts::claim_due(&tx, now, until, self.settings.batch).await?;
        // Nothing was written if nothing was due; the rollback is free.
        if !claimed.is_empty() {
            tx.commit().await?;
        }
        Ok(claimed)
    }

    async fn question(&self, attempt: &Attempt, stopping: &CancellationToken) {
        let req_seq_id = attempt.req_seq_id.as_str();
        let query = match query_of(attempt) {
            Ok(query) => query,
            Err(_) => {
                tracing::error!(req_seq_id, "an attempt without a day cannot be asked about");
                return;
            }
        };
        let started = Instant::now();
        // A service that stops leaves the claim to run out.
        let Some(room) = self.huifu.room(stopping).await else {
            return;
        };
        let answer = self.huifu.ask(&room, &query).await;
        drop(room);
        reach(CrashPoint::ReconcileAfterQuery);
        metrics::histogram!("tixian_reconcile_question_seconds").record(started.elapsed());
        let name = match &answer {
            Ok(found) => found.verdict.as_str(),
            Err(error) => error.as_str(),
        };
        metrics::counter!("tixian_reconcile_answers_total", "answer" => name).increment(1);
        match self.conclude(attempt, &answer, clock::now()).await {
            Ok(()) => {
                reach(CrashPoint::ReconcileAfterOutcomeCommit);
                tracing::info!(req_seq_id, answer = name, "asked Huifu");
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(req_seq_id, answer = name, error, "an answer is not written");
            }
        }
    }
}

/// Of the withdrawal's trace, and linked to the sending that it asks about.
fn step(attempt: &Attempt) -> Span {
    let step = Span::caused_by(
        attempt.origin.as_deref(),
        SpanKind::Internal,
        "ask about attempt",
    );
    step.link(attempt.traceparent.as_deref());
    step.set(Attribute::OrderId(attempt.withdrawal_id.to_string().into()));
    step.set(Attribute::ReqSeqId(attempt.req_seq_id.to_string().into()));
    step
}

fn query_of(attempt: &Attempt) -> Result<Query, ReqDateError> {
    // The day as it was stored: computed again after midnight, it names something that never was.
    let req_date: ReqDate = attempt.req_date.parse()?;
    Ok(Query::new(
        attempt.huifu_id.clone(),
        req_date,
        attempt.req_seq_id.clone(),
    ))
}
