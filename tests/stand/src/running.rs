//! One process of ours on this machine: found again, asked whether it lives, told to end.
//!
//! A process id alone proves nothing, since the kernel gives it to somebody else one day. Ours
//! is known by its id, its start time and a marker in its environment or command line together;
//! nothing is ever signalled that does not show all three.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use serde::{Deserialize, Serialize};

use crate::eventually::Waiting;

/// The environment variable that carries the marker.
pub(crate) const MARKER: &str = "STAND_INSTANCE";

/// A process that was ours when it was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    pid: u32,
    /// Clock ticks since the machine started, field 22 of `/proc/<pid>/stat`.
    started: u64,
    marker: String,
}

impl Running {
    /// Notes a living process; `None` when there is none with this id.
    pub(crate) fn note(pid: u32, marker: &str) -> Option<Self> {
        let started = Stat::read(pid)?.started;
        Some(Self {
            pid,
            started,
            marker: marker.to_owned(),
        })
    }

    pub(crate) fn current() -> Self {
        Self::note(std::process::id(), "").expect("the process that asks is alive")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it still runs and is still the one that was noted.
    pub(crate) fn is_alive(&self) -> bool {
        match Stat::read(self.pid) {
            Some(stat) if stat.started != self.started => false,
            Some(stat) if stat.state == 'Z' => {
                self.reap();
                false
            }
            Some(_) => self.marker.is_empty() || carries(self.pid, &self.marker),
            None => false,
        }
    }

    /// A child of ours that has ended keeps its id until it is asked how, and PostgreSQL does not
    /// start over a predecessor whose id still exists.
    fn reap(&self) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // Somebody else's child is an error here, and theirs to ask.
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
    }

    /// Asks it to end, and returns once it is gone. One that takes longer than `patience` is
    /// killed.
    pub(crate) async fn end(&self, politely: Signal, patience: Duration) -> Result<()> {
        self.signal(politely)?;
        self.end_asked(patience).await
    }

    /// [`end`](Self::end) for one that was asked already: some take a second signal for impatience.
    pub(crate) async fn end_asked(&self, patience: Duration) -> Result<()> {
        if self.gone(patience).await.is_ok() {
            return Ok(());
        }
        self.kill().await
    }

    /// Ends it as a power cut would, and returns once it is gone.
    pub(crate) async fn kill(&self) -> Result<()> {
        self.signal(Signal::KILL)?;
        self.gone(Duration::from_secs(10)).await
    }

    /// Tells it something, if it lives.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        let pid = pid.context("a process id of zero was recorded")?;
        if self.is_alive() {
            // It may end between the look and the signal; that is what was wanted.
            match kill_process(pid, signal) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error).context(format!("cannot signal {}", self.pid)),
            }
        }
        Ok(())
    }

    async fn gone(&self, patience: Duration) -> Result<()> {
        let what = format!("the end of process {}", self.pid);
        let mut waiting = Waiting::new(patience, &what);
        while self.is_alive() {
            waiting.saw("it lives").await?;
        }
        Ok(())
    }
}

/// Whether the process was started by us for this instance. One that is being killed has no memory
/// left to read that from; it is still there until it is a zombie, and then it must be reaped.
fn carries(pid: u32, marker: &str) -> bool {
    ["environ", "cmdline"].iter().any(|file| {
        fs::read(format!("/proc/{pid}/{file}"))
            .is_ok_and(|text| text.is_empty() || String::from_utf8_lossy(&text).contains(marker))
    })
}

/// What we read of `/proc/<pid>/stat`.
pub(crate) struct Stat {
    pub(crate) state: char,
    /// User and system time, in clock ticks.
    pub(crate) cpu: u64,
    pub(crate) started: u64,
}

impl Stat {
    pub(crate) fn read(pid: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the program's name in brackets, and may itself contain brackets.
        let (_, after_name) = text.rsplit_once(") ")?;
        // proc(5) counts from one; the first field after the name is the third.
        let field = |number: usize| after_name.split(' ').nth(number - 3);
        Some(Self {
            state: field(3)?.chars().next()?,
            cpu: field(14)?.parse::<u64>().ok()? + field(15)?.parse::<u64>().ok()?,
            started: field(22)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_a_name_with_brackets_and_spaces() {
        let line = "77 (odd) name) S 1 77 77 0 -1 4194560 1 2 3 4 30 12 5 6 20 0 1 0 9001 0 0";
        let stat = Stat::parse(line).unwrap();
        assert_eq!((stat.state, stat.cpu, stat.started), ('S', 42, 9001));
    }

    #[test]
    fn a_process_with_another_start_time_is_not_ours() {
        let mut noted = Running::current();
        assert!(noted.is_alive());
        noted.started += 1;
        assert!(!noted.is_alive());
    }

    #[test]
    fn a_process_without_the_marker_is_not_ours() {
        let noted = Running::note(std::process::id(), "no process carries this").unwrap();
        assert!(!noted.is_alive());
    }
}
