//! Asks Huifu about steps whose end we do not know, and records the answer.
//!
//! **Invariant:** nothing here sends a step. "Not found" moves nothing: it may mean "not yet".
//!
//! What can be asked, and by what: **no interface of Huifu's takes our req_seq_id** about an
//! application, unlike the withdrawal's query (huifu-api.md §3.10 and §3.11 take huifu_id and
//! apply_no, the queries of §3.9 and §3.11 take huifu_id). So there are three kinds of attempts:
//!
//! - With an apply_no: the status query says what became of the review. It never says token_no
//!   (§3.10), which is then looked for among the cards that Huifu has.
//! - With a huifu_id alone, as every second step has: what Huifu has of the subject is looked at.
//!   Everything that was asked for being there is proof; anything less is none.
//! - With neither, as a first step whose answer was lost: nobody can ask. It waits for the review's
//!   callback, which names our req_seq_id and which merchants' applications get, and is a case for
//!   a person at once, who sees in Huifu's console what is there (`opsctl application decide`).
//!
//! There is no last question: pauses double to a longest one and stay there, also for attempts that
//! nobody can ask about yet, because a callback may bring what to ask by. A claim is a time in the
//! attempt's row; whoever dies with it gives it back when that time comes.

mod conclude;
mod evidence;
mod question;

use std::time::Instant;

use jiff::Timestamp;
use runtime::clock;
use runtime::data_keys::DataKeys;
use runtime::trace::{Span, SpanKind, attribute::Attribute};
use store::applications::attempts::{self, Attempt};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

pub(super) use conclude::open_case;

use crate::huifu::Lane;
use crate::rounds;
use crate::settings::{OnboardSettings, ReconcileSettings};

/// The loop, and what it needs. Cheap to clone.
#[derive(Clone)]
pub struct Ask {
    store: Store,
    lane: Lane,
    data_keys: DataKeys,
    settings: ReconcileSettings,
}

impl Ask {
    /// Does nothing yet.
    pub fn new(store: Store, lane: Lane, settings: &OnboardSettings) -> Self {
        Self {
            store,
            lane,
            data_keys: settings.data_keys.clone(),
            settings: settings.ask.clone(),
        }
    }

    /// Asks until `stopping`; what was asked is still recorded.
    pub async fn run(self, stopping: &CancellationToken) -> anyhow::Result<()> {
        let failed = "cannot claim steps to ask about";
        let round = || self.round(clock::now(), stopping);
        rounds::run(&self.settings, stopping, failed, round).await;
        Ok(())
    }

    /// Claims what is due at `now`, asks about all of it at once, and answers how many there were.
    /// A question whose answer cannot be written is asked again when its claim ends.
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
        let tx = connection.begin("huifu-dispatcher: claim steps").await?;
        let claimed = attempts::claim_due(&tx, now, until, self.settings.batch).await?;
        // Nothing was written if nothing was due; the rollback is free.
        if !claimed.is_empty() {
            tx.commit().await?;
        }
        Ok(claimed)
    }

    async fn question(&self, attempt: &Attempt, stopping: &CancellationToken) {
        let req_seq_id = attempt.req_seq_id.as_str();
        let started = Instant::now();
        let asked = match self.ask(attempt, stopping).await {
            // A service that stops leaves the claim to run out.
            Ok(None) => return,
            Ok(Some(asked)) => asked,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(req_seq_id, error, "a step cannot be asked about now");
                return;
            }
        };
        metrics::histogram!("tixian_onboard_question_seconds").record(started.elapsed());
        let name = asked.finding.as_str();
        metrics::counter!("tixian_onboard_answers_total", "answer" => name).increment(1);
        match self.conclude(attempt, &asked, clock::now()).await {
            Ok(()) => tracing::info!(req_seq_id, answer = name, "asked Huifu about a step"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(req_seq_id, answer = name, error, "an answer is not written");
            }
        }
    }
}

/// Of the application's trace, and linked to the sending that it asks about.
fn step(attempt: &Attempt) -> Span {
    let step = Span::caused_by(
        attempt.origin.as_deref(),
        SpanKind::Internal,
        "ask about step",
    );
    step.link(attempt.traceparent.as_deref());
    let application = attempt.application_id.to_string();
    step.set(Attribute::ApplicationId(application.into()));
    step.set(Attribute::ReqSeqId(attempt.req_seq_id.to_string().into()));
    step
}
