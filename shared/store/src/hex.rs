//! Digests as people and logs see them.

use std::fmt::Write as _;

/// Two hexadecimal digits a byte, in small letters.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}
