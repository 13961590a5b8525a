//! The HTTP server of the Huifu sandbox, and the handle a test holds it by.

use crate::connection::{CuttableListener, Peer};
use crate::fen::Fen;
use crate::huifu::callback::Message;
use crate::huifu::config::HuifuConfig;
use crate::huifu::fault::{Asked, Fault, FaultRule, Operation, Selector};
use crate::huifu::fields::BadField;
use crate::huifu::payment::PaymentStatus;
use crate::huifu::script::{Reply, Script};
use crate::huifu::snapshot::BookSnapshot;
use crate::huifu::world::World;
use crate::huifu::{admin, answer, courier, encashment, gateway, query};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Huifu's body limit (huifu-api.md §1).
const BODY_MAX: usize = 10 * 1024 * 1024;

/// How long a synchronous answer waits for callbacks that must come before it. Shorter than any
/// client's time-out that is worth testing with.
const CALLBACKS_FIRST: Duration = Duration::from_secs(8);

/// The sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be listened on.
    #[error("could not listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The HTTP client could not be made.
    #[error("could not make an HTTP client")]
    Client(#[from] reqwest::Error),
}

/// Starts Huifu sandboxes.
#[derive(Debug)]
pub struct HuifuSandbox;

impl HuifuSandbox {
    /// Listens and serves in the background until the handle is shut down or dropped.
    pub async fn start(config: HuifuConfig) -> Result<HuifuHandle, StartError> {
        let listen = config.listen;
        let failed = |error| StartError::Listen(listen, error);
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let world = Arc::new(World::new(config)?);
        let service = router(Arc::clone(&world)).into_make_service_with_connect_info::<Peer>();
        let stopping = world.stopping.clone();
        let server = tokio::spawn(async move {
            let served = axum::serve(CuttableListener(listener), service)
                .with_graceful_shutdown(stopping.cancelled_owned())
                .await;
            if let Err(error) = served {
                tracing::warn!(%error, "the Huifu sandbox stopped serving");
            }
        });
        Ok(HuifuHandle {
            base_url: format!("http://{address}"),
            address,
            world,
            server,
        })
    }
}

/// A running Huifu sandbox. Dropping it stops it.
pub struct HuifuHandle {
    /// `http://127.0.0.1:port`, without a slash at the end.
    pub base_url: String,
    address: SocketAddr,
    world: Arc<World>,
    server: JoinHandle<()>,
}

impl HuifuHandle {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The whole book as it is now.
    #[must_use]
    pub fn book(&self) -> BookSnapshot {
        self.world.book().snapshot()
    }

    /// Faults for the next `times` requests that fit, or for ever.
    pub fn set_fault(&self, selector: Selector, faults: &[Fault], times: Option<u32>) {
        self.world.faults().add(FaultRule {
            selector,
            faults: faults.to_vec(),
            times,
        });
    }

    /// Faults for the next `times` withdrawals, whoever makes them.
    pub fn fail_next(&self, times: u32, fault: Fault) {
        self.set_fault(Selector::any(), &[fault], Some(times));
    }

    /// Forgets every rule that was set; magic amounts stay as configured.
    pub fn clear_faults(&self) {
        self.world.faults().clear();
    }

    /// Opens an account of a member, or sets the balance of an open one.
    pub fn open_account(&self, huifu_id: &str, balance: Fen) {
        self.world.book().set_balance(huifu_id, None, balance);
    }

    /// Binds a card to a member.
    pub fn bind_card(&self, huifu_id: &str, token_no: &str) {
        self.world
            .book()
            .member_mut(huifu_id)
            .cards
            .insert(token_no.to_owned());
    }

    /// Gives a member a fee rule.
    pub fn set_fee(&self, huifu_id: &str, rule: crate::huifu::FeeRule) {
        self.world.book().member_mut(huifu_id).fee = rule;
    }

    /// Puts the newest payment with this serial on the card and sends 01. False: it had ended, or
    /// is unknown.
    pub async fn settle(&self, req_seq_id: &str) -> bool {
        admin::finish(&self.world, req_seq_id, Message::FinalSuccess).await
    }

    /// Fails it, books the money back and sends 01. False: it had ended, or is unknown.
    pub async fn fail(&self, req_seq_id: &str) -> bool {
        admin::finish(&self.world, req_seq_id, Message::FinalFailure).await
    }

    /// The bank sends it back: only a query tells, with re_exchange Y. False: it was not paid, or
    /// had come back before.
    #[must_use]
    pub fn bank_return(&self, req_seq_id: &str) -> bool {
        admin::bank_return(&self.world, req_seq_id)
    }

    /// Sends 02 and, if it has ended, 01 again, truthfully. False: unknown serial.
    pub async fn resend_callbacks(&self, req_seq_id: &str) -> bool {
        admin::resend(&self.world, req_seq_id).await
    }

    /// Stops answering, drops what is due, and waits until nothing runs any more.
    pub async fn shutdown(mut self) {
        self.world.stopping.cancel();
        self.world.stopped().await;
        // A connection in the middle of a request is waited for; its handler saw the same token.
        crate::stop::ended(&mut self.server).await;
    }
}

impl Drop for HuifuHandle {
    fn drop(&mut self) {
        self.world.stopping.cancel();
    }
}

impl std::fmt::Debug for HuifuHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HuifuHandle")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

fn router(world: Arc<World>) -> Router {
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
    axum::response::IntoResponse::into_response(stopped)
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
