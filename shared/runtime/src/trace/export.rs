//! The way to the collector: OTLP over HTTP, in batches, by a thread of its own.
//!
//! Nothing waits for it. What ends goes into a queue of fixed length; while that is full, because
//! the collector is slow or gone, spans are dropped and counted. At the end of the process what is
//! queued is sent, within a bound.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use http::{Request, Response};
use opentelemetry::KeyValue;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanExporter as Export, SpanProcessor,
};
use tokio::runtime::Handle;

use super::Sampler;
use crate::http_client::{self, Limits, read_capped};
use crate::settings::TraceSettings;

/// Some megabytes at most, and a few seconds of a busy service.
const QUEUE: usize = 4096;
const BATCH: usize = 512;

/// How long a span may lie before it is sent.
const EVERY: Duration = Duration::from_secs(2);

/// A batch that takes longer is lost.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What the end of the process waits for the collector, inside the grace that Kubernetes gives.
const LAST_CALL: Duration = Duration::from_secs(2);

/// Of the collector's answers nothing but the status is of use.
const LONGEST_ANSWER: usize = 64 * 1024;

static EXPORTER: OnceLock<Exporter> = OnceLock::new();

/// Where ended spans go, and which of them.
#[derive(Debug)]
pub(super) struct Exporter {
    pub(super) sampler: Sampler,
    processor: BatchSpanProcessor,
}

/// `None`: nothing is exported.
pub(super) fn exporter() -> Option<&'static Exporter> {
    EXPORTER.get()
}

/// Starts exporting, if the settings name a collector. A second call in one process, as in tests,
/// keeps the first one's choice. Must be called within a runtime that lives as long as the process.
pub(crate) fn start(service: &'static str, settings: &TraceSettings) -> anyhow::Result<()> {
    store::trace::ask(super::traceparent);
    let Some(endpoint) = &settings.endpoint else {
        return Ok(());
    };
    if EXPORTER.get().is_some() {
        return Ok(());
    }
    let name = settings.service_name.clone();
    let resource = Resource::builder_empty()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attributes(
            settings
                .resource
                .iter()
                .map(|(name, value)| KeyValue::new(name.clone(), value.clone())),
        )
        .with_service_name(name.unwrap_or_else(|| service.to_owned()))
        .build();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(endpoint.as_str())
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(TIMEOUT)
        .with_http_client(Wire::new()?)
        .build()?;
    let limits = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(EVERY)
        .build();
    let mut processor = BatchSpanProcessor::builder(Counted::new(exporter))
        .with_batch_config(limits)
        .build();
    processor.set_resource(&resource);
    let _ = EXPORTER.set(Exporter {
        sampler: settings.sampler,
        processor,
    });
    Ok(())
}

/// Hands an ended span over; never waits.
pub(super) fn export(span: SpanData) {
    if let Some(exporter) = exporter() {
        metrics::counter!("tixian_spans_ended_total").increment(1);
        exporter.processor.on_end(span);
    }
}

/// Sends what is queued, and waits a little for that.
pub(crate) async fn stop() {
    if let Some(exporter) = exporter() {
        let last_call = || exporter.processor.shutdown_with_timeout(LAST_CALL);
        // Its failure is counted like any other.
        let _ = tokio::task::spawn_blocking(last_call).await;
    }
}

/// The exporter, with a count of what became of the spans, and a word when that changes.
#[derive(Debug)]
struct Counted {
    inner: SpanExporter,
    failing: AtomicBool,
}

impl Counted {
    const fn new(inner: SpanExporter) -> Self {
        Self {
            inner,
            failing: AtomicBool::new(false),
        }
    }

    fn tell(&self, count: usize, sent: &OTelSdkResult) {
        let outcome = if sent.is_ok() { "exported" } else { "failed" };
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        metrics::counter!("tixian_spans_total", "outcome" => outcome).increment(count);
        let was_failing = self.failing.swap(sent.is_err(), Ordering::Relaxed);
        match (was_failing, sent) {
            (false, Err(_)) => tracing::warn!("the collector takes no spans; they are dropped"),
            (true, Ok(())) => tracing::info!("the collector takes spans again"),
            (true, Err(_)) | (false, Ok(())) => {}
        }
    }
}

impl Export for Counted {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        let sent = self.inner.export(batch).await;
        self.tell(count, &sent);
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

/// Our own HTTP client, for a thread that is not the runtime's: the request runs there, and the
/// thread waits for it.
#[derive(Debug)]
struct Wire {
    http: reqwest::Client,
    runtime: Handle,
}

impl Wire {
    fn new() -> Result<Self, reqwest::Error> {
        let limits = Limits {
            connect_timeout: TIMEOUT,
            total_timeout: TIMEOUT,
            idle_per_host: 1,
        };
        Ok(Self {
            http: http_client::build(&limits)?,
            runtime: Handle::current(),
        })
    }
}

impl HttpClient for Wire {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let answer = http.execute(request.try_into()?).await?;
            let status = answer.status();
            let body = read_capped(answer, LONGEST_ANSWER).await?;
            let mut response = Response::new(body);
            *response.status_mut() = status;
            Ok(response)
        });
        Box::pin(async move { sent.await? })
    }
}
