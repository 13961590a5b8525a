//! Where a reader of the feed stands.
//!
//! A cursor is a text that partners keep and do not read. It is made of the event's position and of
//! whose feed it is, and of nothing else: no clock, no key, no server. So the cursor of an event is
//! the same for ever and on every machine, it outlives every rotation, and it never expires.
//!
//! It is no secret and protects nothing: a partner reads only its own feed, whatever it sends. What
//! the digest in it does is tell a cursor of this feed from one of another partner, and from a text
//! that was cut short or made up, which would silently skip events.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::ids::PartnerId;

/// Of a SHA-256: enough that no accident passes for a cursor.
const DIGEST_BYTES: usize = 8;

/// A position in one partner's feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(i64);

impl Cursor {
    /// Before the first event.
    pub const BEGINNING: Self = Self(0);
    /// The characters of its text.
    pub const LENGTH: usize = 22;

    /// The cursor of the event at this position; the first is 1.
    pub const fn new(position: i64) -> Self {
        Self(position)
    }

    /// The position.
    pub const fn position(self) -> i64 {
        self.0
    }

    /// What this partner is given.
    pub fn text(self, partner: &PartnerId) -> String {
        let position = self.0.to_be_bytes();
        let bytes = [position, digest(position, partner)].concat();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what this partner was given; `None` for everything else.
    pub fn read(text: &str, partner: &PartnerId) -> Option<Self> {
        if text.len() != Self::LENGTH {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (position, given) = bytes.split_first_chunk()?;
        let is_ours = given == digest(*position, partner);
        let position = i64::from_be_bytes(*position);
        (is_ours && position >= 0).then_some(Self(position))
    }
}

fn digest(position: [u8; 8], partner: &PartnerId) -> [u8; DIGEST_BYTES] {
    let mut digest = Sha256::new();
    digest.update("tixian event cursor 1\0");
    digest.update(position);
    digest.update(partner.as_str());
    let whole: [u8; 32] = digest.finalize().into();
    let mut start = [0; DIGEST_BYTES];
    start.copy_from_slice(&whole[..DIGEST_BYTES]);
    start
}
