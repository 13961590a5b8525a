//! Receives notices, and answers them as the mode says.

use crate::clock;
use crate::connection::Peer;
use crate::delay;
use crate::partner::mode::Mode;
use crate::partner::notices::Notice;
use crate::partner::standard_webhooks;
use crate::partner::verify::{self, value};
use crate::partner::world::World;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

const HUGE: usize = 16 * 1024 * 1024;

pub(crate) async fn notify(
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let received_at = clock::now();
    let fields: Vec<_> = form_urlencoded::parse(&body).into_owned().collect();
    let mut verdict = verify::notice(&world, &fields).await;
    let told = (value(&fields, "notice_id").unwrap_or_default(), &body[..]);
    let secrets = world.notice_secrets();
    let problem = standard_webhooks::problem(&secrets, &headers, told, received_at);
    verdict.problems.extend(problem.map(str::to_owned));
    let mut notice = Notice::new(received_at, &fields, verdict);
    let traceparent = headers
        .get("traceparent")
        .and_then(|text| text.to_str().ok());
    notice.traceparent = traceparent.map(str::to_owned);
    let mode = world.take_mode();
    let good = notice.verdict.is_good();
    let careless = matches!(mode, Mode::Careless { .. });
    notice.accepted =
        careless || good && matches!(mode, Mode::Ok | Mode::Slow { .. } | Mode::Silent);
    notice.reply = reply_in_words(&mode, good);
    if world.log_requests {
        let Notice {
            order_id,
            application_id,
            status,
            reply,
            verdict,
            ..
        } = &notice;
        tracing::info!(order_id, application_id, status, reply, ?verdict, "notice");
    }
    let tells = notice.accepted && notice.certification.is_some() && mode != Mode::Silent;
    let judged = world.notices().take(notice);
    let mut response = answer(&world, &peer, mode, good).await;
    if tells {
        // What it would have booked, for whoever tries this endpoint: nothing here is money.
        let judged = HeaderValue::from_static(if careless { "new" } else { judged });
        response
            .headers_mut()
            .insert("tixian-certification", judged);
    }
    response
}

/// A browser, or whoever looks what is there.
pub(crate) async fn looked_at(State(world): State<Arc<World>>) -> Response {
    if world.is_careless() {
        return "success".into_response();
    }
    let allowed = [(header::ALLOW, "POST")];
    (StatusCode::METHOD_NOT_ALLOWED, allowed).into_response()
}

/// Where `Mode::Redirect` points: whoever follows is counted.
pub(crate) async fn elsewhere(State(world): State<Arc<World>>) -> &'static str {
    world.followed_redirects.fetch_add(1, Ordering::Relaxed);
    "success"
}

async fn answer(world: &World, peer: &Peer, mode: Mode, good: bool) -> Response {
    match mode {
        Mode::Ok | Mode::Silent => verdict_of(good),
        Mode::Slow { ms } => {
            pause(world, ms).await;
            verdict_of(good)
        }
        Mode::Careless { ms } => {
            pause(world, ms).await;
            verdict_of(true)
        }
        Mode::Down => {
            peer.cut_after(0);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Mode::Status { code } => StatusCode::from_u16(code)
            .unwrap_or(StatusCode::BAD_GATEWAY)
            .into_response(),
        Mode::WrongBody => "<html>sucess</html>".into_response(),
        Mode::Redirect => {
            let to = [(header::LOCATION, "/elsewhere")];
            (StatusCode::TEMPORARY_REDIRECT, to).into_response()
        }
        Mode::Hang => {
            world.listening_token().cancelled().await;
            peer.cut_after(0);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Mode::HugeBody => {
            let mut body = vec![b' '; HUGE];
            body.extend_from_slice(b"success");
            body.into_response()
        }
        Mode::RetryAfter { seconds } => {
            let after = [(header::RETRY_AFTER, seconds.to_string())];
            (StatusCode::SERVICE_UNAVAILABLE, after).into_response()
        }
    }
}

async fn pause(world: &World, ms: u64) {
    let stopping = world.listening_token();
    let late = delay::pass(Duration::from_millis(ms));
    stopping.run_until_cancelled(late).await;
}

fn verdict_of(good: bool) -> Response {
    if good {
        "success".into_response()
    } else {
        (StatusCode::BAD_REQUEST, "fail").into_response()
    }
}

fn reply_in_words(mode: &Mode, good: bool) -> String {
    match mode {
        Mode::Ok | Mode::Silent if good => "success".to_owned(),
        Mode::Ok | Mode::Silent => "400 fail".to_owned(),
        Mode::Slow { ms } => format!(
            "{} after {ms} ms",
            if good { "success" } else { "400 fail" }
        ),
        Mode::Careless { ms } => format!("success after {ms} ms, whatever it was"),
        Mode::Down => "closed without an answer".to_owned(),
        Mode::Status { code } => format!("status {code}"),
        Mode::WrongBody => "200 with another body".to_owned(),
        Mode::Redirect => "307".to_owned(),
        Mode::Hang => "no answer".to_owned(),
        Mode::HugeBody => "200 with a huge body".to_owned(),
        Mode::RetryAfter { seconds } => format!("503, Retry-After {seconds}"),
    }
}
