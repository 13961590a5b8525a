//! Logs and metrics, once for the process, also where a test runs several services in it.
//!
//! Ids may be logged; names, card numbers, keys, passwords, bodies and query strings never.

mod catalogue;
mod json;
mod process;

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use store::Store;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry};

use crate::settings::{LogFormat, TelemetrySettings};
use crate::slots;

/// As OpenTelemetry's conventions want them for requests and messages.
const SECONDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// What is promised to partners and users in seconds, and late by hours on a bad day.
const LATE: [f64; 10] = [0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 300.0, 1_800.0, 7_200.0];

/// Rows in one go.
const ROWS: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 200.0];

/// Starts logging. A second call in one process, as in tests, keeps the first one's choice.
pub(crate) fn start_logs(service: &'static str, settings: &TelemetrySettings) {
    let filter = settings
        .level
        .parse::<EnvFilter>()
        .expect("LOG_LEVEL was checked when the settings were read")
        // The driver prints every returned message with its body.
        .add_directive(
            "lapin::returned_messages=off"
                .parse()
                .expect("this directive is well formed"),
        )
        // At debug it prints the parameters of every statement: hashes of passwords, cards, URLs.
        .add_directive(
            "tokio_postgres=info"
                .parse()
                .expect("this directive is well formed"),
        );
    let lines = match settings.format {
        LogFormat::Json => json::JsonLines::new(service, std::io::stdout).boxed(),
        LogFormat::Text => tracing_subscriber::fmt::layer::<Registry>()
            .with_target(false)
            .boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    // Refused only when a subscriber is set already: by a test, or by another service in process.
    let _ = subscriber.try_init();
}

/// The process's metrics, installed at the first call.
pub(crate) fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            // The first that fits counts, in the order of the alphabet: this one before the other.
            .and_then(|builder| {
                builder.set_buckets_for_metric(Matcher::Suffix("_delay_seconds".to_owned()), &LATE)
            })
            .and_then(|builder| {
                builder.set_buckets_for_metric(Matcher::Suffix("_rows".to_owned()), &ROWS)
            })
            .expect("the buckets are not empty");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Refused only when somebody else installed a recorder; ours then stays empty.
        let _ = metrics::set_global_recorder(recorder);
        catalogue::describe();
        process::start();
        store::progress::begin_money();
        handle
    })
}

/// Everything, as Prometheus reads it.
pub(crate) fn scrape(store: &Store) -> String {
    store.tell_pool();
    slots::tell();
    process::tell();
    let handle = metrics();
    // Also what keeps histograms from growing without end; a scrape is regular enough.
    handle.run_upkeep();
    handle.render()
}
