//! One run from the first process to the report: idle latencies, saturation in turns with the bare
//! pipeline, fixed rates below it, and the ledger.
//!
//! Every stretch is bounded in time and in withdrawals, and the rates are counted afterwards from
//! the partner's own notes, so nothing has to be asked while it runs.

mod bounds;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use contract::later;
use jiff::Timestamp;
use runtime::clock;
use tokio::time::Instant;

use crate::bare::{Bare, Peers, Stretch};
use crate::books;
use crate::cost::{self, Cost};
use crate::journey::Crowd;
use crate::ledger::{Books, Entry};
use crate::machine::Machine;
use crate::pace::{open_loop, saturate};
use crate::report::{self, BareRound, Report, Step};
use crate::system::{Size, System};

pub use bounds::Bounds;

/// How long the last withdrawal of a stretch may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stretch of time whose notices are counted.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Timestamp,
    to: Timestamp,
}

impl Window {
    /// From now on, without the ramp.
    fn opening(ramp: Duration, span: Duration) -> Self {
        let from = later(clock::now(), ramp);
        Self {
            from,
            to: later(from, span),
        }
    }

    /// Notices taken in a second of it.
    fn rate(&self, books: &Books) -> f64 {
        let heard = books.heard.iter().filter(|heard| {
            heard.accepted && self.from <= heard.received_at && heard.received_at < self.to
        });
        heard.count() as f64 / self.to.duration_since(self.from).as_secs_f64()
    }
}

/// A run under way.
struct Run {
    bounds: Bounds,
    system: System,
    crowd: Crowd,
    entries: Vec<Entry>,
    say: fn(&str),
}

/// What is known before the books are read.
#[derive(Default)]
struct Measured {
    idle_memory: BTreeMap<String, u64>,
    loaded_memory: BTreeMap<String, u64>,
    journeys: Option<Window>,
    journey_cost: Option<Cost>,
    product: Vec<Window>,
    product_costs: Vec<Cost>,
    bare: Vec<BareRound>,
    steps: Vec<Step>,
}

/// Does all of it; `say` is told what is being done.
///
/// # Errors
/// When something does not start, or a withdrawal does not come to its end. That the ledger is not
/// exact is no error here: the report says it, and its reader must look.
pub async fn run(bounds: Bounds, say: fn(&str)) -> Result<Report> {
    let began = Instant::now();
    say("starting engines, services and sandboxes");
    let system = System::start(Size {
        partners: bounds.partners,
        users: bounds.users,
    })
    .await?;
    let mut run = Run {
        crowd: Crowd::of(&system)?,
        bounds,
        system,
        entries: Vec::new(),
        say,
    };
    let mut measured = Measured::default();
    run.idle(&mut measured).await?;
    run.journeys(&mut measured).await?;
    run.turns(&mut measured).await?;
    run.steps(&mut measured).await?;
    run.finish(measured, began).await
}

impl Run {
    /// Nobody else is there: what one user and one partner wait for.
    async fn idle(&mut self, measured: &mut Measured) -> Result<()> {
        (self.say)("warming up");
        let warm = self.bounds.users.min(40);
        let both_ways = [
            open_loop(20.0, warm, self.crowd.whole_way("warm-whole")).await?,
            open_loop(20.0, warm, self.crowd.short_way("warm-short")).await?,
        ];
        self.entries.extend(both_ways.into_iter().flatten());
        self.system.settles(PATIENCE).await?;
        measured.idle_memory = cost::memory(&self.system);
        let (rate, count) = (self.bounds.idle_rate, self.bounds.idle_count);
        (self.say)(&format!("{count} whole journeys at {rate} a second"));
        let sent = open_loop(rate, count, self.crowd.whole_way(report::IDLE)).await?;
        self.entries.extend(sent);
        self.system.settles(PATIENCE).await
    }

    /// As many whole journeys as the machine can carry; argon2id decides how many that is.
    async fn journeys(&mut self, measured: &mut Measured) -> Result<()> {
        let Bounds {
            journeys,
            journey_span,
            ramp,
            ..
        } = self.bounds;
        if journeys == 0 {
            return Ok(());
        }
        (self.say)(&format!("whole journeys, {journeys} at once"));
        let window = Window::opening(ramp, journey_span);
        let send = self.crowd.whole_way("whole");
        let cost = self.saturated(journeys, ramp + journey_span, send).await?;
        (measured.journeys, measured.journey_cost) = (Some(window), Some(cost));
        Ok(())
    }

    /// The product and the bare pipelines in turns, so that the machine's mood is the same for all.
    async fn turns(&mut self, measured: &mut Measured) -> Result<()> {
        if self.bounds.rounds == 0 {
            return Ok(());
        }
        let bare = [
            (Peers::Signing, Bare::start(Peers::Signing).await?),
            (Peers::Silent, Bare::start(Peers::Silent).await?),
        ];
        for round in 1..=self.bounds.rounds {
            let (most, ramp, span) = (self.bounds.outstanding, self.bounds.ramp, self.bounds.span);
            (self.say)(&format!("round {round}: the product, {most} at once"));
            measured.product.push(Window::opening(ramp, span));
            let send = self.crowd.short_way(&format!("round-{round}"));
            let cost = self.saturated(most, ramp + span, send).await?;
            measured.product_costs.push(cost);
            measured.loaded_memory = cost::memory(&self.system);
            for (peers, bare) in &bare {
                (self.say)(&format!("round {round}: bare, peers {peers:?}"));
                measured.bare.push(self.bare(*peers, bare).await?);
            }
        }
        for (_, bare) in bare {
            bare.stop().await?;
        }
        Ok(())
    }

    async fn bare(&self, peers: Peers, bare: &Bare) -> Result<BareRound> {
        // The bare pipeline is this process alone; its share of the engines is seen in its rate.
        let cpu = || stand::process::cpu_time(std::process::id()).unwrap_or_default();
        let before = cpu();
        let (most, ramp, span) = (self.bounds.outstanding, self.bounds.ramp, self.bounds.span);
        let Stretch { rate, sent } = bare.saturate(most, ramp, span).await?;
        let spent = cpu().saturating_sub(before);
        Ok(BareRound {
            peers,
            rate,
            sent,
            app_cpu_ms: spent.as_secs_f64() * 1_000.0 / sent.max(1) as f64,
        })
    }

    /// Fixed rates: what the product keeps up with.
    async fn steps(&mut self, measured: &mut Measured) -> Result<()> {
        if self.bounds.steps.is_empty() {
            return Ok(());
        }
        let so_far = books::read(&self.system, Vec::new()).await?;
        let rates = measured.product.iter().map(|window| window.rate(&so_far));
        let saturated = report::median(rates);
        ensure!(saturated > 0.0, "nothing was done at saturation");
        for (number, share) in self.bounds.steps.clone().into_iter().enumerate() {
            let rate = saturated * share;
            (self.say)(&format!("{rate:.0} a second, fixed"));
            let count = (rate * self.bounds.step_span.as_secs_f64()) as usize;
            let stage = format!("step-{number}");
            let send = self.crowd.short_way(&stage);
            self.entries.extend(open_loop(rate, count, send).await?);
            let backlog = self.system.backlog().await?;
            self.system.settles(PATIENCE).await?;
            measured.steps.push(Step::new(stage, rate, backlog));
        }
        Ok(())
    }

    async fn saturated<S>(&mut self, most: usize, span: Duration, send: S) -> Result<Cost>
    where
        S: Fn(usize, Timestamp) -> crate::journey::BoxedEntry,
    {
        let before = cost::read(&self.system).await?;
        let system = &self.system;
        let sent = saturate(most, span, async || system.backlog().await, send).await?;
        self.system.settles(PATIENCE).await?;
        let after = cost::read(&self.system).await?;
        let cost = Cost::between(&before, &after, sent.len());
        self.entries.extend(sent);
        Ok(cost)
    }

    async fn finish(self, measured: Measured, began: Instant) -> Result<Report> {
        (self.say)("comparing the books");
        self.system.settles(PATIENCE).await?;
        let machine = Machine::ask(&self.system.sql).await?;
        let generator_kib = cost::own_memory();
        let books = books::read(&self.system, self.entries).await?;
        let report = Report {
            machine,
            command: std::env::args().collect::<Vec<_>>().join(" "),
            idle: report::waits(&books, report::IDLE),
            journeys_per_second: measured.journeys.map(|window| window.rate(&books)),
            journey_cost: measured.journey_cost,
            product_rates: measured
                .product
                .iter()
                .map(|window| window.rate(&books))
                .collect(),
            product_cost: measured.product_costs.into_iter().last(),
            bare: measured.bare,
            steps: measured
                .steps
                .into_iter()
                .map(|step| step.with_waits(&books))
                .collect(),
            memory_idle_kib: measured.idle_memory,
            memory_loaded_kib: measured.loaded_memory,
            generator_kib,
            balance: books.balance(),
            ratios: BTreeMap::new(),
            seconds: 0.0,
        };
        self.system.stop().await?;
        Ok(report.closed(began.elapsed()))
    }
}
