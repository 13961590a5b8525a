//! Wires the service: one queue, one client, one relay for the retries it writes itself.

use std::sync::Arc;

use runtime::service::Service;

use crate::deliver::Courier;
use crate::lanes::Lanes;
use crate::notify::Notify;
use crate::settings::NotifierSettings;

/// Starts everything and returns.
pub async fn start(service: Service<NotifierSettings>) -> anyhow::Result<()> {
    let settings = Arc::clone(&service.settings);
    service.consume(Notify {
        store: service.store.clone(),
        courier: Courier::new(&settings)?,
        lanes: Lanes::new(
            settings.partner_concurrency,
            settings.slow_partner_concurrency,
        ),
        settings,
    });
    service.relay();
    Ok(())
}
