//! Partners as seen from partner-notifier: an address that answers at once, or never.
//!
//! No signature is verified here: twenty-four partners that verify would take from the two cores
//! what is to be measured. That notices are signed well is proved elsewhere.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use tokio::net::TcpListener;

/// Partners that listen, each on a port of its own. They end with the program.
pub(crate) struct Shops {
    addresses: Vec<SocketAddr>,
    shut: Vec<Arc<AtomicBool>>,
}

impl Shops {
    /// Opens `count` of them; all answer.
    pub(crate) async fn open(count: usize) -> Result<Self> {
        let mut shops = Self {
            addresses: Vec::with_capacity(count),
            shut: Vec::with_capacity(count),
        };
        for _ in 0..count {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            shops.addresses.push(listener.local_addr()?);
            let shut = Arc::new(AtomicBool::new(false));
            let router = Router::new().route("/notify", post(take));
            let router = router.with_state(Arc::clone(&shut));
            shops.shut.push(shut);
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        Ok(shops)
    }

    /// From now on this one takes the connection and the notice, and says nothing.
    pub(crate) fn hang(&self, shop: usize) {
        self.shut[shop].store(true, Ordering::Relaxed);
    }

    /// Where this one takes notices.
    pub(crate) fn url(&self, shop: usize) -> String {
        format!("http://{}/notify", self.addresses[shop])
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.addresses.len()
    }
}

async fn take(State(shut): State<Arc<AtomicBool>>) -> &'static str {
    if shut.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
    "success"
}
