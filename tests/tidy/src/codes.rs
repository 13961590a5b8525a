//! Codes that partners branch on: each is asserted by a test, so each can happen.
//!
//! A code that nothing produces is a promise nobody tried. A test that names it may still lie, but
//! it must be written; what is merely listed is found here.

use crate::rust::is_test_file;
use crate::{Finding, Tree};

/// Where codes are defined, and whether a test below the code itself will do: what Huifu's answers
/// mean is decided in contract, and no service can be asked for each of them.
const DEFINED: [(&str, bool); 4] = [
    ("shared/contract/src/partner/error_code.rs", false),
    ("shared/contract/src/partner/answer.rs", false),
    ("shared/contract/src/partner/reason.rs", true),
    ("shared/contract/src/partner/application_reason.rs", true),
];

/// Codes that no test names.
pub fn codes_nobody_tried(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, in_contract) in DEFINED {
        let tests: Vec<&str> = tree
            .files()
            .filter_map(|(file, text)| tried_in(file, text, in_contract))
            .collect();
        let Some(text) = tree.text(path) else {
            continue;
        };
        if codes(text).next().is_none() {
            let cure = "no code is found here any more: teach this rule the new form".to_owned();
            findings.push(Finding::new(path, 1, cure));
        }
        for (line, variant, code) in codes(text) {
            if !tests.iter().any(|text| names(text, code, variant)) {
                let cure = format!("no test produces {code}: write it, or take the code away");
                findings.push(Finding::new(path, line, cure));
            }
        }
    }
    findings
}

/// What there is of tests in a file that may try codes.
fn tried_in<'a>(path: &str, text: &'a str, in_contract: bool) -> Option<&'a str> {
    let of_service = path.starts_with("services/") || path.starts_with("tests/e2e/");
    let of_contract = in_contract && path.starts_with("shared/contract/src/huifu/");
    if is_test_file(path) {
        return (of_service || of_contract).then_some(text);
    }
    // The tests of a short file stand below its code.
    let below = text.find("#[cfg(test)]\nmod tests {");
    below.filter(|_| of_contract).and_then(|at| text.get(at..))
}

/// The variants of an enumeration, or the arms of `as_str`, with their lines.
fn codes(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let begins = text.find("enumeration! {").or(text.find("fn as_str("));
    let begins = begins.unwrap_or(text.len());
    let body = text.get(begins..).unwrap_or_default();
    let body = body.split("\n    }\n").next().unwrap_or_default();
    let before = text.get(..begins).unwrap_or_default().lines().count();
    (before..).zip(body.lines()).filter_map(|(line, arm)| {
        let (variant, code) = arm.trim().split_once(" => \"")?;
        let variant = variant.strip_prefix("Self::").unwrap_or(variant);
        Some((line, variant, code.strip_suffix("\",")?))
    })
}

/// Whether a test speaks of the code: as a text, as what a page shows, or by its variant.
fn names(text: &str, code: &str, variant: &str) -> bool {
    let shown = [
        format!("\"{code}\""),
        format!("\"{code}\\\""),
        format!(">{code}<"),
    ];
    shown.iter().any(|way| text.contains(way)) || has_word(text, variant)
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_border = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        is_border(text[..at].chars().next_back())
            && is_border(text[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "impl A {\n    pub const fn as_str(self) -> &'static str {\n        match \
        self {\n            Tried => \"tried\",\n            Self::Named => \"named\",\n            \
        Untried => \"untried\",\n        }\n    }\n}\n";

    const LISTED: &str = "crate::enumeration! {\n    /// Why.\n    pub enum A {\n        \
        /// One.\n        Tried => \"tried\",\n        /// Two.\n        Untried => \"untried\",\n    }\n}\n";

    #[test]
    fn a_code_of_a_list_is_found_and_a_file_without_codes_too() {
        let tree = Tree::of([
            ("shared/contract/src/partner/error_code.rs", LISTED),
            ("shared/contract/src/partner/answer.rs", "pub enum B {}"),
            ("services/intake/tests/it/a.rs", "\"tried\""),
        ]);
        let found: Vec<_> = codes_nobody_tried(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("shared/contract/src/partner/error_code.rs:7: "));
        assert!(found[1].starts_with("shared/contract/src/partner/answer.rs:1: "));
    }

    #[test]
    fn a_code_that_no_test_names_is_found() {
        let tree = Tree::of([
            ("shared/contract/src/partner/error_code.rs", SOURCE),
            (
                "services/intake/tests/it/a.rs",
                "assert_eq!(code, \"tried\");",
            ),
            ("tests/e2e/tests/it/b.rs", "Code::Named; untried_too"),
            ("services/intake/src/c.rs", "\"untried\""),
        ]);
        let found: Vec<_> = codes_nobody_tried(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("shared/contract/src/partner/error_code.rs:6: "));
        assert!(found[0].contains("untried"));
    }
}
