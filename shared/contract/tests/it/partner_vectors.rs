//! The signature vectors for partners: made by our code, judged by our code, and the same for ever.
//!
//! RSASSA-PKCS1-v1_5 uses no randomness, so the file can be made again byte by byte. It holds its
//! own keys; everything else in it is what this test makes. Five clients in other languages check
//! the same file, so neither they nor we can drift.

mod bent;
mod cases;
mod judge;
mod maker;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use maker::Maker;

/// The whole file.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Document {
    about: String,
    version: String,
    now: String,
    partner_id: String,
    private_keys: BTreeMap<String, String>,
    key_sets: BTreeMap<String, KeySet>,
    cases: Vec<Case>,
}

/// A JSON Web Key Set.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Key {
    kid: String,
    kty: String,
    r#use: String,
    alg: String,
    n: String,
    e: String,
}

/// Name and value, decoded.
type Field = (String, String);

/// One vector. `result` is `ok`, or the error code that says why not.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Case {
    /// A page call to be signed with the partner's key.
    Sign {
        name: String,
        fields: Vec<Field>,
        result: String,
        #[serde(skip_serializing_if = "String::is_empty", default)]
        text: String,
        #[serde(skip_serializing_if = "String::is_empty", default)]
        sign: String,
        #[serde(skip_serializing_if = "String::is_empty", default)]
        body: String,
    },
    /// A posted form to be verified: a page call with the partner's keys, a notice with ours.
    Form {
        name: String,
        keys: String,
        body: String,
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        seen_nonces: Vec<String>,
        result: String,
    },
    /// The address at which the user comes back.
    Return {
        name: String,
        keys: String,
        url: String,
        result: String,
    },
    /// A call of the JSON API to be signed with the partner's key.
    Request {
        name: String,
        method: String,
        path: String,
        timestamp: String,
        nonce: String,
        body: String,
        text: String,
        authorization: String,
    },
    /// An answer of the JSON API to be verified; method, path and nonce are those of the question.
    Answer {
        name: String,
        keys: String,
        method: String,
        path: String,
        nonce: String,
        body: String,
        authorization: String,
        result: String,
    },
}

impl Case {
    fn name(&self) -> &str {
        match self {
            Self::Sign { name, .. }
            | Self::Form { name, .. }
            | Self::Return { name, .. }
            | Self::Request { name, .. }
            | Self::Answer { name, .. } => name,
        }
    }

    /// Kind and result; a request has only one.
    fn outcome(&self) -> (&'static str, &str) {
        match self {
            Self::Sign { result, .. } => ("sign", result),
            Self::Form { result, .. } => ("form", result),
            Self::Return { result, .. } => ("return", result),
            Self::Request { .. } => ("request", "ok"),
            Self::Answer { result, .. } => ("answer", result),
        }
    }
}

const ABOUT: &str = "Signature vectors of Tixian. README.md beside this file says how to read them. The keys protect nothing.";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../services/intake/vectors/signatures.json")
}

fn document() -> Document {
    let text = std::fs::read_to_string(path()).expect("the vectors lie beside intake");
    serde_json::from_str(&text).expect("the vectors are a document of vectors")
}

#[test]
fn the_file_is_what_our_code_makes() {
    let kept = document();
    let maker = Maker::with(&kept.private_keys);
    let made = Document {
        about: ABOUT.to_owned(),
        version: contract::partner::VERSION.to_owned(),
        now: maker::NOW.to_owned(),
        partner_id: maker::PARTNER.to_owned(),
        key_sets: maker.key_sets(),
        private_keys: kept.private_keys.clone(),
        cases: cases::all(&maker),
    };
    let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
    if std::env::var_os("MAKE_VECTORS").is_some() {
        std::fs::write(path(), &text).unwrap();
    }
    let kept_text = std::fs::read_to_string(path()).unwrap();
    assert!(
        kept_text == text,
        "services/intake/vectors/signatures.json is not what our code makes. Partners rely on it: \
         if the change is meant, MAKE_VECTORS=1 writes it anew"
    );
}

#[test]
fn our_code_judges_every_vector_as_the_file_says() {
    let document = document();
    for case in &document.cases {
        judge::check(&document, case);
    }
}

#[test]
fn vectors_have_names_of_their_own_and_every_kind_says_yes_and_no() {
    let document = document();
    let names: BTreeSet<&str> = document.cases.iter().map(Case::name).collect();
    assert_eq!(names.len(), document.cases.len());
    let outcomes: BTreeSet<_> = document.cases.iter().map(Case::outcome).collect();
    for kind in ["sign", "form", "return", "answer"] {
        let of_kind = || outcomes.iter().filter(|(found, _)| *found == kind);
        assert!(of_kind().any(|(_, result)| *result == "ok"), "{kind}");
        assert!(of_kind().any(|(_, result)| *result != "ok"), "{kind}");
    }
}
