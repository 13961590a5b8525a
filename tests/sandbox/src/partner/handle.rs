//! The handle by which a test holds a partner sandbox.

use crate::keys::SigningKey;
use crate::partner::api::{Api, ApiAnswer, ApiCallError};
use crate::partner::mode::{Mode, ModeRule};
use crate::partner::notices::Notice;
use crate::partner::server::{StartError, bind, serve};
use crate::partner::standard_webhooks::NoticeSecret;
use crate::partner::verify::{Field, Verdict};
use crate::partner::world::{User, World};
use crate::partner::{api, form, verify};
use http::Method;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::task::JoinHandle;
use url::Url;

/// A running partner sandbox. Dropping it stops it.
pub struct PartnerHandle {
    /// `http://127.0.0.1:port`, without a slash at the end.
    pub base_url: String,
    pub(crate) address: SocketAddr,
    pub(crate) world: Arc<World>,
    pub(crate) server: Option<JoinHandle<()>>,
}

impl PartnerHandle {
    /// Tells where the platform is, for tests that start it after the partner.
    pub fn connect_to(&self, intake_url: Url, jwks_url: Url) {
        self.world.set_intake_url(intake_url);
        self.world.platform_keys.set_url(jwks_url);
    }

    /// Calls and posts to this platform from now on; where its keys are stays as it was.
    pub fn use_platform(&self, intake_url: Url) {
        self.world.set_intake_url(intake_url);
    }

    /// Signs with another key from now on.
    pub fn use_key(&self, key_id: &str, key: SigningKey) {
        self.world.use_key(key_id, key);
    }

    /// The fields of a page call, fresh and signed, with `overrides` in place before signing. An
    /// override of `sign` takes the place of the signature.
    #[must_use]
    pub fn signed_form(&self, overrides: &[(&str, &str)]) -> Vec<Field> {
        let overrides: Vec<_> = overrides
            .iter()
            .map(|(name, value)| (*name, Some(*value)))
            .collect();
        form::signed_form(&self.world, &overrides)
    }

    /// As `signed_form`, and `None` leaves a field out.
    #[must_use]
    pub fn signed_form_with(&self, overrides: &[(&str, Option<&str>)]) -> Vec<Field> {
        form::signed_form(&self.world, overrides)
    }

    /// Where the form is posted.
    #[must_use]
    pub fn withdraw_url(&self) -> String {
        self.world.withdraw_url()
    }

    /// The `Authorization` header of an API call; `path` with its query.
    #[must_use]
    pub fn authorization(&self, method: &str, path: &str, body: &str) -> String {
        api::authorization(&self.world, method, path, body)
    }

    /// Makes a call to the platform's API, signed, and judges what comes back.
    pub async fn call(&self, api: Api, body: &Value) -> Result<ApiAnswer, ApiCallError> {
        api::call(&self.world, api, &body.to_string()).await
    }

    /// Asks for the events of this partner behind `after`; empty for all.
    pub async fn events(&self, after: &str) -> Result<ApiAnswer, ApiCallError> {
        api::events(&self.world, after).await
    }

    /// Asks for a notice once more.
    pub async fn resend(&self, notice_id: &str) -> Result<ApiAnswer, ApiCallError> {
        api::resend(&self.world, notice_id).await
    }

    /// Makes any call, signed; `path` with its query.
    pub async fn send(
        &self,
        method: &Method,
        path: &str,
        body: &str,
    ) -> Result<ApiAnswer, ApiCallError> {
        api::send(&self.world, method, path, body).await
    }

    /// Sells to another user from now on: one whom the platform has just opened an account for.
    pub fn use_user(&self, third_party_user_id: &str, htouhui_user_id: &str) {
        self.world.use_user(User {
            third_party_user_id: third_party_user_id.to_owned(),
            htouhui_user_id: htouhui_user_id.to_owned(),
        });
    }

    /// Whether the platform signed this answer to an API call; `header` is its `Authorization`.
    pub async fn verifies_api_answer(
        &self,
        header: &str,
        method: &str,
        path: &str,
        body: &str,
    ) -> bool {
        api::verifies(&self.world.platform_keys, header, method, path, body).await
    }

    /// Wants the Standard Webhooks headers of every notice to hold from now on, with one of these.
    pub fn use_notice_secrets(&self, secrets: Vec<NoticeSecret>) {
        self.world.use_notice_secrets(secrets);
    }

    /// Judges a synchronous answer by the address the user was sent back to.
    pub async fn verify_return(&self, location: &Url) -> Verdict {
        let fields: Vec<Field> = location.query_pairs().into_owned().collect();
        verify::answer(&self.world, &fields).await
    }

    /// By which names headers came to the address for notices, in small letters.
    #[must_use]
    pub fn header_names(&self) -> BTreeSet<String> {
        self.world.heard.names()
    }

    /// Every notice that came, oldest first, however it was answered.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.world.notices().all()
    }

    /// Forgets every notice.
    pub fn clear_notices(&self) {
        self.world.notices().clear();
    }

    /// How notices are answered from now on.
    pub fn set_mode(&self, mode: Mode) {
        self.world.set_mode(ModeRule { mode, times: None });
    }

    /// How the next `times` notices are answered; then `ok` again.
    pub fn set_mode_for_next(&self, times: u32, mode: Mode) {
        self.world.set_mode(ModeRule {
            mode,
            times: Some(times),
        });
    }

    /// How often somebody went where `Mode::Redirect` pointed.
    #[must_use]
    pub fn followed_redirects(&self) -> u64 {
        self.world.followed_redirects.load(Ordering::Relaxed)
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

impl Drop for PartnerHandle {
    fn drop(&mut self) {
        self.world.listening_token().cancel();
    }
}

impl std::fmt::Debug for PartnerHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartnerHandle")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
