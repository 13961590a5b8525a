//! Our signature: on answers in the browser, and on answers to partners' servers.

use contract::ids::{KeyId, PartnerId};
use contract::partner::answer::Answer;
use contract::partner::seal::Seal;
use contract::partner::time::WireTime;
use contract::partner::url::PartnerUrl;
use contract::signing::api::{Authorization, Signed};
use contract::signing::keys::{Jwk, PrivateKey, RegisteredKey};
use jiff::Timestamp;
use runtime::ids::new_message_id;
use url::Url;

/// The key that signs now, and its name.
pub(crate) struct Signer {
    key: PrivateKey,
    key_id: KeyId,
}

impl Signer {
    pub(crate) fn new(key: PrivateKey, key_id: KeyId) -> Self {
        Self { key, key_id }
    }

    /// The public half, for partners.
    pub(crate) fn jwk(&self) -> Jwk {
        self.key.public().to_jwk(self.key_id.as_str())
    }

    /// The same, to verify with.
    pub(crate) fn registered(&self) -> RegisteredKey {
        RegisteredKey {
            key_id: self.key_id.clone(),
            key: self.key.public().clone(),
            not_before: Timestamp::MIN,
            retired_at: None,
        }
    }

    /// Where the browser goes, with our signed answer in the query.
    pub(crate) fn answer(
        &self,
        answer: &Answer,
        partner_id: PartnerId,
        return_url: &PartnerUrl,
        now: Timestamp,
    ) -> Url {
        let seal = Seal {
            partner_id,
            key_id: self.key_id.clone(),
            timestamp: WireTime::new(now),
            nonce: new_message_id().simple().to_string(),
        };
        answer.url(return_url, &seal, &self.key)
    }

    /// The `Authorization` of an answer to `asked`; it repeats the nonce of the question.
    pub(crate) fn authorization(
        &self,
        signed: Signed<'_>,
        asked: &Authorization,
        now: Timestamp,
    ) -> String {
        Authorization::sign(
            signed,
            asked.partner_id.clone(),
            WireTime::new(now),
            asked.nonce.clone(),
            (self.key_id.clone(), &self.key),
        )
        .to_string()
    }
}
