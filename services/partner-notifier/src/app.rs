//! Wires the service: a queue for each kind of notice, and one of everything else: client, lanes
//! and what waits on them, and the relay for the retries it writes itself.

use std::sync::Arc;

use contract::message::{ApplicationNoticeDue, NoticeDue};
use runtime::courier::Courier;
use runtime::http_client::Limits;
use runtime::service::Service;
use runtime::slots;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::desk::{Desk, ROOM};
use crate::drainer::drain;
use crate::hands::Hands;
use crate::lanes::{self, Lanes};
use crate::notify::Notify;
use crate::settings::NotifierSettings;

/// Starts everything and returns.
pub async fn start(service: Service<NotifierSettings>) -> anyhow::Result<()> {
    let settings = Arc::clone(&service.settings);
    let limits = Limits {
        connect_timeout: settings.connect_timeout,
        total_timeout: settings.timeout,
        idle_per_host: settings.partner_concurrency,
    };
    let room = Arc::new(Semaphore::new(ROOM));
    slots::watch("notices", &room, ROOM);
    let desk = Arc::new(Desk {
        store: service.store.clone(),
        courier: Courier::new(&limits, settings.loopback, settings.max_answer_bytes)?,
        lanes: Lanes::new(lanes::Limits {
            most: settings.partner_concurrency,
            most_slow: settings.slow_partner_concurrency,
            rate: settings.partner_rate,
        }),
        hands: Hands::default(),
        settings,
        room,
        under_way: TaskTracker::new(),
        stop: service.stopping.clone(),
    });
    service.consume(Notify::<NoticeDue>::new(&desk));
    service.consume(Notify::<ApplicationNoticeDue>::new(&desk));
    service.relay();
    desk.lanes.watch();
    service.tasks.spawn("drainer", async move {
        let over = CancellationToken::new();
        // Claims are renewed to the end of the last sending, which may be after the signal.
        let draining = async {
            drain(Arc::clone(&desk)).await;
            over.cancel();
        };
        tokio::join!(draining, desk.hands.keep(&desk.store, &over));
        Ok(())
    });
    Ok(())
}
