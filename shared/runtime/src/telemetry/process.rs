//! What this process takes of its machine, read from `/proc` at every scrape.
//!
//! Names are those of OpenTelemetry's semantic conventions 1.45 for processes
//! (open-telemetry/semantic-conventions, `docs/system/process-metrics.md`), as Prometheus spells
//! them. Where there is no `/proc` nothing is told.

use std::fs;
use std::sync::LazyLock;
use std::time::Instant;

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Begins to count the time that the process is up.
pub(super) fn start() {
    LazyLock::force(&STARTED);
}

/// Sets the gauges.
pub(super) fn tell() {
    metrics::gauge!("process_uptime_seconds").set(STARTED.elapsed().as_secs_f64());
    if let Some([user, system]) = cpu_seconds() {
        // Counters are whole numbers here: over five minutes that is a third of a percent of a
        // core.
        let mode = |mode| metrics::counter!("process_cpu_time_seconds_total", "cpu_mode" => mode);
        mode("user").absolute(user);
        mode("system").absolute(system);
    }
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        let kibibytes = |name| number_behind(&status, name).map(|many| many * 1024.0);
        if let Some(bytes) = kibibytes("VmRSS:") {
            metrics::gauge!("process_memory_usage_bytes").set(bytes);
        }
        if let Some(bytes) = kibibytes("VmSize:") {
            metrics::gauge!("process_memory_virtual_bytes").set(bytes);
        }
        if let Some(threads) = number_behind(&status, "Threads:") {
            metrics::gauge!("process_thread_count").set(threads);
        }
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        metrics::gauge!("process_unix_file_descriptor_count").set(open.count() as f64);
    }
}

/// User and system time. A name may hold anything, so fields are counted from behind it.
fn cpu_seconds() -> Option<[u64; 2]> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, behind) = stat.rsplit_once(") ")?;
    let mut fields = behind.split(' ').skip(11);
    let ticks = rustix::param::clock_ticks_per_second();
    let mut seconds = || Some(fields.next()?.parse::<u64>().ok()? / ticks);
    Some([seconds()?, seconds()?])
}

fn number_behind(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_some_time_and_some_memory() {
        let [user, system] = cpu_seconds().unwrap();
        assert!(
            user + system < 3_600,
            "{user} and {system} are no seconds of a test"
        );
        let status = fs::read_to_string("/proc/self/status").unwrap();
        assert!(number_behind(&status, "VmRSS:").unwrap() > 100.0);
        assert_eq!(number_behind("VmRSS:\t  12 kB\n", "VmRSS:"), Some(12.0));
    }
}
