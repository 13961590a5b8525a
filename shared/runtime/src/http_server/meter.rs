//! One request from somebody else, measured.
//!
//! Names and labels are those of OpenTelemetry's semantic conventions 1.45 for HTTP servers
//! (open-telemetry/semantic-conventions, `docs/http/http-metrics.md`), as Prometheus spells them:
//! a path that is no route has no `http_route`, and `error_type` is the status where it is our own
//! failure, 500 and above. `url.scheme` is left out: whatever ends TLS is in front of all of it.

use std::time::{Duration, Instant};

use http::StatusCode;
use metrics::Label;

/// A request that is being answered until this is dropped.
pub(super) struct Metered {
    method: &'static str,
    started: Instant,
}

impl Metered {
    pub(super) fn begin(method: &'static str) -> Self {
        being_answered(method).increment(1.0);
        Self {
            method,
            started: Instant::now(),
        }
    }

    /// It is answered. Answers how long that took.
    pub(super) fn end(self, route: Option<String>, status: StatusCode) -> Duration {
        let took = self.started.elapsed();
        let code = status.as_u16().to_string();
        let mut labels = vec![Label::from_static_parts("http_request_method", self.method)];
        labels.extend(route.map(|route| Label::new("http_route", route)));
        if status.is_server_error() {
            labels.push(Label::new("error_type", code.clone()));
        }
        labels.push(Label::new("http_response_status_code", code));
        metrics::histogram!("http_server_request_duration_seconds", labels).record(took);
        took
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        being_answered(self.method).decrement(1.0);
    }
}

fn being_answered(method: &'static str) -> metrics::Gauge {
    metrics::gauge!("http_server_active_requests", "http_request_method" => method)
}
