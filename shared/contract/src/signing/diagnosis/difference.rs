//! Where two texts part, shown so that it can be seen: line ends and everything else that has no
//! shape are written out.

use std::fmt::Write as _;

/// Bytes shown on each side: enough for a name and a value.
const SHOWN: usize = 24;

/// The first byte on which two texts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its offset, from 0, in bytes of UTF-8. Where one text is the beginning of the other, the
    /// length of the shorter.
    pub at: usize,
    /// What stands around it in the text that should have been signed.
    pub ours: String,
    /// What stands around it in theirs.
    pub theirs: String,
}

impl Difference {
    /// `None` if they are the same.
    pub fn between(ours: &[u8], theirs: &[u8]) -> Option<Self> {
        if ours == theirs {
            return None;
        }
        let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b);
        let at = same.count();
        Some(Self {
            at,
            ours: around(ours, at),
            theirs: around(theirs, at),
        })
    }
}

/// Never cuts a character in two: it is shown whole or, at the edge, not at all.
fn around(text: &[u8], at: usize) -> String {
    let from = at.saturating_sub(SHOWN);
    let to = text.len().min(at + SHOWN);
    let continues = |byte: &&u8| (**byte & 0xC0) == 0x80;
    let from = from + text[from..to].iter().take_while(continues).count().min(3);
    let to = to + text[to..].iter().take_while(continues).count().min(3);
    let mut shown = String::new();
    if from > 0 {
        shown.push('…');
    }
    for chunk in text[from.min(to)..to].utf8_chunks() {
        for character in chunk.valid().chars() {
            show(character, &mut shown);
        }
        for byte in chunk.invalid() {
            let _ = write!(shown, "\\x{byte:02X}");
        }
    }
    if to < text.len() {
        shown.push('…');
    }
    shown
}

fn show(character: char, shown: &mut String) {
    let has_shape = !character.is_control() && (!character.is_whitespace() || character == ' ');
    if has_shape && character != '\u{feff}' && character != '\u{200b}' {
        shown.push(character);
    } else {
        shown.extend(character.escape_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(ours: &str, theirs: &str) -> (usize, String, String) {
        let found = Difference::between(ours.as_bytes(), theirs.as_bytes()).unwrap();
        (found.at, found.ours, found.theirs)
    }

    #[test]
    fn the_first_byte_that_differs_is_shown_with_what_stands_around_it() {
        assert_eq!(Difference::between(b"a=1", b"a=1"), None);
        let (at, ours, theirs) = between("a=1&b=2", "a=1&b=3");
        assert_eq!(
            (at, ours.as_str(), theirs.as_str()),
            (6, "a=1&b=2", "a=1&b=3")
        );
        let (at, ours, theirs) = between("a=1", "a=1\r\n");
        assert_eq!(
            (at, ours.as_str(), theirs.as_str()),
            (3, "a=1", "a=1\\r\\n")
        );
        let (at, ours, theirs) = between("", "\u{feff}a");
        assert_eq!((at, ours.as_str(), theirs.as_str()), (0, "", "\\u{feff}a"));
    }

    #[test]
    fn characters_are_shown_whole_and_long_texts_are_cut() {
        let long = "提".repeat(100);
        let (at, ours, theirs) = between(&format!("{long}a{long}"), &format!("{long}b{long}"));
        assert_eq!(at, 300);
        assert_eq!(ours, format!("…{0}a{0}…", "提".repeat(8)));
        assert_eq!(theirs, format!("…{0}b{0}…", "提".repeat(8)));
        let (_, ours, theirs) = between("a=提", "a=拐");
        assert_eq!((ours.as_str(), theirs.as_str()), ("a=提", "a=拐"));
        let gbk = Difference::between("提".as_bytes(), b"\xCC\xE1").unwrap();
        assert_eq!(gbk.theirs, "\\xCC\\xE1");
    }
}
