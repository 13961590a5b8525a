//! How far a job is, while it runs in the foreground: a bar on a terminal, a line now and then
//! elsewhere; on standard error, so that the report stays what a program reads.

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use runtime::clock;
use store::replays::Job;

use super::replay::LINE_EVERY;
use super::replay_report::rest;
use crate::replays::JobRow;

/// The progress of one job.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    told: Option<Instant>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len}  {msg}");
            bar.set_style(style.expect("the template is ours"));
            bar
        });
        Self { bar, told: None }
    }

    /// Tells how far it is.
    pub(super) fn tell(&mut self, job: &Job) {
        let row = JobRow::new(clock::now(), job);
        let said = format!(
            "{}{} delivered, {} failed, {} waiting, rest {}",
            if row.in_canary { "canary: " } else { "" },
            row.delivered,
            row.failed,
            row.waiting,
            rest(&row)
        );
        if let Some(bar) = &self.bar {
            bar.set_length(row.count.unsigned_abs());
            bar.set_position(job.counts.done().unsigned_abs());
            bar.set_message(said);
        } else if self.told.is_none_or(|told| told.elapsed() >= LINE_EVERY) {
            self.told = Some(Instant::now());
            eprintln!("replay {}: {} %, {said}", row.id, row.percent);
        }
    }

    /// Leaves the terminal as it was.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
