//! Starts a Huifu sandbox, and the handle a test holds it by.

use crate::connection::{CuttableListener, Peer};
use crate::fen::Fen;
use crate::huifu::admin;
use crate::huifu::callback::Message;
use crate::huifu::config::HuifuConfig;
use crate::huifu::fault::{Fault, FaultRule, Selector};
use crate::huifu::fee::FeeRule;
use crate::huifu::interfaces::router;
use crate::huifu::operation::Operation;
use crate::huifu::snapshot::BookSnapshot;
use crate::huifu::world::World;
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

mod onboarding;
mod statement;

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
    pub(crate) world: Arc<World>,
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
        self.world.snapshot()
    }

    /// By which names headers came with the requests to its interfaces, in small letters.
    #[must_use]
    pub fn header_names(&self) -> BTreeSet<String> {
        self.world.heard.names()
    }

    /// How often an interface was asked that changes nothing, the withdrawal query aside.
    #[must_use]
    pub fn questions(&self, operation: Operation) -> u64 {
        self.world.questions(operation)
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
        self.world.set_balance(huifu_id, None, None, balance, None);
    }

    /// Sets what is in one of a member's accounts, and how much of it was there when yesterday
    /// ended (absent: all of it). `acct_type` is 01 for the basic account, 02 for the cash account.
    pub fn set_balances(
        &self,
        huifu_id: &str,
        acct_type: &str,
        balance: Fen,
        yesterday: Option<Fen>,
    ) {
        self.world
            .set_balance(huifu_id, None, Some(acct_type), balance, yesterday);
    }

    /// Sets this Huifu's clock ahead of the real one, by so much in all.
    pub fn set_clock_ahead(&self, ahead: Duration) {
        let seconds = i64::try_from(ahead.as_secs()).unwrap_or(i64::MAX);
        self.world.set_ahead(seconds);
    }

    /// Binds a card to a member.
    pub fn bind_card(&self, huifu_id: &str, token_no: &str) {
        let mut register = self.world.register();
        register.member_by_hand(huifu_id).bind_by_hand(token_no);
    }

    /// Gives a member a fee rule.
    pub fn set_fee(&self, huifu_id: &str, rule: FeeRule) {
        let mut register = self.world.register();
        register.member_by_hand(huifu_id).flat_fee = Some(rule);
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
