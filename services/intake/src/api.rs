//! The JSON API for partners' servers: what is common to every endpoint.
//!
//! The order is the point. The body is read within the endpoint's bound, then the signature over
//! it is verified, then the partner's allowance of calls is asked, then a large one waits for room
//! among its partner's, then comes the clock, then whether the partner may ask at all, then its
//! nonce is used up; only then does the endpoint see the body. So nobody else can use up what a
//! partner may ask, and a call that came too early can be sent again as it was. Every answer to a
//! caller that we know is signed, problems too; a stranger is not worth a signature.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use contract::ids::PartnerId;
use contract::partner::ErrorCode;
use contract::signing::api::{Authorization, Signed};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use jiff::Timestamp;
use runtime::clock;
use schemars::JsonSchema;
use serde::Serialize;
use store::{Connection, nonces};

use crate::body;
use crate::caller::Caller;
use crate::front::Front;
use crate::openapi::{Components, Described};
use crate::refusal::Refusal;
use crate::withdraw::NONCE_KEPT;

/// Two hundred events, with room to spare; it is in memory already.
const LONGEST_ANSWER: usize = 512 * 1024;

/// The codes with which any call may be refused before its endpoint sees it, or when we fail.
pub(crate) const EVERY_CALL: &[ErrorCode] = &[
    ErrorCode::FieldMalformed,
    ErrorCode::TimestampOutOfRange,
    ErrorCode::PartnerUnknown,
    ErrorCode::KeyUnknown,
    ErrorCode::KeyRetired,
    ErrorCode::SignatureMissing,
    ErrorCode::SignatureMismatch,
    ErrorCode::PartnerSuspended,
    ErrorCode::MethodNotAllowed,
    ErrorCode::NonceRepeated,
    ErrorCode::RequestTooLarge,
    ErrorCode::RateLimited,
    ErrorCode::Internal,
    ErrorCode::Unavailable,
];

/// One path of the API.
pub(crate) trait Endpoint: Send + Sync + 'static {
    /// How it is called.
    const METHOD: MethodFilter = MethodFilter::POST;
    /// Where it is; also its name in the metrics.
    const PATH: &'static str;
    /// The longest body it reads, in bytes.
    const LONGEST_BODY: usize;
    /// The codes with which it refuses, beside those of [`EVERY_CALL`].
    const CODES: &'static [ErrorCode];
    /// What it answers, as JSON.
    type Answer: JsonSchema + Serialize + Send;

    /// What partners read of it in `/openapi.json`.
    fn described(components: &mut Components) -> Described;

    /// Answers a call whose signature held.
    fn answer(call: Call<'_>) -> impl Future<Output = Result<Self::Answer, Refusal>> + Send;
}

/// A call that is believed: the partner signed this body, a moment ago and for the first time.
pub(crate) struct Call<'a> {
    pub(crate) front: &'a Front,
    /// To be dropped before waiting for anything but the database.
    pub(crate) connection: Connection,
    pub(crate) caller: Caller,
    pub(crate) uri: &'a Uri,
    pub(crate) body: &'a [u8],
    pub(crate) now: Timestamp,
}

impl Call<'_> {
    /// Who calls.
    pub(crate) fn partner_id(&self) -> &PartnerId {
        &self.caller.partner.id
    }
}

/// Adds an endpoint to a router.
pub(crate) trait Serve {
    fn serve<E: Endpoint>(self) -> Self;
}

impl Serve for Router<Arc<Front>> {
    fn serve<E: Endpoint>(self) -> Self {
        self.route(E::PATH, on(E::METHOD, serve::<E>))
    }
}

async fn serve<E: Endpoint>(
    State(front): State<Arc<Front>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let asking = Asking {
        front: &front,
        method: method.as_str(),
        uri: &uri,
        now: clock::now(),
    };
    let (answered, asked) = asking.answer::<E>(&headers, body).await;
    let refused = answered.as_ref().err().map(Refusal::code);
    debug_assert!(
        refused.is_none_or(|code| EVERY_CALL.contains(&code) || E::CODES.contains(&code)),
        "{} is answered {refused:?}, which is not among its codes",
        E::PATH
    );
    let code = refused.map_or("ok", ErrorCode::as_str);
    metrics::counter!("tixian_api_calls_total", "path" => E::PATH, "code" => code).increment(1);
    let response = answered.unwrap_or_else(|refusal| refusal.problem());
    match asked {
        Some(asked) => asking.sign(response, &asked).await,
        None => response,
    }
}

/// A call that nobody believes yet.
struct Asking<'a> {
    front: &'a Front,
    method: &'a str,
    uri: &'a Uri,
    now: Timestamp,
}

impl Asking<'_> {
    /// The answer, and whom to sign it for: only a caller whose own signature held.
    async fn answer<E: Endpoint>(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> (Result<Response, Refusal>, Option<Authorization>) {
        let read = async {
            let asked = authorization(headers)?;
            let is_large = body::is_large(E::LONGEST_BODY);
            if is_large {
                // Megabytes are not even read for somebody who is no partner.
                let connection = self.front.store.connection().await?;
                Caller::find(&connection, &asked.partner_id, self.now).await?;
            }
            let body = read::<E>(body).await?;
            let mut connection = self.front.store.connection().await?;
            let caller = self.believe(&connection, &asked, &body).await?;
            // The refusal of somebody who is known by now is signed like every answer to them.
            let allowed = self.front.rates.calls.take(&asked.partner_id);
            let mut room = None;
            if is_large && allowed.is_ok() {
                // Others need the connection while this one waits.
                drop::<Connection>(connection);
                room = self.front.large_bodies.room(&asked.partner_id).await;
                connection = self.front.store.connection().await?;
            }
            // The room is held until the answer is made: what is made of the body lives as long.
            Ok((asked, allowed, room, body, connection, caller))
        };
        match read.await {
            Ok((asked, allowed, _room, body, connection, caller)) => {
                let taken = match allowed {
                    Ok(()) => self.take::<E>(connection, caller, &asked, &body).await,
                    Err(too_often) => Err(too_often),
                };
                (taken.map(|answer| json(&answer)), Some(asked))
            }
            Err(refusal) => (Err(refusal), None),
        }
    }

    async fn believe(
        &self,
        connection: &Connection,
        asked: &Authorization,
        body: &[u8],
    ) -> Result<Caller, Refusal> {
        let caller = Caller::find(connection, &asked.partner_id, self.now).await?;
        asked.verify(self.signed(body), &caller.keys, self.now)?;
        Ok(caller)
    }

    async fn take<E: Endpoint>(
        &self,
        mut connection: Connection,
        caller: Caller,
        asked: &Authorization,
        body: &Bytes,
    ) -> Result<E::Answer, Refusal> {
        if !asked.timestamp.is_near(self.now) {
            return Err(Refusal::from(ErrorCode::TimestampOutOfRange).at("timestamp"));
        }
        caller.must_be_active()?;
        let tx = connection.begin("intake: use nonce").await?;
        let kept_until = self.now + NONCE_KEPT;
        let partner = &asked.partner_id;
        if !nonces::use_once(&tx, self.now, partner, &asked.nonce, kept_until).await? {
            return Err(Refusal::from(ErrorCode::NonceRepeated).at("nonce"));
        }
        tx.commit().await?;
        E::answer(Call {
            front: self.front,
            connection,
            caller,
            uri: self.uri,
            body,
            now: self.now,
        })
        .await
    }

    fn signed<'a>(&'a self, body: &'a [u8]) -> Signed<'a> {
        let path = self.uri.path_and_query();
        Signed {
            method: self.method,
            path_and_query: path.map_or("/", |path| path.as_str()),
            body,
        }
    }

    async fn sign(&self, response: Response, asked: &Authorization) -> Response {
        let (mut parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, LONGEST_ANSWER).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let header = self
            .front
            .signer
            .authorization(self.signed(&body), asked, self.now);
        if let Ok(header) = HeaderValue::try_from(header) {
            parts.headers.insert(AUTHORIZATION, header);
        }
        Response::from_parts(parts, Body::from(body))
    }
}

fn authorization(headers: &HeaderMap) -> Result<Authorization, Refusal> {
    let header = headers
        .get(AUTHORIZATION)
        .ok_or(ErrorCode::SignatureMissing)?;
    let asked = header.to_str().ok().and_then(|text| text.parse().ok());
    asked.ok_or_else(|| Refusal::from(ErrorCode::FieldMalformed).at("authorization"))
}

async fn read<E: Endpoint>(body: Body) -> Result<Bytes, Refusal> {
    let longest = E::LONGEST_BODY;
    body::read(body, longest).await.map_err(|refusal| {
        let (zh, en) = (
            format!("最多 {longest} 字节"),
            format!("has at most {longest} bytes"),
        );
        refusal.at_rule("body", zh, en)
    })
}

fn json(answer: &impl Serialize) -> Response {
    let json = serde_json::to_vec(answer)
        .expect("an answer is texts, numbers and lists, which always print as JSON");
    let kind = HeaderValue::from_static("application/json");
    (StatusCode::OK, [(CONTENT_TYPE, kind)], json).into_response()
}
