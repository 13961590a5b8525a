//! Asks Huifu for a user's balance, because somebody is about to look at it.
//!
//! What a newcomer would get wrong: nothing here is a duty. A balance that nobody got is an older
//! one on a page, which says its age; so every message is settled, whatever came of it, and a wish
//! that waited too long is settled without asking. Questions go in a narrow lane of their own and
//! give up early: a busy page never slows a withdrawal.

mod read;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use contract::balance::Balance;
use contract::huifu::ReqDate;
use contract::huifu::operations::{BalanceAnswer, BalanceQuery, DmQuotaAnswer, DmQuotaQuery};
use contract::ids::{HtouhuiUserId, HuifuId};
use contract::message::{BalanceWanted, Envelope};
use contract::money::Fen;
use jiff::SignedDuration;
use runtime::amqp::{Handler, HandlerError};
use runtime::{clock, ids};
use store::balances::{self, Known};
use store::{Store, StoreError, outbox};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::huifu::{Lane, Room};
use crate::settings::BalanceSettings;

/// Whoever wished it has long looked at something else.
const STALE: SignedDuration = SignedDuration::from_secs(30);

/// The handler of `balance.wanted.v1`.
#[derive(Clone)]
pub struct AskBalance {
    store: Store,
    lane: Lane,
    settings: BalanceSettings,
    /// About whom a question is under way.
    asking: Arc<Mutex<HashSet<HtouhuiUserId>>>,
    stopping: CancellationToken,
}

/// What came of a wish.
enum Asked {
    /// Huifu said it.
    Known(Known),
    /// There was no need to ask, or there is no answer.
    Nothing(&'static str),
}

/// The right to ask about a user; given back when dropped.
struct Turn<'a> {
    asking: &'a Mutex<HashSet<HtouhuiUserId>>,
    user: HtouhuiUserId,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        asking.remove(&self.user);
    }
}

impl AskBalance {
    /// Asks nothing yet.
    pub fn new(
        store: Store,
        lane: Lane,
        settings: BalanceSettings,
        stopping: CancellationToken,
    ) -> Self {
        Self {
            store,
            lane,
            settings,
            asking: Arc::default(),
            stopping,
        }
    }

    /// `None`: somebody is asking about this user at this moment.
    fn turn(&self, user: &HtouhuiUserId) -> Option<Turn<'_>> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let first = asking.insert(user.clone());
        first.then(|| Turn {
            asking: &self.asking,
            user: user.clone(),
        })
    }

    async fn ask(&self, wish: &Envelope<BalanceWanted>) -> Result<Asked, StoreError> {
        let user = &wish.body.htouhui_user_id;
        if clock::now().duration_since(wish.at) > STALE {
            return Ok(Asked::Nothing("stale"));
        }
        let Some(_turn) = self.turn(user) else {
            return Ok(Asked::Nothing("already_asking"));
        };
        let connection = self.store.connection().await?;
        let Some(to_ask) = balances::to_ask(&connection, user).await? else {
            return Ok(Asked::Nothing("no_such_user"));
        };
        drop(connection);
        if to_ask.asked_at.is_some_and(|asked_at| asked_at >= wish.at) {
            return Ok(Asked::Nothing("fresh"));
        }
        // The wait for room counts: what comes too late for the page need not be asked at all.
        let deadline = Instant::now() + self.settings.timeout;
        let room = timeout_at(deadline, self.lane.room(&self.stopping)).await;
        let Ok(Some(room)) = room else {
            return Ok(Asked::Nothing("no_room"));
        };
        let asked_at = clock::now();
        let (available, yesterday) = match self.account(&room, deadline, &to_ask.huifu_id).await {
            Ok(account) => account,
            Err(why) => return Ok(Asked::Nothing(why)),
        };
        let dm_quota = if to_ask.takes_dm {
            self.dm_quota(&room, deadline, &to_ask.huifu_id).await
        } else {
            None
        };
        let balance = Balance {
            available,
            yesterday,
            dm_quota,
        };
        Ok(Asked::Known(Known { balance, asked_at }))
    }

    async fn account(
        &self,
        room: &Room,
        deadline: Instant,
        huifu_id: &HuifuId,
    ) -> Result<(Fen, Fen), &'static str> {
        let (serial, day) = (ids::new_req_seq_id(), ReqDate::at(clock::now()));
        let query = BalanceQuery::new(serial.clone(), day, huifu_id);
        let query = query.map_err(|_| "limit")?;
        let asking = self
            .lane
            .huifu()
            .call_aside(room, BalanceQuery::PATH, &query);
        let answer: BalanceAnswer = match timeout_at(deadline, asking).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(error.as_str()),
            Err(_) => return Err("timeout"),
        };
        read::basic_account(&answer, &serial, huifu_id)
    }

    /// `None` when Huifu does not say it, in time and under the name we know.
    async fn dm_quota(&self, room: &Room, deadline: Instant, huifu_id: &HuifuId) -> Option<Fen> {
        let query = DmQuotaQuery::new(huifu_id, None).ok()?;
        let asking = self
            .lane
            .huifu()
            .call_aside(room, DmQuotaQuery::PATH, &query);
        let answer: DmQuotaAnswer = timeout_at(deadline, asking).await.ok()?.ok()?;
        let quota = read::dm_quota(&answer, &self.settings.dm_quota_field);
        if quota.is_none() {
            // Names are no secrets, and one of them may be the one that HUIFU_DM_QUOTA_FIELD needs.
            let names: Vec<&str> = answer.names().collect();
            let resp_code = answer.resp_code();
            tracing::warn!(resp_code, ?names, "no DM quota in Huifu's answer");
        }
        quota
    }

    /// Keeps what Huifu said, if anything, and lets the wish go.
    async fn settle(
        &self,
        wish: &Envelope<BalanceWanted>,
        known: Option<&Known>,
    ) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: record balance").await?;
        if let Some(known) = known {
            let user = &wish.body.htouhui_user_id;
            balances::record(&tx, clock::now(), user, known).await?;
        }
        outbox::settle(&tx, wish.message_id).await?;
        tx.commit().await
    }

    async fn carry_out(&self, wish: &Envelope<BalanceWanted>) -> Result<&'static str, StoreError> {
        match self.ask(wish).await? {
            Asked::Known(known) => {
                self.settle(wish, Some(&known)).await?;
                Ok("known")
            }
            Asked::Nothing(why) => {
                self.settle(wish, None).await?;
                Ok(why)
            }
        }
    }
}

impl Handler for AskBalance {
    type Message = BalanceWanted;

    async fn handle(&self, wish: Envelope<BalanceWanted>) -> Result<(), HandlerError> {
        let htouhui_user_id = wish.body.htouhui_user_id.as_str();
        match self.carry_out(&wish).await {
            Ok(outcome) => {
                metrics::counter!("tixian_balance_questions_total", "outcome" => outcome)
                    .increment(1);
                tracing::debug!(htouhui_user_id, outcome, "asked for a balance");
                Ok(())
            }
            // Acknowledged and not settled: the outbox brings it again when the database is back,
            // and then it is too old to be asked. Put back into the queue it would go round until
            // the broker made a dead letter of it.
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(htouhui_user_id, error, "a wish for a balance is left");
                Ok(())
            }
        }
    }
}
