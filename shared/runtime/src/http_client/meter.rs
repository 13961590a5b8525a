//! One request to somebody else, measured, and a step of the trace that is under way.
//!
//! Names and labels are those of OpenTelemetry's semantic conventions 1.45 for HTTP clients
//! (open-telemetry/semantic-conventions, `docs/http/http-metrics.md`), as Prometheus spells them.
//! One departure: whom it goes to is said by `service.peer.name` and not by `server.address`,
//! because there is no bound on the hosts of partners; Huifu and the SMS gateway have one each,
//! which the settings name.

use std::time::Instant;

use metrics::Label;

use crate::trace::attribute::Attribute;
use crate::trace::{Span, SpanKind};

/// Whom a request goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// Huifu's interfaces.
    Huifu,
    /// Where Huifu keeps the files of its statements.
    StatementFiles,
    /// Whatever a partner registered.
    Partner,
    /// What sends codes by SMS.
    SmsGateway,
}

impl Peer {
    const fn name(self) -> &'static str {
        match self {
            Self::Huifu => "huifu",
            Self::StatementFiles => "huifu-statements",
            Self::Partner => "partner",
            Self::SmsGateway => "sms-gateway",
        }
    }
}

/// A request that is under way until it is dropped.
#[derive(Debug)]
pub struct Metered {
    peer: Peer,
    method: &'static str,
    /// Of the address, what is the same for many.
    template: Option<&'static str>,
    started: Instant,
    step: Span,
}

impl Metered {
    /// Begins to measure.
    pub fn begin(peer: Peer, method: &'static str, template: Option<&'static str>) -> Self {
        under_way(peer, method).increment(1.0);
        let name = template.map_or(method.to_owned(), |path| format!("{method} {path}"));
        let step = Span::begin(SpanKind::Client, name);
        step.set(Attribute::Method(method));
        step.set(Attribute::Peer(peer.name()));
        if let Some(path) = template {
            step.set(Attribute::UrlTemplate(path));
        }
        Self {
            peer,
            method,
            template,
            started: Instant::now(),
            step,
        }
    }

    /// For the header `traceparent` of the request, where its peer is to know of our trace.
    pub fn traceparent(&self) -> String {
        self.step.traceparent()
    }

    /// It is over: with which status, if any came, and why it was of no use, if it was not.
    pub fn end(self, status: Option<u16>, error: Option<&'static str>) {
        if let Some(status) = status {
            self.step.set(Attribute::Status(status));
        }
        if let Some(error) = error {
            self.step.fail(error);
        }
        let mut labels = vec![
            Label::from_static_parts("service_peer_name", self.peer.name()),
            Label::from_static_parts("http_request_method", self.method),
        ];
        let template = self.template;
        labels.extend(template.map(|path| Label::from_static_parts("url_template", path)));
        let status = status.map(|status| status.to_string());
        labels.extend(status.map(|status| Label::new("http_response_status_code", status)));
        labels.extend(error.map(|error| Label::from_static_parts("error_type", error)));
        metrics::histogram!("http_client_request_duration_seconds", labels)
            .record(self.started.elapsed());
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        under_way(self.peer, self.method).decrement(1.0);
    }
}

fn under_way(peer: Peer, method: &'static str) -> metrics::Gauge {
    metrics::gauge!(
        "http_client_active_requests",
        "service_peer_name" => peer.name(), "http_request_method" => method
    )
}
