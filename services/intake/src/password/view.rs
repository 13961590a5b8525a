//! The page as its template sees it. Neither a code nor a password is ever among its texts.

use askama::Template;
use axum::response::Response;
use contract::partner::ErrorCode;
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, RETRY_AFTER};
use jiff::{SignedDuration, Timestamp};
use store::sms_codes::Current;

use super::ask::PAUSE;
use super::{Alert, Desk};
use crate::frame::Frame;
use crate::headers::policy_with_own_forms;
use crate::refusal::{Refusal, render};
use crate::words::password::{self as words, Words};

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordView<'a> {
    frame: Frame,
    words: &'static Words,
    title: &'static str,
    csrf: String,
    /// Whether a number is registered; without one there is nothing to do here.
    mobile: Option<MobileView>,
    /// While there is a code to type.
    code: Option<CodeView>,
    alert: Option<AlertView>,
    partner_name: &'a str,
    page: String,
}

struct MobileView {
    /// Where a code would go.
    goes_to: String,
}

struct CodeView {
    /// Where it went, and until when it is good.
    sent: String,
    /// Seconds until another may be asked for.
    wait: i64,
    wait_text: String,
}

struct AlertView {
    text: String,
    code: &'static str,
    field: &'static str,
}

/// The page, with what the user is to be told.
pub(super) fn response(
    desk: &Desk<'_>,
    alert: Option<Alert>,
    code: Option<Current>,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let mut response = render(&view(desk, alert, code, now));
    if let Some(alert) = alert {
        *response.status_mut() = alert.status();
    } else if desk.user.mobile_tail.is_none() {
        *response.status_mut() = Alert::MobileMissing.status();
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy_with_own_forms());
    if let Some(seconds) = alert.and_then(|alert| alert.retry_after(now)) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    desk.session.give(desk.front, &mut response)?;
    Ok(response)
}

fn view<'a>(
    desk: &'a Desk<'_>,
    alert: Option<Alert>,
    code: Option<Current>,
    now: Timestamp,
) -> PasswordView<'a> {
    let language = desk.language;
    let words = words::in_language(language);
    let tail = desk.user.mobile_tail.as_deref();
    PasswordView {
        frame: Frame::new(desk.front, language).with_choice(),
        words,
        title: if desk.user.has_password {
            words.reset_title
        } else {
            words.first_title
        },
        csrf: desk.session.csrf(desk.front, &desk.withdrawal.request.id),
        mobile: tail.map(|tail| MobileView {
            goes_to: words::goes_to(language, tail),
        }),
        code: code.zip(tail).map(|(code, tail)| {
            let wait = wait(&code, now);
            CodeView {
                sent: words::sent(language, tail, code.is_sent, code.expires_at),
                wait,
                wait_text: words::wait(language, wait),
            }
        }),
        alert: alert.map(|alert| AlertView {
            text: alert.text(language, now),
            code: alert.code().as_str(),
            field: alert.field(),
        }),
        partner_name: &desk.partner.name,
        page: desk.page_path(),
    }
}

/// Seconds, the begun one included.
fn wait(code: &Current, now: Timestamp) -> i64 {
    let pause = SignedDuration::try_from(PAUSE).unwrap_or(SignedDuration::MAX);
    let left = (code.issued_at + pause).duration_since(now);
    if left.is_positive() {
        left.as_secs() + 1
    } else {
        0
    }
}

impl PasswordView<'_> {
    fn alert_at(&self, field: &str) -> bool {
        self.alert
            .as_ref()
            .is_some_and(|alert| alert.field == field)
    }

    /// A code that is registered for nobody: what stands in the place of an alert.
    fn missing_code(&self) -> &'static str {
        ErrorCode::MobileMissing.as_str()
    }
}
