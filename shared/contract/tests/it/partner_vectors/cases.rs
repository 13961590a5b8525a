//! Every vector, in the order of the file.

mod api;
mod calls;
mod notices;
mod returns;

use super::maker::{Maker, decoded, encoded};
use super::{Case, Field};

pub(super) fn all(maker: &Maker) -> Vec<Case> {
    let mut cases = calls::right(maker);
    cases.extend(calls::wrong(maker));
    cases.extend(notices::right(maker));
    cases.extend(notices::wrong(maker));
    cases.extend(returns::all(maker));
    cases.extend(api::requests(maker));
    cases.extend(api::answers(maker));
    cases
}

const MISMATCH: &str = "signature_mismatch";
const OUT_OF_RANGE: &str = "timestamp_out_of_range";
const MALFORMED: &str = "field_malformed";

/// Posted forms for one reader.
struct Forms {
    keys: &'static str,
    prefix: &'static str,
    cases: Vec<Case>,
}

impl Forms {
    fn of(keys: &'static str, prefix: &'static str) -> Self {
        let cases = Vec::new();
        Self {
            keys,
            prefix,
            cases,
        }
    }

    fn add(&mut self, name: &str, fields: &[Field], result: &str) {
        self.push(name, fields, Vec::new(), result);
    }

    /// For somebody who saw its nonce before.
    fn add_seen(&mut self, name: &str, fields: &[Field]) {
        let body = decoded(&encoded(fields));
        let nonce = body.into_iter().find(|(name, _)| name == "nonce");
        let seen = vec![nonce.expect("a form with a nonce").1];
        self.push(name, fields, seen, "nonce_repeated");
    }

    fn push(&mut self, name: &str, fields: &[Field], seen_nonces: Vec<String>, result: &str) {
        self.cases.push(Case::Form {
            name: format!("{}: {name}", self.prefix),
            keys: self.keys.to_owned(),
            body: encoded(fields),
            seen_nonces,
            result: result.to_owned(),
        });
    }
}
