//! Traces: one withdrawal from the browser to the partner's notice, across services, messages and
//! the gap at Huifu, as OpenTelemetry shows it.
//!
//! A [`Span`] is a step. Work done [around](Span::around) it finds it by the functions here: log
//! lines have its ids, requests and messages that go out carry it, rows that are written
//! remember it. It ends when it is dropped, and goes to the collector if there is one (see
//! `export`). Where there is none a span is two numbers.
//!
//! **Strangers.** A `traceparent` that comes from outside is not continued: whoever could choose
//! the trace's id could pour all withdrawals into one trace, hide in that of another, and decide
//! what we keep and pay for. The trace that begins here has its own id and its own sampling, and a
//! *link* to the stranger's, by which a partner's engineer finds ours. Only what we wrote ourselves
//! is continued: rows and messages.
//!
//! **Joining.** Which withdrawal a request is about is known when its row has been read, and by
//! then the request has a span. So a span that is the first of its trace can still [join] another:
//! the form, the page, the password and Huifu's callbacks become steps of the one trace that the
//! form began. Why our own spans and not `tracing-opentelemetry`'s: those cannot join once they
//! are entered, and every field of every log line would leave the house as an attribute. Here an
//! attribute must be among those of [`attribute`].
//!
//! **The gap.** Huifu is sent no `traceparent`. What it calls back about, and what we ask it about,
//! joins the trace of the withdrawal or application and links to the attempt.

pub mod attribute;
mod export;
mod record;
mod sampler;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use contract::trace::{TRACEPARENT, TraceContext};
use http::HeaderMap;
use opentelemetry::StringValue;
pub use opentelemetry::trace::SpanKind;

use crate::ids::random_bytes;
use attribute::Attribute;
use record::Record;

pub(crate) use export::{start, stop};
pub use sampler::Sampler;

tokio::task_local! {
    static CURRENT: Arc<Mutex<State>>;
}

/// A step of a trace, until it is dropped.
#[derive(Debug)]
pub struct Span(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    context: TraceContext,
    parent: Option<TraceContext>,
    /// `None` where nothing is exported.
    record: Option<Box<Record>>,
}

impl Span {
    /// A step of the work that is under way, or the first of a new trace.
    pub fn begin(kind: SpanKind, name: impl Into<String>) -> Self {
        Self::under(current(), kind, name)
    }

    /// A step that a row or a message of ours caused; the first of a new trace where it carries
    /// none.
    pub fn caused_by(traceparent: Option<&str>, kind: SpanKind, name: impl Into<String>) -> Self {
        Self::under(ours(traceparent), kind, name)
    }

    /// The first step of a trace of our own, for a request of a stranger.
    pub fn for_stranger(headers: &HeaderMap, name: impl Into<String>) -> Self {
        let span = Self::under(None, SpanKind::Server, name);
        let mut sent = headers.get_all(TRACEPARENT).iter();
        // Two of them are none, says the standard.
        if let (Some(theirs), None) = (sent.next(), sent.next()) {
            span.link(theirs.to_str().ok());
        }
        span
    }

    fn under(parent: Option<TraceContext>, kind: SpanKind, name: impl Into<String>) -> Self {
        let exporter = export::exporter();
        let context = match (exporter, parent) {
            // As the standard asks of whoever records nothing: carried on as it came.
            (None, Some(parent)) => parent,
            (_, parent) => new_context(parent),
        };
        let record = exporter.map(|_| Box::new(Record::new(kind, name.into())));
        Self(Arc::new(Mutex::new(State {
            context,
            parent,
            record,
        })))
    }

    /// Its ids.
    pub fn context(&self) -> TraceContext {
        locked(&self.0).context
    }

    /// For the header of what it causes.
    pub fn traceparent(&self) -> String {
        self.context().to_string()
    }

    /// Does `work` as part of this step.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        CURRENT.scope(Arc::clone(&self.0), work).await
    }

    /// As [`Span::around`], for work that waits for nothing.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(Arc::clone(&self.0), work)
    }

    /// Says something about it.
    pub fn set(&self, attribute: Attribute) {
        locked(&self.0).set(attribute);
    }

    /// It failed; `why` is a short name, never a text from outside.
    pub fn fail(&self, why: impl Into<StringValue>) {
        locked(&self.0).fail(why);
    }

    /// Points to a step of another trace, or to one that is not its parent.
    pub fn link(&self, traceparent: Option<&str>) {
        locked(&self.0).link(traceparent);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let mut state = locked(&self.0);
        let (context, parent) = (state.context, state.parent);
        // Work that outlives its step has nothing more to say about it.
        if let Some(record) = state.record.take()
            && context.sampled
        {
            drop(state);
            export::export(record.ended(context, parent));
        }
    }
}

impl State {
    fn set(&mut self, attribute: Attribute) {
        if let Some(record) = &mut self.record {
            record.set(attribute);
        }
    }

    fn fail(&mut self, why: impl Into<StringValue>) {
        if let Some(record) = &mut self.record {
            record.fail(why.into());
        }
    }

    fn link(&mut self, traceparent: Option<&str>) {
        if let (Some(record), Some(to)) = (&mut self.record, ours(traceparent)) {
            record.link(to);
        }
    }

    fn join(&mut self, parent: TraceContext) {
        if self.parent.is_some() {
            return;
        }
        self.parent = Some(parent);
        self.context = TraceContext {
            span_id: match self.record {
                Some(_) => self.context.span_id,
                None => parent.span_id,
            },
            trace_id: parent.trace_id,
            sampled: keeps(parent.trace_id, Some(parent)),
        };
    }
}

/// Makes the work that is under way a step of the trace that a row of ours remembers, unless it is
/// a step of one already.
pub fn join(traceparent: Option<&str>) {
    let Some(parent) = ours(traceparent) else {
        return;
    };
    with_current(|state| state.join(parent));
}

/// Points from the work that is under way to another step.
pub fn link(traceparent: Option<&str>) {
    with_current(|state| state.link(traceparent));
}

/// Says something about the work that is under way.
pub fn set(attribute: Attribute) {
    with_current(|state| state.set(attribute));
}

/// The ids of the work that is under way.
pub fn current() -> Option<TraceContext> {
    with_current(|state| state.context)
}

/// For the header of what the work that is under way causes.
pub fn traceparent() -> Option<String> {
    current().map(|context| context.to_string())
}

/// `work`, for a task of its own, as part of what is under way here.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let here = CURRENT.try_with(Arc::clone).ok();
    async move {
        match here {
            Some(span) => CURRENT.scope(span, work).await,
            None => work.await,
        }
    }
}

fn with_current<T>(act: impl FnOnce(&mut State) -> T) -> Option<T> {
    CURRENT.try_with(|state| act(&mut locked(state))).ok()
}

/// A panic elsewhere has left nothing half done.
fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ours(traceparent: Option<&str>) -> Option<TraceContext> {
    traceparent.and_then(|text| text.parse().ok())
}

fn new_context(parent: Option<TraceContext>) -> TraceContext {
    let random: [u8; 24] = random_bytes();
    let (trace, span) = random.split_at(16);
    let fresh = || trace.iter().fold(0, |id, byte| id << 8 | u128::from(*byte));
    // Zero is no id; once in the life of many universes it is drawn all the same.
    let trace_id = parent.map_or_else(|| fresh().max(1), |parent| parent.trace_id);
    let span_id = span.iter().fold(0, |id, byte| id << 8 | u64::from(*byte));
    TraceContext {
        trace_id,
        span_id: span_id.max(1),
        sampled: keeps(trace_id, parent),
    }
}

/// Where nothing is exported a parent's decision is carried on.
fn keeps(trace_id: u128, parent: Option<TraceContext>) -> bool {
    match export::exporter() {
        Some(exporter) => exporter.sampler.keeps(trace_id, parent),
        None => parent.is_some_and(|parent| parent.sampled),
    }
}

#[cfg(test)]
mod tests;
