//! What is hashed of a row: a JSON array, so that no two different rows have the same text.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Entry;
use crate::hex::hex;

/// The first word of the canonical text; another form would have another.
const FORM: &str = "tixian-audit-1";

/// The row as it is hashed: everything but its own hash, as a JSON array without spaces, the keys
/// of its detail in order, its time in microseconds since 1970.
pub fn canonical_text(entry: &Entry) -> String {
    let mut text = json!([
        FORM,
        entry.number,
        entry.at.as_microsecond(),
        entry.actor,
        entry.role,
        entry.act,
        entry.subject,
        entry.reason,
        entry.ticket,
        entry.detail,
        entry.previous_hash,
    ]);
    // In one order, however the library was built.
    text.sort_all_objects();
    text.to_string()
}

/// SHA-256 of the canonical text, in hexadecimal digits.
pub fn hash(entry: &Entry) -> String {
    hex(&Sha256::digest(canonical_text(entry).as_bytes()))
}
