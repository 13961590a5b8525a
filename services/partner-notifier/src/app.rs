//! Wires the service: a queue for each kind of notice, and one of everything else: client, lanes,
//! and the relay for the retries it writes itself.

use std::sync::Arc;

use contract::message::{ApplicationNoticeDue, NoticeDue};
use runtime::service::Service;

use crate::deliver::Courier;
use crate::lanes::Lanes;
use crate::notify::{Desk, Notify};
use crate::settings::NotifierSettings;

/// Starts everything and returns.
pub async fn start(service: Service<NotifierSettings>) -> anyhow::Result<()> {
    let settings = Arc::clone(&service.settings);
    let desk = Arc::new(Desk {
        store: service.store.clone(),
        courier: Courier::new(&settings)?,
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
