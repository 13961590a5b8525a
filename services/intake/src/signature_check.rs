//! `POST /v1/signature/check`: a partner that cannot get a signature right is told why.
//!
//! Only partners get here, for the call itself is signed. What is looked at is the partner's own:
//! its keys, its nonces, what it sent in; or our public keys, which everybody has.

use contract::partner::signature_check::{
    FindingAnswer, Kind, SignatureCheckAnswer, SignatureCheckRequest,
};
use contract::signing::diagnosis::{Finding, Mistake};
use store::nonces;

use crate::api::{Call, Endpoint};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct SignatureCheck;

impl Endpoint for SignatureCheck {
    const PATH: &'static str = "/v1/signature/check";
    /// A form or a body at its limit, a text of the same length, and what JSON adds to both.
    const LONGEST_BODY: usize = 64 * 1024;
    type Answer = SignatureCheckAnswer;

    async fn answer(call: Call<'_>) -> Result<SignatureCheckAnswer, Refusal> {
        call.front.rates.checks.take(call.partner_id())?;
        let request = SignatureCheckRequest::parse(call.body)?;
        let keys = match request.kind {
            Kind::Form | Kind::Api => &call.caller.keys,
            Kind::Return | Kind::Notice => &call.front.our_keys,
        };
        let mut answer = request.explain(keys, call.now);
        if let Some(nonce) = &request.nonce
            && nonces::is_used(&call.connection, call.partner_id(), nonce).await?
        {
            let used = Finding {
                field: Some("nonce".to_owned()),
                ..Mistake::NonceUsed.into()
            };
            answer.findings.push(FindingAnswer::from(&used));
        }
        Ok(answer)
    }
}
