//! The texts that people sign: the one of the rule, and those of the usual mistakes.

mod api;
mod fields;

use super::{Claim, Finding, Mistake};

pub use api::of_api;
pub use fields::of_fields;

/// A text that may have been signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Byte for byte.
    pub text: String,
    /// What was done wrong if this is what was signed; `None` for the text of the rule.
    pub mistake: Option<Finding>,
}

impl Candidate {
    fn right(text: String) -> Self {
        Self {
            text,
            mistake: None,
        }
    }

    fn wrong(text: String, mistake: Mistake) -> Self {
        Self {
            text,
            mistake: Some(mistake.into()),
        }
    }

    fn left_out(text: String, field: &str) -> Self {
        let mistake = Finding {
            field: Some(field.to_owned()),
            ..Mistake::FieldLeftOut.into()
        };
        Self {
            text,
            mistake: Some(mistake),
        }
    }
}

/// All texts of a claim.
pub(super) struct Texts<'a> {
    candidates: &'a [Candidate],
    theirs: Option<Candidate>,
    hashed: Vec<Candidate>,
}

impl<'a> Texts<'a> {
    pub(super) fn of(claim: Claim<'a>) -> Self {
        let theirs = claim
            .their_text
            .map(|text| Candidate::wrong(text.to_owned(), Mistake::OtherText));
        let first = claim.candidates.first();
        let hashed = first.into_iter().chain(&theirs);
        let hashed = hashed.map(|text| {
            let digest = hex_sha256(text.text.as_bytes());
            Candidate::wrong(digest, Mistake::HashedTwice)
        });
        Self {
            hashed: hashed.collect(),
            candidates: claim.candidates,
            theirs,
        }
    }

    /// Those for which a reason is known first: it says more than that their text is another.
    pub(super) fn all(&self) -> Vec<&Candidate> {
        let known = self.candidates.iter();
        known.chain(&self.theirs).chain(&self.hashed).collect()
    }

    /// The text of the rule and theirs.
    pub(super) fn likely(&self) -> Vec<&Candidate> {
        let first = self.candidates.first();
        first.into_iter().chain(&self.theirs).collect()
    }
}

fn hex_sha256(text: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    Sha256::digest(text)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
