//! The page's address is a capability: whoever knows it may see the page.
//!
//! An order's number is no secret, so the address carries an HMAC of it as well. The same key makes
//! the forms' tokens and the digests of sessions and addresses, each over another text, so that
//! none can be used as another. Comparisons take the same time wherever the difference lies.

use std::net::IpAddr;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contract::ids::WithdrawalId;
use runtime::settings::Secret;

/// The key behind page addresses and form tokens.
pub(crate) struct PageKey(hmac::Key);

impl PageKey {
    pub(crate) fn new(key: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes()))
    }

    /// The path of a withdrawal's page.
    pub(crate) fn path(&self, id: &WithdrawalId) -> String {
        format!("/w/{id}/{}", self.tag(id.as_str()))
    }

    /// Whether we made this address.
    pub(crate) fn opens(&self, id: &WithdrawalId, mac: &str) -> bool {
        self.verifies(id.as_str(), mac)
    }

    /// What a form of this page carries when it is shown to this session.
    pub(crate) fn csrf(&self, id: &WithdrawalId, session: &str) -> String {
        self.tag(&csrf_text(id, session))
    }

    /// Whether a form with this token came from the page as this session saw it.
    pub(crate) fn is_csrf(&self, id: &WithdrawalId, session: &str, token: &str) -> bool {
        self.verifies(&csrf_text(id, session), token)
    }

    /// By what a session is known where it is stored: not by itself.
    pub(crate) fn session_digest(&self, session: &str) -> String {
        self.tag(&format!("session {session}"))
    }

    /// By what an address is known where it is counted: whoever reads the rows learns none.
    pub(crate) fn client_digest(&self, client: IpAddr) -> String {
        self.tag(&format!("client {client}"))
    }

    fn tag(&self, text: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, text.as_bytes()))
    }

    fn verifies(&self, text: &str, tag: &str) -> bool {
        BASE64_URL_SAFE_NO_PAD
            .decode(tag)
            .is_ok_and(|tag| hmac::verify(&self.0, text.as_bytes(), &tag).is_ok())
    }
}

/// An order's number has no spaces, so this is never the text of a page's address.
fn csrf_text(id: &WithdrawalId, session: &str) -> String {
    format!("csrf {id} {session}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_opens_its_own_page_only_and_is_no_form_token() {
        let key = PageKey::new(&Secret::new("a page key that is long enough to be one"));
        let (one, other) = (
            WithdrawalId::from_parts(1, 1),
            WithdrawalId::from_parts(1, 2),
        );
        let path = key.path(&one);
        let mac = path.rsplit('/').next().unwrap();
        assert!(key.opens(&one, mac));
        assert!(!key.opens(&other, mac));
        assert!(!key.opens(&one, ""));
        assert!(!key.opens(&one, &mac[..mac.len() - 1]));
        let token = key.csrf(&one, "session");
        assert!(key.is_csrf(&one, "session", &token));
        assert!(!key.is_csrf(&one, "another", &token));
        assert!(!key.is_csrf(&other, "session", &token));
        assert!(!key.opens(&one, &token) && !key.is_csrf(&one, "session", mac));
    }
}
