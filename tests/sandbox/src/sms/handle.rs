//! The handle by which a test holds a gateway sandbox.

use crate::sms::message::SmsMessage;
use crate::sms::mode::{Mode, ModeRule};
use crate::sms::server::{StartError, bind, serve};
use crate::sms::world::World;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// A running gateway sandbox. Dropping it stops it.
pub struct SmsHandle {
    /// `http://127.0.0.1:port`, without a slash at the end.
    pub base_url: String,
    pub(crate) address: SocketAddr,
    pub(crate) world: Arc<World>,
    pub(crate) server: Option<JoinHandle<()>>,
}

impl SmsHandle {
    /// Where messages are posted to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/sms", self.base_url)
    }

    /// By which names headers came with messages, in small letters.
    #[must_use]
    pub fn header_names(&self) -> BTreeSet<String> {
        self.world.heard.names()
    }

    /// Every message that was kept, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<SmsMessage> {
        self.world.messages()
    }

    /// The newest message, as the user reads it.
    #[must_use]
    pub fn newest(&self) -> Option<SmsMessage> {
        self.world.messages().pop()
    }

    /// Forgets every message.
    pub fn clear(&self) {
        self.world.clear();
    }

    /// How messages are answered from now on.
    pub fn set_mode(&self, mode: Mode) {
        self.world.set_mode(ModeRule { mode, times: None });
    }

    /// How the next `times` messages are answered; then `ok` again.
    pub fn set_mode_for_next(&self, times: u32, mode: Mode) {
        self.world.set_mode(ModeRule {
            mode,
            times: Some(times),
        });
    }

    /// Really stops listening: connections are refused. What was kept is kept.
    pub async fn stop_listening(&mut self) {
        self.world.listening_token().cancel();
        if let Some(mut server) = self.server.take() {
            crate::stop::ended(&mut server).await;
        }
    }

    /// Listens again, on the same port.
    pub async fn listen_again(&mut self) -> Result<(), StartError> {
        if self.server.is_none() {
            let listener = bind(self.address).await?;
            self.server = Some(serve(Arc::clone(&self.world), listener));
        }
        Ok(())
    }

    /// Stops, and waits until nothing runs any more.
    pub async fn shutdown(mut self) {
        self.stop_listening().await;
    }
}

impl Drop for SmsHandle {
    fn drop(&mut self) {
        self.world.listening_token().cancel();
    }
}

impl std::fmt::Debug for SmsHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsHandle")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
