//! The pages: the same answers as the API's, with the ways between them.
//!
//! Looking is `GET`. Every act is asked first, by `GET`, on a page that says what would happen; its
//! form is the only thing that does it, and leads back with what came of it.

mod audit;
mod cases;
mod dead_letters;
mod overview;
mod partners;
mod replays;
mod withdrawals;

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use store::StoreError;
use store::console_sessions::{How, Told};

use super::asked::{Answer, Asked};
use super::front::Front;
use super::parameters::Parameters;
use super::posted::Posted;
use super::refusal::Refusal;
use super::sign_in;
use super::view::{Field, Frame, Section};
use super::visitor::Visitor;
use crate::exit::Exit;
use crate::output::{Block, Report};

/// Every page.
pub(crate) fn routes() -> Router<Arc<Front>> {
    Router::new()
        .route("/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/", looking(overview::show))
        .route("/withdrawals", looking(withdrawals::find))
        .route("/withdrawals/stuck", looking(withdrawals::stuck))
        .route("/withdrawals/{id}", looking(withdrawals::one))
        .route("/dead-letters", looking(dead_letters::list))
        .route("/dead-letters/groups", looking(dead_letters::groups))
        .route(
            "/dead-letters/decide",
            looking(dead_letters::ask).merge(doing(dead_letters::decide)),
        )
        .route("/dead-letters/{id}", looking(dead_letters::one))
        .route(
            "/replays",
            looking(replays::list).merge(doing(replays::make)),
        )
        .route("/replays/{id}", looking(replays::one))
        .merge(acts())
        .route("/partners", looking(partners::list))
        .route("/partners/lanes", looking(partners::lanes))
        .route("/partners/{id}", looking(partners::one))
        .route("/cases", looking(cases::list))
        .route("/cases/{id}", looking(cases::one))
        .route(
            "/cases/{id}/close",
            looking(cases::ask).merge(doing(cases::close)),
        )
        .route("/audit", looking(audit::list))
        .route("/audit/verify", looking(audit::verify))
        .route("/audit/{number}", looking(audit::one))
}

/// What is done to jobs and to partners, each with the page that asks whether it is meant.
fn acts() -> Router<Arc<Front>> {
    let job = |verb| {
        let ask = looking(move |looked| replays::ask(looked, verb));
        ask.merge(doing(move |done| replays::act(done, verb)))
    };
    let partner = |verb| {
        let ask = looking(move |looked| partners::ask(looked, verb));
        ask.merge(doing(move |done| partners::decide(done, verb)))
    };
    Router::new()
        .route("/replays/{id}/approve", job(crate::replays::Verb::Approve))
        .route("/replays/{id}/pause", job(crate::replays::Verb::Pause))
        .route("/replays/{id}/resume", job(crate::replays::Verb::Resume))
        .route("/replays/{id}/cancel", job(crate::replays::Verb::Cancel))
        .route("/partners/{id}/hold", partner(crate::lanes::Verb::Hold))
        .route(
            "/partners/{id}/release",
            partner(crate::lanes::Verb::Release),
        )
}

/// A look at a page.
pub(crate) struct Looked {
    front: Arc<Front>,
    visitor: Visitor,
    subject: String,
    query: Parameters,
}

impl Looked {
    /// The question behind the page.
    fn asked(&self) -> Asked {
        self.asked_for(self.query.clone())
    }

    fn asked_for(&self, parameters: Parameters) -> Asked {
        Asked {
            front: Arc::clone(&self.front),
            person: self.visitor.person.clone(),
            subject: self.subject.clone(),
            parameters,
        }
    }

    fn frame(&self, at: Section) -> Frame {
        self.visitor.frame(&self.front, at)
    }

    async fn told(&self) -> Result<Option<Told>, StoreError> {
        self.visitor.hear(&self.front).await
    }

    /// The filter's fields with what the address says.
    fn filled(&self, fields: &[Field]) -> Vec<Field> {
        let filled = fields.iter().map(|field| Field {
            value: self.query.get(field.name).unwrap_or_default().to_owned(),
            ..field.clone()
        });
        filled.collect()
    }

    /// How many rows a page of a list has at most.
    fn most(&self) -> usize {
        const USUAL: usize = 50;
        let asked = self.query.get("limit");
        asked.and_then(|most| most.parse().ok()).unwrap_or(USUAL)
    }

    /// The same list from `after` on.
    fn further(&self, path: &str, parameter: &str, after: &str) -> String {
        let begun = format!("{path}?");
        let length = begun.len();
        let mut next = form_urlencoded::Serializer::for_suffix(begun, length);
        let kept = self.query.pairs().iter();
        next.extend_pairs(kept.filter(|(name, _)| name != parameter));
        next.append_pair(parameter, after);
        next.finish()
    }
}

/// A form of a page.
pub(crate) struct Done {
    front: Arc<Front>,
    visitor: Visitor,
    subject: String,
    fields: Parameters,
}

impl Done {
    /// The question that the form answers with yes.
    fn asked(&self) -> Asked {
        Asked {
            front: Arc::clone(&self.front),
            person: self.visitor.person.clone(),
            subject: self.subject.clone(),
            parameters: self.fields.clone().with("yes", "true"),
        }
    }

    /// Back to a page, which says what came of it; also when it was refused.
    async fn told(
        self,
        answer: impl Future<Output = Answer>,
        back: &str,
    ) -> Result<Response, Refusal> {
        let told = match answer.await {
            Ok(report) => outcome(&report),
            Err(Refusal::Refused(text)) => Told {
                how: How::Bad,
                text,
            },
            Err(refusal) => return Err(refusal),
        };
        self.visitor.tell(&self.front, &told).await?;
        Ok(Redirect::to(back).into_response())
    }
}

/// What a report says in sentences.
fn outcome(report: &Report) -> Told {
    let lines = report.blocks().iter().filter_map(|block| match block {
        Block::Line(text) => Some(text.as_str()),
        Block::Hint(_) | Block::Facts(_) | Block::Rows(_) | Block::Exact(_) => None,
    });
    let how = match report.exit_status() {
        Exit::Done => How::Good,
        Exit::Partly => How::Doubt,
        Exit::Failed | Exit::Usage => How::Bad,
    };
    Told {
        how,
        text: lines.collect::<Vec<_>>().join(" "),
    }
}

fn looking<F, Fut>(page: F) -> MethodRouter<Arc<Front>>
where
    F: Fn(Looked) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, Refusal>> + Send,
{
    get(
        async move |State(front): State<Arc<Front>>,
                    visitor: Visitor,
                    subject: Option<Path<String>>,
                    RawQuery(query): RawQuery| {
            let query = Parameters::of_form(query.unwrap_or_default().as_bytes())?;
            page(Looked {
                front,
                visitor,
                subject: subject.map(|Path(subject)| subject).unwrap_or_default(),
                query,
            })
            .await
        },
    )
}

fn doing<F, Fut>(act: F) -> MethodRouter<Arc<Front>>
where
    F: Fn(Done) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, Refusal>> + Send,
{
    post(
        async move |State(front): State<Arc<Front>>,
                    subject: Option<Path<String>>,
                    posted: Posted| {
            act(Done {
                front,
                visitor: posted.visitor,
                subject: subject.map(|Path(subject)| subject).unwrap_or_default(),
                fields: posted.fields,
            })
            .await
        },
    )
}
