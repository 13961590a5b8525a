//! The figures as a table for people at a terminal.

use std::fmt::Write as _;

use super::{Report, Waits, median};
use crate::bare::Peers;

impl Report {
    /// The table for people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        self.write(&mut text)
            .expect("writing into a String does not fail");
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{}", self.machine)?;
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
            for (table, rows) in &cost.scanned {
                writeln!(out, "  {rows:.1} rows of {table} read by sequential scans")?;
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
        for difference in balance.reasons.iter().chain(&balance.differences).take(30) {
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
