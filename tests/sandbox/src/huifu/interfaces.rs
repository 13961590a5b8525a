//! Huifu's interfaces over HTTP: which path does what, and how each answer leaves.

use crate::connection::Peer;
use crate::huifu::fault::{Asked, Operation};
use crate::huifu::fields::BadField;
use crate::huifu::payment::PaymentStatus;
use crate::huifu::script::{Reply, Script};
use crate::huifu::world::World;
use crate::huifu::{admin, answer, courier, encashment, gateway, query};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use std::time::Duration;

/// Huifu's body limit (huifu-api.md §1).
const BODY_MAX: usize = 10 * 1024 * 1024;

/// How long a synchronous answer waits for callbacks that must come before it. Shorter than any
/// client's time-out that is worth testing with.
const CALLBACKS_FIRST: Duration = Duration::from_secs(8);

pub(crate) fn router(world: Arc<World>) -> Router {
    // Two spellings of one path: the second is still in the tables of every client.
    Router::new()
        .route("/v2/trade/settlement/encashment", post(encash))
        .route("/v2/trade/settlement/enchashment", post(encash))
        .route("/v2/trade/settlement/query", post(ask))
        .merge(admin::routes())
        .method_not_allowed_fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(world)
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

/// Starts what comes after the answer, or waits for it where the script turns time around.
async fn call_back(world: &Arc<World>, request: &encashment::Request, script: Script) {
    let before_answer = script.callbacks_before_answer;
    let task = world.spawn(courier::play(
        Arc::clone(world),
        request.key.clone(),
        script,
    ));
    if before_answer && tokio::time::timeout(CALLBACKS_FIRST, task).await.is_err() {
        tracing::warn!("callbacks took too long; answering before they are done");
    }
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
    let script = Script::of(&world.faults().take(&Asked {
        operation: Operation::Query,
        huifu_id: &request.huifu_id,
        req_seq_id: request.org_req_seq_id.as_deref().unwrap_or_default(),
        cash_amt: None,
    }));
    let data = query::answer_as_scripted(&world.book(), &request, &script);
    if world.log_requests {
        tracing::info!(req_seq_id = ?request.org_req_seq_id, ?data, "query");
    }
    send(&world, &peer, &data, script.reply).await
}

fn refuse_at_gateway(world: &World, stopped: gateway::Stopped) -> Response {
    if world.log_requests {
        tracing::warn!(?stopped, "stopped at the gateway");
    }
    stopped.into_response()
}

fn answer_bad_field(world: &World, bad: &BadField) -> Response {
    if world.log_requests {
        tracing::warn!(%bad, "bad field");
    }
    let data = answer::data("10000000", &format!("无效参数[{bad}]"));
    answer::response(answer::body(&data, Reply::Proper, &world.signing_key))
}

/// Lets the answer leave as the script says.
async fn send(world: &World, peer: &Peer, data: &answer::Data, reply: Reply) -> Response {
    match reply {
        Reply::Proper | Reply::WrongSignature | Reply::Unsigned => {
            answer::response(answer::body(data, reply, &world.signing_key))
        }
        Reply::CutInTheMiddle => {
            let body = answer::body(data, reply, &world.signing_key);
            // The head is some 130 bytes long, so this is past the head and inside the body.
            peer.cut_after(130 + body.len() / 2);
            answer::response(body)
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
