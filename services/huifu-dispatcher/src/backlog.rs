//! How much is open, and for how long: for `/metrics`, so that what stands on a list calls somebody
//! when it is old.
//!
//! It is looked up in the database and not counted here, so every replica tells the same, and a
//! question about it takes the greatest and never the sum.

use std::time::Duration;

use contract::withdrawal::State;
use jiff::Timestamp;
use runtime::backoff;
use runtime::clock;
use store::overview::{OpenWithdrawals, open_cases, open_withdrawals, undelivered};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

/// Two scrapes or so: nobody is called within less.
const PAUSE: Duration = Duration::from_secs(30);

/// One list: how many are on it, and the age of the oldest in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Open {
    /// How many.
    pub count: f64,
    /// How long the oldest has been there.
    pub seconds: f64,
}

/// What is open at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Backlog {
    /// By state: those that nothing holds, and since when the oldest has not moved.
    pub withdrawals: Vec<(State, Open)>,
    /// Withdrawals that wait for a person's decision about a case.
    pub held: Open,
    /// Notices that no partner has taken yet.
    pub notices: Open,
    /// Cases that wait for a person.
    pub cases: Open,
}

/// Looks again and again until told to stop.
pub async fn run(store: Store, stopping: CancellationToken) -> anyhow::Result<()> {
    loop {
        match look(&store, clock::now()).await {
            Ok(backlog) => backlog.tell(),
            // The lists stay as they were last seen; that the database is away is told elsewhere.
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "cannot look at what is open");
            }
        }
        if !backoff::pause(PAUSE, &stopping).await {
            return Ok(());
        }
    }
}

/// What is open at `now`.
pub async fn look(store: &Store, now: Timestamp) -> Result<Backlog, StoreError> {
    let connection = store.connection().await?;
    let open = open_withdrawals(&connection).await?;
    let owed = undelivered(&connection).await?;
    let cases = open_cases(&connection).await?;
    let of = |wanted: &dyn Fn(&OpenWithdrawals) -> bool| {
        let chosen = open.iter().filter(|one| wanted(one));
        sum(now, chosen.map(|one| (one.count, one.unmoved_since)))
    };
    let states = State::ALL
        .into_iter()
        .filter(|state| !state.is_terminal() && *state != State::Draft);
    Ok(Backlog {
        withdrawals: states
            .map(|state| (state, of(&|one| one.state == state && !one.held)))
            .collect(),
        held: of(&|one| one.held),
        notices: sum(now, owed.iter().map(|one| (one.count, one.oldest))),
        cases: sum(now, cases.iter().map(|one| (one.count, one.oldest))),
    })
}

fn sum(now: Timestamp, lists: impl Iterator<Item = (i64, Timestamp)>) -> Open {
    lists.fold(Open::default(), |open, (count, since)| Open {
        count: open.count + count as f64,
        seconds: open.seconds.max(now.duration_since(since).as_secs_f64()),
    })
}

impl Backlog {
    fn tell(&self) {
        for (state, open) in &self.withdrawals {
            let state = state.as_str();
            metrics::gauge!("withdrawals_open", "state" => state).set(open.count);
            metrics::gauge!("withdrawals_unmoved_seconds", "state" => state).set(open.seconds);
        }
        metrics::gauge!("withdrawals_held").set(self.held.count);
        metrics::gauge!("notices_owed").set(self.notices.count);
        metrics::gauge!("notices_owed_seconds").set(self.notices.seconds);
        metrics::gauge!("cases_open").set(self.cases.count);
        metrics::gauge!("cases_open_seconds").set(self.cases.seconds);
    }
}
