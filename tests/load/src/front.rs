//! Stands in for intake where the page and the password are not to be measured.
//!
//! It verifies the partner's form, writes draft, confirmation and outbox row in one transaction
//! with the statements intake uses, and answers with the signed 303: the same leg, the same two
//! signatures, no page, no argon2. Its relay is the one that every service has. It is a service of
//! its own because the rate of everything behind the confirmation would otherwise never be seen:
//! one argon2id costs more than all the rest of a withdrawal together.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::ids::{HtouhuiUserId, KeyId, OutOrderNo, PartnerId};
use contract::message::{Envelope, WithdrawalAccepted};
use contract::partner::answer::{Answer, AnswerCode, query_pairs};
use contract::partner::page_call::PageCall;
use contract::partner::seal::Seal;
use contract::partner::time::WireTime;
use contract::partner::url::LoopbackHttp;
use contract::signing::keys::{KeySet, PrivateKey, RegisteredKey};
use contract::withdrawal::{CashType, Confirmation, NewWithdrawal, Transition};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use runtime::service::{Running, Service, start_in_process};
use runtime::settings::{Env, Settings};
use runtime::{clock, ids};
use serde::Deserialize;
use stand::system::{OUR_KEY_ID, Plan};
use store::progress::{NewIds, Step, advance};
use store::withdrawals::{self, Change};
use store::{Store, outbox};

use crate::register::{KEY_ID, Partner, User, fee_rule};

/// Nothing of its own.
struct NoSettings;

impl Settings for NoSettings {
    fn read(_env: &mut Env) -> Option<Self> {
        Some(Self)
    }
}

struct Front {
    store: Store,
    key: PrivateKey,
    key_id: KeyId,
    partners: BTreeMap<PartnerId, KeySet>,
    /// Each user's card.
    cards: BTreeMap<HtouhuiUserId, i64>,
}

/// Starts it on a free port of its own.
pub(crate) async fn start(plan: &Plan, partners: &[Partner], users: &[User]) -> Result<Running> {
    let env = Env::new([
        ("DATABASE_URL", plan.database_url.as_str()),
        ("AMQP_URL", plan.amqp_url.as_str()),
        ("ADMIN_LISTEN", "127.0.0.1:0"),
        ("LOG_FORMAT", "json"),
        ("LOG_LEVEL", "error"),
    ]);
    let key: PrivateKey = plan.ours.private_pkcs8_pem.parse()?;
    let partners = partners.iter().map(keys_of).collect::<Result<_>>()?;
    let users: Vec<HtouhuiUserId> = users.iter().map(|user| user.id.clone()).collect();
    start_in_process("load-front", env, move |service: Service<NoSettings>| {
        let store = service.store.clone();
        async move {
            let front = Front {
                cards: cards(&store, users).await?,
                store,
                key,
                key_id: OUR_KEY_ID.parse()?,
                partners,
            };
            let router = Router::new()
                .route("/withdraw", post(withdraw))
                .route("/.well-known/jwks.json", get(jwks))
                .with_state(Arc::new(front));
            service.http(([127, 0, 0, 1], 0).into(), router).await?;
            service.relay();
            Ok(())
        }
    })
    .await
}

fn keys_of(partner: &Partner) -> Result<(PartnerId, KeySet)> {
    let key = RegisteredKey {
        key_id: KEY_ID.parse()?,
        key: partner.key.public_spki_pem.parse()?,
        not_before: Timestamp::UNIX_EPOCH,
        retired_at: None,
    };
    Ok((partner.id.clone(), KeySet::new(vec![key])?))
}

async fn cards(store: &Store, users: Vec<HtouhuiUserId>) -> Result<BTreeMap<HtouhuiUserId, i64>> {
    let connection = store.connection().await?;
    let mut cards = BTreeMap::new();
    for user in users {
        let found = store::users::cards::of(&connection, &user).await?;
        let card = found.first().context("every user was given a card")?;
        cards.insert(user, card.id);
    }
    Ok(cards)
}

async fn jwks(State(front): State<Arc<Front>>) -> Json<serde_json::Value> {
    let key = front.key.public().to_jwk(front.key_id.as_str());
    Json(serde_json::json!({ "keys": [key] }))
}

#[derive(Deserialize)]
struct Number {
    /// Beside the form, so that one signed form serves for many withdrawals.
    out_order_no: OutOrderNo,
}

async fn withdraw(
    State(front): State<Arc<Front>>,
    Query(number): Query<Number>,
    body: String,
) -> Response {
    match front.accept(&body, number.out_order_no).await {
        Ok(location) => Redirect::to(&location).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}")).into_response(),
    }
}

impl Front {
    async fn accept(&self, body: &str, out_order_no: OutOrderNo) -> Result<String> {
        let now = clock::now();
        let call = PageCall::parse(&query_pairs(body), LoopbackHttp::Allowed)
            .map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
        let keys = self.partners.get(&call.partner_id);
        call.verify(keys.context("an unknown partner")?, now)?;
        let new = draft(&call, out_order_no, now)?;
        self.write(now, &new).await?;
        let answer = Answer {
            code: AnswerCode::Accepted,
            htouhui_user_id: new.htouhui_user_id,
            third_party_user_id: new.third_party_user_id,
            money: new.amount,
            order_id: new.id,
        };
        let nonce = u128::from_be_bytes(ids::random_bytes());
        let seal = Seal {
            partner_id: new.partner_id,
            key_id: self.key_id.clone(),
            timestamp: WireTime::new(now),
            nonce: format!("{nonce:032x}"),
        };
        Ok(answer.url(&call.return_url, &seal, &self.key).into())
    }

    async fn write(&self, now: Timestamp, new: &NewWithdrawal) -> Result<()> {
        let quote = fee_rule().quote(new.amount)?;
        let card = self.cards.get(&new.htouhui_user_id);
        let confirmation = Confirmation {
            cash_type: CashType::T1,
            fee: quote.fee,
            arrival: quote.arrival,
            card_id: *card.context("an unknown user")?,
            accepted_at: now,
        };
        let step = Step {
            withdrawal: &new.id,
            transition: Transition::Confirm,
            change: Change {
                confirmation: Some(&confirmation),
                ..Change::default()
            },
            detail: &serde_json::json!({}),
            ids: NewIds {
                notice: ids::new_notice_id(),
                message: ids::new_message_id(),
            },
            causation_id: None,
        };
        let message = Envelope {
            message_id: ids::new_message_id(),
            at: now,
            causation_id: None,
            traceparent: None,
            body: WithdrawalAccepted {
                withdrawal_id: new.id.clone(),
            },
        };
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("load-front: accept").await?;
        withdrawals::insert_draft(&tx, now, new).await?;
        advance(&tx, now, &step).await?;
        outbox::enqueue(&tx, &message, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn draft(call: &PageCall, out_order_no: OutOrderNo, now: Timestamp) -> Result<NewWithdrawal> {
    Ok(NewWithdrawal {
        id: ids::new_withdrawal_id(),
        partner_id: call.partner_id.clone(),
        third_party_user_id: call.third_party_user_id.clone(),
        htouhui_user_id: call.htouhui_user_id.clone(),
        amount: call.money,
        out_order_no: Some(out_order_no),
        return_url: call.return_url.to_string(),
        notify_url: call.notify_url.to_string(),
        from_url: call.from_url.to_string(),
        cash_type: call.cash_type,
        language: call.language.unwrap_or_default(),
        expires_at: now.checked_add(SignedDuration::from_mins(30))?,
    })
}
