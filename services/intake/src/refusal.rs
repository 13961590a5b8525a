//! How we say no: a stable code, the field and the rule, in Chinese and in English.
//!
//! A refusal never holds a value that somebody sent. Our own failures are logged here, once, and
//! told to nobody; the pages and problems made of them say only that it was us.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use contract::partner::rule::SOURCE;
use contract::partner::{BodyError, ErrorCode, FieldError, FieldProblem};
use contract::signing::SignatureError;
use contract::withdrawal::Language;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use runtime::data_keys::DataKeyError;
use runtime::problem::Problem;
use store::StoreError;
use url::Url;

use crate::frame::Frame;
use crate::front::Front;
use crate::language;
use crate::words::{self, Words};

/// A failover of the database, a lock that somebody holds: over by then, or not for a while.
const A_MOMENT: Duration = Duration::from_secs(2);

/// Why a request is not carried out.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: ErrorCode,
    broken: Vec<FieldProblem>,
    /// In a box, for a refusal is handed up through many results.
    back: Option<Box<Url>>,
    /// When it may be tried again, where that is known.
    retry_after: Option<Duration>,
}

/// Beside a problem with a code of the contract: it need not be said again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InOurWords;

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    frame: Frame,
    words: &'static Words,
    code: &'static str,
    sentence: &'static str,
    other_lang: &'static str,
    other_sentence: &'static str,
    rules: Vec<RuleView<'a>>,
    back: Option<&'a str>,
    expired: bool,
    /// A commit whose answer was lost may have happened: the page must not say that it did not.
    uncertain: bool,
}

struct RuleView<'a> {
    field: &'a str,
    code: &'static str,
    text: &'a str,
    other_text: &'a str,
}

impl Refusal {
    /// Fields that break their rules; the list is not empty.
    pub(crate) fn of_fields(errors: &[FieldError]) -> Self {
        Self::of_problems(errors.iter().copied().map(FieldProblem::from).collect())
    }

    fn of_problems(broken: Vec<FieldProblem>) -> Self {
        Self {
            code: broken
                .first()
                .map_or(ErrorCode::RequestMalformed, |problem| problem.code),
            broken,
            back: None,
            retry_after: None,
        }
    }

    /// Names the field in which the code shows.
    pub(crate) fn at(self, field: impl Into<String>) -> Self {
        let (zh, en) = (self.code.zh().to_owned(), self.code.en().to_owned());
        self.at_rule(field, zh, en)
    }

    /// Names the field and says the rule.
    pub(crate) fn at_rule(mut self, field: impl Into<String>, zh: String, en: String) -> Self {
        self.broken.push(FieldProblem {
            field: field.into(),
            code: self.code,
            rule: en,
            rule_zh: zh,
            source: SOURCE,
        });
        self
    }

    /// Gives the user a way back to the partner; only once the partner's signature has held.
    pub(crate) fn with_way_back(mut self, back: Url) -> Self {
        self.back = Some(Box::new(back));
        self
    }

    /// Says when it may be tried again.
    pub(crate) fn until(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }

    pub(crate) fn code(&self) -> ErrorCode {
        self.code
    }

    /// For a person.
    pub(crate) fn page(&self, front: &Front, language: Language) -> Response {
        let (other, sentence, other_sentence) = match language {
            Language::Chinese => (Language::English, self.code.zh(), self.code.en()),
            Language::English => (Language::Chinese, self.code.en(), self.code.zh()),
        };
        let rules = self.broken.iter().map(|broken| {
            let (text, other_text) = match language {
                Language::Chinese => (&broken.rule_zh, &broken.rule),
                Language::English => (&broken.rule, &broken.rule_zh),
            };
            RuleView {
                field: &broken.field,
                code: broken.code.as_str(),
                text,
                other_text,
            }
        });
        let page = RefusedPage {
            frame: Frame::new(front, language),
            words: words::in_language(language),
            code: self.code.as_str(),
            sentence,
            other_lang: other.as_str(),
            other_sentence,
            rules: rules.collect(),
            back: self.back.as_deref().map(Url::as_str),
            expired: self.code == ErrorCode::PageExpired,
            uncertain: matches!(self.code, ErrorCode::Internal | ErrorCode::Unavailable),
        };
        let mut response = (self.status(), render(&page)).into_response();
        self.say_when_to_retry(&mut response);
        response
    }

    /// For a program.
    pub(crate) fn problem(&self) -> Response {
        let problem = Problem::new(self.status(), self.code.as_str(), self.code.en())
            .in_chinese(self.code.zh())
            .with_errors(self.broken.clone());
        let mut response = problem.into_response();
        response.extensions_mut().insert(InOurWords);
        self.say_when_to_retry(&mut response);
        response
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status())
            .expect("the contract's test holds every status between 400 and 599")
    }

    fn say_when_to_retry(&self, response: &mut Response) {
        if let Some(pause) = self.retry_after {
            // Rounded up: whoever comes at that second is not too early again.
            let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            broken: Vec::new(),
            back: None,
            retry_after: (code == ErrorCode::Unavailable).then_some(A_MOMENT),
        }
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Malformed => ErrorCode::RequestMalformed.into(),
            BodyError::Fields(problems) => Self::of_problems(problems),
        }
    }
}

impl From<SignatureError> for Refusal {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::MissingSignature => Self::from(ErrorCode::SignatureMissing).at("sign"),
            SignatureError::NotBase64 | SignatureError::Mismatch => {
                Self::from(ErrorCode::SignatureMismatch).at("sign")
            }
            SignatureError::UnknownKey => Self::from(ErrorCode::KeyUnknown).at("key_id"),
            SignatureError::RetiredKey => Self::from(ErrorCode::KeyRetired).at("key_id"),
        }
    }
}

impl From<DataKeyError> for Refusal {
    fn from(error: DataKeyError) -> Self {
        let shown = &error as &dyn std::error::Error;
        tracing::error!(error = shown, "a stored digest cannot be compared");
        ErrorCode::Internal.into()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let shown = &error as &dyn std::error::Error;
        match error {
            StoreError::Retryable(_) | StoreError::Pool(_) => {
                tracing::warn!(error = shown, "the database is not available");
                ErrorCode::Unavailable.into()
            }
            StoreError::Constraint { .. }
            | StoreError::Statement(_)
            | StoreError::Address(_)
            | StoreError::Build(_)
            | StoreError::Corrupt { .. }
            | StoreError::SchemaTooOld { .. } => {
                tracing::error!(error = shown, "a statement failed");
                ErrorCode::Internal.into()
            }
        }
    }
}

/// A template as a page; templates render unless memory is exhausted.
pub(crate) fn render(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a page was not rendered"
            );
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Answers a path that does not exist.
pub(crate) async fn not_found(
    State(front): State<Arc<Front>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    for_whoever_asked(&front, &ErrorCode::NotFound.into(), &uri, &headers)
}

/// Answers a method that the path does not take.
pub(crate) async fn method_not_allowed(
    State(front): State<Arc<Front>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    for_whoever_asked(&front, &ErrorCode::MethodNotAllowed.into(), &uri, &headers)
}

fn for_whoever_asked(front: &Front, refusal: &Refusal, uri: &Uri, headers: &HeaderMap) -> Response {
    if is_for_programs(uri.path()) {
        refusal.problem()
    } else {
        refusal.page(front, language::of_visitor(front, headers))
    }
}

/// Whether a program asks at this path, and not a person.
pub(crate) fn is_for_programs(path: &str) -> bool {
    path.starts_with("/v1/") || path.starts_with("/.well-known/") || path == "/openapi.json"
}
