//! The wiring of callback-receiver.

use std::sync::Arc;

use runtime::http_server::Limits;
use runtime::service::Service;

use crate::receive::{Receiver, router};
use crate::settings::ReceiverSettings;

/// The longest body: a real callback is below 4 KiB.
const LONGEST_BODY: usize = 64 * 1024;

/// Starts everything: the listener, and the relay of the notices that callbacks cause.
pub async fn start(service: Service<ReceiverSettings>) -> anyhow::Result<()> {
    let settings = &service.settings;
    let receiver = Receiver::new(service.store.clone(), settings.public_key.clone());
    let limits = Limits {
        body: LONGEST_BODY,
        request_timeout: settings.answer_within,
        ..Limits::default()
    };
    let router = router(Arc::new(receiver));
    service.http_within(limits, settings.listen, router).await?;
    service.relay();
    Ok(())
}
