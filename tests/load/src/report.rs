//! The figures of a run: as a table for people, as JSON for whoever compares runs.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::bare::Peers;
use crate::cost::Cost;
use crate::latency::{Latency, Quantiles};
use crate::ledger::{Answer, Balance, Books};
use crate::machine::Machine;

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

/// What people wait for.
#[derive(Debug, Clone, Serialize)]
pub struct Waits {
    /// From the committed confirmation until Huifu has read the request.
    pub accept_to_huifu: Quantiles,
    /// From Huifu's sending of 01 until the partner has read the notice.
    pub callback_to_partner: Quantiles,
    /// From the moment at which it was due to be sent until the partner has read the notice.
    pub whole: Quantiles,
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

/// What the withdrawals of one stage waited for, by the books.
pub(crate) fn waits(books: &Books, stage: &str) -> Waits {
    let rows: HashMap<&str, _> = books
        .rows
        .iter()
        .map(|row| (row.order_id.as_str(), row))
        .collect();
    let payments: HashMap<&str, _> = books
        .payments
        .iter()
        .map(|payment| (payment.serial.as_str(), payment))
        .collect();
    let heard: HashMap<&str, _> = books
        .heard
        .iter()
        .filter(|heard| heard.accepted)
        .map(|heard| (heard.order_id.as_str(), heard))
        .collect();
    let (mut to_huifu, mut to_partner, mut whole) =
        (Latency::default(), Latency::default(), Latency::default());
    for entry in &books.entries {
        let of_stage = entry
            .out_order_no
            .rsplit_once('-')
            .is_some_and(|(found, _)| found == stage);
        let Answer::Accepted(order) = &entry.answer else {
            continue;
        };
        let (true, Some(row)) = (of_stage, rows.get(order.as_str())) else {
            continue;
        };
        let payment = row
            .serials
            .iter()
            .find_map(|serial| payments.get(serial.as_str()));
        if let (Some(accepted), Some(payment)) = (row.accepted_at, payment) {
            to_huifu.record_between(accepted, payment.received_at);
        }
        let Some(heard) = heard.get(order.as_str()) else {
            continue;
        };
        whole.record_between(entry.scheduled, heard.received_at);
        if let Some(sent) = payment.and_then(|payment| payment.final_sent_at) {
            to_partner.record_between(sent, heard.received_at);
        }
    }
    Waits {
        accept_to_huifu: to_huifu.quantiles(),
        callback_to_partner: to_partner.quantiles(),
        whole: whole.quantiles(),
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

    /// The table for people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        self.write(&mut text)
            .expect("writing into a String does not fail");
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let on = &self.machine;
        writeln!(
            out,
            "{} cores of {}, {} MiB, Linux {}, PostgreSQL {}, RabbitMQ {}, {}, {}",
            on.cores,
            on.processor,
            on.memory_mib,
            on.kernel,
            on.postgres,
            on.rabbitmq,
            on.rustc,
            on.profile
        )?;
        writeln!(
            out,
            "\nWAITING, IN MILLISECONDS     count    p50    p99  p99.9    max"
        )?;
        write_waits(out, "10 a second, whole way", &self.idle)?;
        for step in &self.steps {
            let kept = if step.sustained {
                "kept up"
            } else {
                "fell behind"
            };
            let title = format!(
                "{:.0} a second, {kept}, {} under way at the end",
                step.rate, step.backlog
            );
            if let Some(waits) = &step.waits {
                write_waits(out, &title, waits)?;
            }
        }
        self.write_rates(out)?;
        self.write_costs(out)?;
        self.write_balance(out)
    }

    fn write_rates(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\nWITHDRAWALS A SECOND AT SATURATION")?;
        if let Some(rate) = self.journeys_per_second {
            writeln!(out, "  whole journeys, page and argon2id  {rate:>6.0}")?;
        }
        let turns = |rates: &[f64]| {
            let rates = rates.iter().map(|rate| format!("{rate:.0}"));
            rates.collect::<Vec<_>>().join(", ")
        };
        let mut line = |name: &str, rates: &[f64]| {
            let middle = median(rates.iter().copied());
            writeln!(out, "  {name:<34} {middle:>6.0}  ({})", turns(rates))
        };
        line("product behind the confirmation", &self.product_rates)?;
        line("bare, peers that sign", &self.bare_rates(Peers::Signing))?;
        line("bare, peers that do not", &self.bare_rates(Peers::Silent))?;
        for (name, ratio) in &self.ratios {
            writeln!(out, "  product / {name:<24} {:>6.0} %", ratio * 100.0)?;
        }
        Ok(())
    }

    fn write_costs(&self, out: &mut String) -> std::fmt::Result {
        for (name, cost) in [
            ("A WHOLE JOURNEY", &self.journey_cost),
            ("A WITHDRAWAL BEHIND THE CONFIRMATION", &self.product_cost),
        ] {
            let Some(cost) = cost else { continue };
            writeln!(
                out,
                "\n{name} COSTS ({} at saturation)\n  {:.1} statements, {:.1} commits, {:.1} outbox rows in one go",
                cost.withdrawals, cost.statements, cost.commits, cost.outbox_batch
            )?;
            writeln!(out, "  {:.2} ms of processor time:", cost.cpu_ms_total)?;
            for (process, millis) in &cost.cpu_ms {
                writeln!(out, "    {process:<22} {millis:>6.2}")?;
            }
            writeln!(out, "  statements by execution time (calls, microseconds):")?;
            for statement in cost.top.iter().take(25) {
                let (name, calls) = (&statement.name, statement.calls);
                writeln!(out, "    {name:<34} {calls:>5.2} {:>7.0}", statement.micros)?;
            }
        }
        let middle = |peers| {
            let rounds = self.bare.iter().filter(|round| round.peers == peers);
            median(rounds.map(|round| round.app_cpu_ms))
        };
        writeln!(
            out,
            "\n  the bare process alone: {:.2} ms with peers that sign, {:.2} ms without",
            middle(Peers::Signing),
            middle(Peers::Silent)
        )?;
        writeln!(out, "\nMEMORY, MiB                idle  after load")?;
        for (name, idle) in &self.memory_idle_kib {
            let loaded = self
                .memory_loaded_kib
                .get(name)
                .copied()
                .unwrap_or_default();
            writeln!(out, "  {name:<22} {:>6} {:>11}", idle / 1024, loaded / 1024)?;
        }
        Ok(())
    }

    fn write_balance(&self, out: &mut String) -> std::fmt::Result {
        let balance = &self.balance;
        writeln!(
            out,
            "\nLEDGER  {} sent, {} refused, {} unanswered\n  {} accepted = {} notified + {} failed + {} open; {} paid, {} duplicates: {}",
            balance.sent,
            balance.refused,
            balance.unanswered,
            balance.accepted,
            balance.notified,
            balance.failed,
            balance.open,
            balance.paid,
            balance.duplicates,
            if balance.is_exact() {
                "exact"
            } else {
                "NOT EXACT"
            }
        )?;
        for difference in balance.differences.iter().take(20) {
            writeln!(out, "  {difference}")?;
        }
        writeln!(out, "\n{:.0} seconds in all", self.seconds)
    }
}

fn write_waits(out: &mut String, title: &str, waits: &Waits) -> std::fmt::Result {
    writeln!(out, "{title}")?;
    for (name, of) in [
        ("accept to Huifu", &waits.accept_to_huifu),
        ("callback to partner", &waits.callback_to_partner),
        ("whole journey", &waits.whole),
    ] {
        writeln!(
            out,
            "  {name:<24} {:>7} {:>6.1} {:>6.1} {:>6.1} {:>6.1}",
            of.count, of.p50_ms, of.p99_ms, of.p999_ms, of.max_ms
        )?;
    }
    Ok(())
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
