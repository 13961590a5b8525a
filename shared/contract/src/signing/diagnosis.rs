//! Why a signature does not hold: the known mistakes, tried one after the other until one fits.
//!
//! For whoever searches for the byte on which two programs disagree. The rule's own text is tried
//! first, then the texts that come of the usual mistakes (URL-encoded values, another order, a line
//! end too many), under every key of the owner, then other algorithms. Whatever makes the signature
//! fit is the answer, and it is certain: nothing fits by accident.
//!
//! **Invariant:** nothing here makes a signature, and nothing is believed because of it. What is
//! said holds nothing but what the asker sent, and names of the asker's own keys.

mod difference;
mod mistake;
mod spelling;
mod texts;

use jiff::Timestamp;

use super::SignatureError;
use super::keys::{Algorithm, KeySet, RegisteredKey};
use crate::ids::KeyId;
use crate::partner::time::WireTime;

pub use difference::Difference;
pub use mistake::Mistake;
pub use texts::{Candidate, of_api, of_fields};

use texts::Texts;

/// What somebody signed, as far as they say.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The text that should have been signed, and those of the usual mistakes.
    pub candidates: &'a [Candidate],
    /// The text that they say they signed.
    pub their_text: Option<&'a str>,
    /// As they sent it.
    pub signature: &'a str,
    /// Which key they named.
    pub key_id: Option<&'a str>,
}

/// Something that is wrong, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub mistake: Mistake,
    /// The field in which it shows.
    pub field: Option<String>,
    /// The key that made the signature.
    pub key_id: Option<KeyId>,
}

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Whether the signature holds as it was sent.
    pub holds: bool,
    /// Where their text and the one that should have been signed part.
    pub difference: Option<Difference>,
    /// Empty exactly if the signature holds.
    pub findings: Vec<Finding>,
}

impl From<Mistake> for Finding {
    fn from(mistake: Mistake) -> Self {
        Self {
            mistake,
            field: None,
            key_id: None,
        }
    }
}

/// Says why a signature does not hold. `claim.candidates` is not empty, its first is the text of
/// the rule.
pub fn diagnose(claim: Claim<'_>, keys: &KeySet, now: Timestamp) -> Diagnosis {
    let ours = claim
        .candidates
        .first()
        .map_or("", |first| first.text.as_str());
    let difference = claim
        .their_text
        .and_then(|theirs| Difference::between(ours.as_bytes(), theirs.as_bytes()));
    let findings = match keys.verify(claim.key_id, ours.as_bytes(), claim.signature, now) {
        Ok(_) => Vec::new(),
        Err(SignatureError::MissingSignature) => vec![Mistake::SignatureMissing.into()],
        Err(refused) => search(claim, keys, refused, now),
    };
    Diagnosis {
        holds: findings.is_empty(),
        difference,
        findings,
    }
}

/// Whether a clock is so far off that nothing it signs is taken.
pub fn check_clock(timestamp: WireTime, now: Timestamp) -> Option<Finding> {
    (!timestamp.is_near(now)).then(|| Finding {
        field: Some("timestamp".to_owned()),
        ..Mistake::ClockOff.into()
    })
}

fn search(
    claim: Claim<'_>,
    keys: &KeySet,
    refused: SignatureError,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let named = |key: &&RegisteredKey| Some(key.key_id.as_str()) == claim.key_id;
    match refused {
        SignatureError::UnknownKey if claim.key_id.is_some() => {
            findings.push(Mistake::KeyUnknown.into());
        }
        SignatureError::UnknownKey | SignatureError::RetiredKey => {
            findings.push(Mistake::KeyNotActive.into());
        }
        SignatureError::MissingSignature | SignatureError::NotBase64 | SignatureError::Mismatch => {
        }
    }
    let Some((bytes, spelling)) = spelling::read(claim.signature) else {
        findings.push(Mistake::SignatureUnreadable.into());
        return findings;
    };
    findings.extend(spelling.map(Finding::from));
    // The named one first: another key that fits is only then worth a word.
    let (first, others): (Vec<_>, Vec<_>) = keys.all().iter().partition(named);
    let keys: Vec<&RegisteredKey> = first.into_iter().chain(others).collect();
    if keys
        .iter()
        .all(|key| key.key.bits().div_ceil(8) != bytes.len())
    {
        findings.push(Mistake::SignatureLength.into());
        return findings;
    }
    let texts = Texts::of(claim);
    let Some((text, key, algorithm)) = fitting(&texts, &keys, &bytes) else {
        findings.push(Mistake::NothingFits.into());
        return findings;
    };
    findings.extend(text);
    findings.extend(algorithm.mistake().map(Finding::from));
    let is_named = claim
        .key_id
        .is_none_or(|named| key.key_id.as_str() == named);
    if !is_named {
        findings.push(Finding {
            key_id: Some(key.key_id.clone()),
            ..Mistake::OtherKey.into()
        });
    } else if !key.is_active(now) && claim.key_id.is_none() {
        findings.push(Finding {
            key_id: Some(key.key_id.clone()),
            ..Mistake::KeyNotActive.into()
        });
    }
    findings
}

/// The first text, key and algorithm that the signature fits. Two mistakes at once are found if one
/// is the key and the other the text or the algorithm.
fn fitting<'a>(
    texts: &'a Texts<'a>,
    keys: &[&'a RegisteredKey],
    signature: &[u8],
) -> Option<(Option<Finding>, &'a RegisteredKey, Algorithm)> {
    let try_all = |texts: &[&'a Candidate], algorithm: Algorithm| {
        let fits = |text: &Candidate, key: &RegisteredKey| {
            key.key.fits(algorithm, text.text.as_bytes(), signature)
        };
        texts.iter().find_map(|text| {
            let key = keys.iter().find(|key| fits(text, key))?;
            Some((text.mistake.clone(), *key, algorithm))
        })
    };
    try_all(&texts.all(), Algorithm::Pkcs1Sha256).or_else(|| {
        let likely = texts.likely();
        let mut others = Algorithm::MISTAKEN.into_iter();
        others.find_map(|other| try_all(&likely, other))
    })
}

#[cfg(test)]
mod tests;
