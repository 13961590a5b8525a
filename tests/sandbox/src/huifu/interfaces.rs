//! Huifu's interfaces over HTTP: which path does what, and how each answer leaves.

use crate::connection::Peer;
use crate::heard;
use crate::huifu::fault::Asked;
use crate::huifu::fields::BadField;
use crate::huifu::operation::Operation;
use crate::huifu::payment::PaymentStatus;
use crate::huifu::review::ReviewPlan;
use crate::huifu::script::{Reply, Script};
use crate::huifu::wish::Wish;
use crate::huifu::world::World;
use crate::huifu::{admin, answer, asked, courier, encashment, gateway, onboard, picture, query};
use crate::huifu::{review_courier, statement};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, StatusCode, header};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Huifu's body limit (huifu-api.md §1).
const BODY_MAX: usize = 10 * 1024 * 1024;

/// How long a synchronous answer waits for callbacks that must come before it. Shorter than any
/// client's time-out that is worth testing with.
const CALLBACKS_FIRST: Duration = Duration::from_secs(8);

pub(crate) fn router(world: Arc<World>) -> Router {
    let mut router = Router::new()
        .route(Operation::Encashment.path(), post(encash))
        // The second spelling is still in the tables of every client.
        .route("/v2/trade/settlement/enchashment", post(encash))
        .route(Operation::Query.path(), post(ask))
        .route(Operation::Picture.path(), post(picture::upload))
        .route(Operation::StatementFile.path(), get(statement::download));
    let by_hand = [
        Operation::Encashment,
        Operation::Query,
        Operation::Picture,
        Operation::StatementFile,
    ];
    for operation in Operation::ALL {
        if by_hand.contains(&operation) {
            continue;
        }
        let handler = async move |state, peer, headers, body| {
            serve(operation, state, peer, headers, body).await
        };
        router = router.route(operation.path(), post(handler));
    }
    let heard = Arc::clone(&world.heard);
    router
        .layer(from_fn_with_state(heard, heard::note))
        .merge(admin::routes())
        .method_not_allowed_fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(world)
}

/// Every interface that is opened, played and answered the same way.
async fn serve(
    operation: Operation,
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let members = match world.gateway.open(&headers, &body) {
        Ok(members) => members,
        Err(stopped) => return refuse_at_gateway(&world, stopped),
    };
    let wish = {
        let register = world.register();
        Wish::read(operation, &members, &|huifu_id| register.kind_of(huifu_id))
    };
    let (data, reply) = match wish {
        Ok(Some(wish)) => {
            let played = onboard::play(&world, &wish);
            if let Some((apply_no, plan)) = played.review {
                review(&world, apply_no, plan, played.script.clone()).await;
            }
            (played.data, played.script.reply)
        }
        Ok(None) => match asked::answer(&world, operation, &members, &origin(&headers)) {
            Ok(answered) => answered,
            Err(bad) => return answer_bad_field(&world, &bad),
        },
        Err(bad) => return answer_bad_field(&world, &bad),
    };
    if world.log_requests {
        tracing::info!(?operation, resp_code = ?data.get("resp_code"), "served");
    }
    send(&world, &peer, &data, reply).await
}

async fn encash(
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = match world.gateway.open(&headers, &body) {
        Ok(members) => encashment::Request::read(&members),
        Err(stopped) => return refuse_at_gateway(&world, stopped),
    };
    let request = match request {
        Ok(request) => request,
        Err(bad) => return answer_bad_field(&world, &bad),
    };
    let played = encashment::play(&world, &request);
    if world.log_requests {
        let resp_code = played.data.get("resp_code");
        tracing::info!(
            req_seq_id = request.key.req_seq_id,
            ?resp_code,
            "encashment"
        );
    }
    let mut data = played.data;
    if played.executed {
        if played.script.says_success_at_once {
            data.insert("trans_stat", PaymentStatus::Succeeded.letter().to_owned());
        }
        call_back(&world, &request, played.script.clone()).await;
    }
    send(&world, &peer, &data, played.script.reply).await
}

/// The same for an application.
async fn review(world: &Arc<World>, apply_no: String, plan: ReviewPlan, script: Script) {
    let before_answer = script.callbacks_before_answer;
    let course = review_courier::play(Arc::clone(world), apply_no, plan, script);
    wait_if(before_answer, world.spawn(course)).await;
}

/// Waits for callbacks that must come before the answer.
async fn wait_if(before_answer: bool, task: JoinHandle<Option<()>>) {
    if before_answer && tokio::time::timeout(CALLBACKS_FIRST, task).await.is_err() {
        tracing::warn!("callbacks took too long; answering before they are done");
    }
}

/// Starts what comes after the answer, or waits for it where the script turns time around.
async fn call_back(world: &Arc<World>, request: &encashment::Request, script: Script) {
    let before_answer = script.callbacks_before_answer;
    let course = courier::play(Arc::clone(world), request.key.clone(), script);
    wait_if(before_answer, world.spawn(course)).await;
}

async fn ask(
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = match world.gateway.open(&headers, &body) {
        Ok(members) => query::Request::read(&members),
        Err(stopped) => return refuse_at_gateway(&world, stopped),
    };
    let request = match request {
        Ok(request) => request,
        Err(bad) => return answer_bad_field(&world, &bad),
    };
    let serial = request.org_req_seq_id.as_deref().unwrap_or_default();
    let script = Script::of(&world.faults().take(&Asked {
        huifu_id: &request.huifu_id,
        ..Asked::about(Operation::Query, serial)
    }));
    let data = query::answer_as_scripted(&world.book(), &request, &script);
    if world.log_requests {
        tracing::info!(req_seq_id = ?request.org_req_seq_id, ?data, "query");
    }
    send(&world, &peer, &data, script.reply).await
}

/// Under which scheme and name we were called; a proxy that speaks TLS for us says so.
fn origin(headers: &HeaderMap) -> String {
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = said(header::HOST).unwrap_or("127.0.0.1");
    let proxied = said(HeaderName::from_static("x-forwarded-proto"));
    let scheme = if proxied == Some("https") {
        "https"
    } else {
        "http"
    };
    format!("{scheme}://{host}")
}

pub(crate) fn refuse_at_gateway(world: &World, stopped: gateway::Stopped) -> Response {
    if world.log_requests {
        tracing::warn!(?stopped, "stopped at the gateway");
    }
    stopped.into_response()
}

pub(crate) fn answer_bad_field(world: &World, bad: &BadField) -> Response {
    if world.log_requests {
        tracing::warn!(%bad, "bad field");
    }
    let data = answer::data("10000000", &format!("无效参数[{bad}]"));
    answer::response(answer::body(&data, Reply::Proper, &world.signing_key))
}

/// Lets the answer leave as the script says.
pub(crate) async fn send(
    world: &World,
    peer: &Peer,
    data: &answer::Data,
    reply: Reply,
) -> Response {
    let body = answer::body(data, reply, &world.signing_key);
    send_body(world, peer, body, answer::response, reply).await
}

/// The same for any body.
pub(crate) async fn send_body(
    world: &World,
    peer: &Peer,
    body: String,
    response: impl FnOnce(String) -> Response,
    reply: Reply,
) -> Response {
    match reply {
        Reply::Proper | Reply::WrongSignature | Reply::Unsigned => response(body),
        Reply::CutInTheMiddle => {
            // The head is some 130 bytes long, so this is past the head and inside the body.
            peer.cut_after(130 + body.len() / 2);
            response(body)
        }
        Reply::CutWithoutAnswer => {
            peer.cut_after(0);
            gateway::bare_status(500)
        }
        Reply::BareStatus(status) => gateway::bare_status(status),
        Reply::Never => {
            // Until the caller hangs up, which drops this, or the sandbox stops.
            world.stopping.cancelled().await;
            peer.cut_after(0);
            gateway::bare_status(500)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ours_is_the_one_that_we_were_called_by() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "huifu.example".parse().unwrap());
        assert_eq!(origin(&headers), "http://huifu.example");
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert_eq!(origin(&headers), "https://huifu.example");
    }
}
