//! `POST /v1/withdrawals/query`: a partner's server asks where a withdrawal stands.
//!
//! A partner sees its own withdrawals and learns nothing about the others, not even that they
//! exist. Every answer to a caller that we know is signed, errors too.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use contract::partner::query::{QueryAnswer, QueryRequest};
use contract::partner::time::WireTime;
use contract::partner::{ErrorCode, ReasonCode};
use contract::signing::api::{Authorization, Signed};
use contract::withdrawal::Withdrawal;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use jiff::Timestamp;
use runtime::clock;
use store::{Connection, nonces, withdrawals};

use crate::caller::Caller;
use crate::front::Front;
use crate::refusal::Refusal;
use crate::withdraw::NONCE_KEPT;

/// A query is one short name.
const LONGEST_BODY: usize = 1024;

/// Answers with JSON, or with a problem.
pub(crate) async fn query(
    State(front): State<Arc<Front>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let call = Call {
        front: &front,
        method: method.as_str(),
        path,
        now: clock::now(),
    };
    let (answered, asked) = match call.read(&headers, body).await {
        Ok((asked, body)) => call.take(asked, &body).await,
        Err(refusal) => (Err(refusal), None),
    };
    let code = answered
        .as_ref()
        .err()
        .map_or("ok", |refusal| refusal.code().as_str());
    metrics::counter!("intake_queries_total", "code" => code).increment(1);
    let response = answered.unwrap_or_else(|refusal| refusal.problem());
    match asked {
        Some(asked) => call.sign(response, &asked).await,
        None => response,
    }
}

struct Call<'a> {
    front: &'a Front,
    method: &'a str,
    path: &'a str,
    now: Timestamp,
}

impl Call<'_> {
    async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(Authorization, Vec<u8>), Refusal> {
        let header = headers
            .get(AUTHORIZATION)
            .ok_or(ErrorCode::SignatureMissing)?;
        let asked = header.to_str().ok().and_then(|text| text.parse().ok());
        let malformed = || Refusal::from(ErrorCode::FieldMalformed).at("authorization");
        let body = to_bytes(body, LONGEST_BODY).await;
        let body = body.map_err(|_| ErrorCode::RequestTooLarge)?;
        Ok((asked.ok_or_else(malformed)?, body.to_vec()))
    }

    /// The answer, and whom to sign it for: only a caller whose own signature held.
    async fn take(
        &self,
        asked: Authorization,
        body: &[u8],
    ) -> (Result<Response, Refusal>, Option<Authorization>) {
        let mut connection = match self.front.store.connection().await {
            Ok(connection) => connection,
            Err(error) => return (Err(error.into()), None),
        };
        match self.believe(&connection, &asked, body).await {
            Ok(caller) => {
                let answer = self.answer(&mut connection, &caller, &asked, body).await;
                (answer, Some(asked))
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

    async fn answer(
        &self,
        connection: &mut Connection,
        caller: &Caller,
        asked: &Authorization,
        body: &[u8],
    ) -> Result<Response, Refusal> {
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
        let query: QueryRequest =
            serde_json::from_slice(body).map_err(|_| ErrorCode::RequestMalformed)?;
        let found = match &query {
            QueryRequest::OrderId(id) => withdrawals::find(connection, id).await?,
            QueryRequest::OutOrderNo(number) => {
                withdrawals::find_by_out_order_no(connection, partner, number).await?
            }
        };
        let own = found.filter(|found| found.request.partner_id == *partner);
        let found = own.ok_or(ErrorCode::OrderUnknown)?;
        let json = serde_json::to_vec(&told(found))
            .expect("an answer is texts and numbers, which always print as JSON");
        let kind = HeaderValue::from_static("application/json");
        Ok((StatusCode::OK, [(CONTENT_TYPE, kind)], json).into_response())
    }

    fn signed<'a>(&'a self, body: &'a [u8]) -> Signed<'a> {
        Signed {
            method: self.method,
            path_and_query: self.path,
            body,
        }
    }

    async fn sign(&self, response: Response, asked: &Authorization) -> Response {
        let (mut parts, body) = response.into_parts();
        // Our own answers are a few hundred bytes, held in memory already.
        let Ok(body) = to_bytes(body, usize::MAX).await else {
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

fn told(withdrawal: Withdrawal) -> QueryAnswer {
    let request = withdrawal.request;
    let confirmed = withdrawal.confirmed.as_ref();
    let reason = withdrawal
        .reason_code
        .as_deref()
        .and_then(ReasonCode::from_code);
    QueryAnswer {
        order_id: request.id,
        out_order_no: request.out_order_no,
        third_party_user_id: request.third_party_user_id,
        htouhui_user_id: request.htouhui_user_id,
        state: withdrawal.state,
        money: request.amount,
        fee: confirmed.map(|confirmed| confirmed.fee),
        arrival_money: confirmed.map(|confirmed| confirmed.arrival),
        cash_type: confirmed.map(|confirmed| confirmed.cash_type),
        accepted_at: confirmed.map(|confirmed| WireTime::new(confirmed.accepted_at)),
        finished_at: withdrawal.terminal_at.map(WireTime::new),
        reason_code: reason,
        reason: reason.map(|reason| reason.zh().to_owned()),
    }
}
