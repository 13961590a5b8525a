//! The figures of a run: as a table for people, as JSON for whoever compares runs.

mod table;
mod waits;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::bare::Peers;
use crate::cost::Cost;
use crate::ledger::{Balance, Books};
use crate::machine::Machine;

pub use waits::Waits;
pub(crate) use waits::waits;

/// The stage whose latencies count as idle.
pub(crate) const IDLE: &str = "idle";

/// Everything a run has found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// The command line.
    pub command: String,
    /// How long the whole run took.
    pub seconds: f64,
    /// What was waited for at ten a second, over the page, with passwords.
    pub idle: Waits,
    /// Whole journeys in a second at saturation.
    pub journeys_per_second: Option<f64>,
    /// What one of them costs.
    pub journey_cost: Option<Cost>,
    /// Behind the confirmation, at saturation, in each round.
    pub product_rates: Vec<f64>,
    /// What one costs there, in the last round.
    pub product_cost: Option<Cost>,
    /// The bare pipelines, in each round.
    pub bare: Vec<BareRound>,
    /// The product's rate over each bare pipeline's: the median of the rounds' ratios.
    pub ratios: BTreeMap<String, f64>,
    /// Fixed rates.
    pub steps: Vec<Step>,
    /// Before load, by service.
    pub memory_idle_kib: BTreeMap<String, u64>,
    /// After saturation, by service.
    pub memory_loaded_kib: BTreeMap<String, u64>,
    /// The generator's own, with every entry of the ledger in it.
    pub generator_kib: u64,
    /// Whether every withdrawal is accounted for.
    pub balance: Balance,
}

/// A turn of a bare pipeline.
#[derive(Debug, Clone, Serialize)]
pub struct BareRound {
    /// Which one.
    pub peers: Peers,
    /// Finished in a second.
    pub rate: f64,
    /// All that were sent.
    pub sent: usize,
    /// Processor time of its process for each of them, in milliseconds.
    pub app_cpu_ms: f64,
}

/// A fixed rate.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    stage: String,
    /// Sent in a second.
    pub rate: f64,
    /// Under way when the last one had been sent.
    pub backlog: usize,
    /// Whether it kept up: less than half a second's worth was under way at the end.
    pub sustained: bool,
    /// What was waited for.
    pub waits: Option<Waits>,
}

impl Step {
    pub(crate) fn new(stage: String, rate: f64, backlog: usize) -> Self {
        Self {
            stage,
            rate,
            backlog,
            sustained: (backlog as f64) < rate / 2.0,
            waits: None,
        }
    }

    pub(crate) fn with_waits(mut self, books: &Books) -> Self {
        self.waits = Some(waits(books, &self.stage));
        self
    }
}

/// The middle one; of an even number the mean of the two in the middle; 0 of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => sorted[half],
        _ => f64::midpoint(sorted[half - 1], sorted[half]),
    }
}

impl Report {
    /// The rates of one bare pipeline, in the order of the rounds.
    #[must_use]
    pub fn bare_rates(&self, peers: Peers) -> Vec<f64> {
        let rounds = self.bare.iter().filter(|round| round.peers == peers);
        rounds.map(|round| round.rate).collect()
    }

    /// With what can only be said at the end.
    pub(crate) fn closed(mut self, took: Duration) -> Self {
        self.seconds = took.as_secs_f64();
        for (name, peers) in [
            ("bare_signing_peers", Peers::Signing),
            ("bare_silent_peers", Peers::Silent),
        ] {
            let bare = self.bare_rates(peers);
            let ratios = self.product_rates.iter().zip(&bare);
            let ratio = median(ratios.map(|(product, bare)| product / bare));
            self.ratios.insert(name.to_owned(), ratio);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn a_step_keeps_up_while_less_than_half_a_second_of_it_is_under_way() {
        assert!(Step::new(String::new(), 100.0, 49).sustained);
        assert!(!Step::new(String::new(), 100.0, 50).sustained);
    }
}
