//! Wires the service: a queue for each kind of notice, and one of everything else: client, lanes,
//! and the relay for the retries it writes itself.

use std::sync::Arc;

use contract::message::{ApplicationNoticeDue, NoticeDue};
use runtime::courier::Courier;
use runtime::http_client::Limits;
use runtime::service::Service;

use crate::lanes::Lanes;
use crate::notify::{Desk, Notify};
use crate::settings::NotifierSettings;

/// Starts everything and returns.
pub async fn start(service: Service<NotifierSettings>) -> anyhow::Result<()> {
    let settings = Arc::clone(&service.settings);
    let limits = Limits {
        connect_timeout: settings.connect_timeout,
        total_timeout: settings.timeout,
        idle_per_host: settings.partner_concurrency,
    };
    let desk = Arc::new(Desk {
        store: service.store.clone(),
        courier: Courier::new(&limits, settings.loopback, settings.max_answer_bytes)?,
        lanes: Lanes::new(
            settings.partner_concurrency,
            settings.slow_partner_concurrency,
        ),
        settings,
    });
    service.consume(Notify::<NoticeDue>::new(&desk));
    service.consume(Notify::<ApplicationNoticeDue>::new(&desk));
    service.relay();
    Ok(())
}
