//! Tests that the README calls as witnesses: each must be there, under that name.
//!
//! "Proved by a test" is worth nothing once the test was renamed, and less once it was deleted.

use std::collections::BTreeSet;

use crate::{Finding, Tree};

const README: &str = "README.md";

/// Names of tests in the README that no source has.
pub fn tests_that_are_gone(tree: &Tree) -> Vec<Finding> {
    let known: BTreeSet<&str> = tree
        .files()
        .filter(|(path, _)| path.ends_with(".rs"))
        .flat_map(|(_, text)| functions(text))
        .collect();
    let text = tree.text(README).unwrap_or_default();
    let lines = text.lines().enumerate();
    let called = lines.flat_map(|(index, line)| named(line).map(move |name| (index + 1, name)));
    let gone = called.filter(|(_, name)| !known.contains(name));
    gone.map(|(line, name)| {
        let cure = format!("no test is called {name}: name the one that proves this now");
        Finding::new(README, line, cure)
    })
    .collect()
}

/// Sentences in backticks: the way our tests are called, and nothing else is.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let in_backticks = line.split('`').skip(1).step_by(2);
    in_backticks.filter(|code| {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        code.chars().all(is_word) && code.matches('_').count() >= 3
    })
}

fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).filter_map(|after| {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        after.get(..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_that_is_gone_is_found() {
        let readme = "| pay | `a_payment_is_made_once` |\n| ask | `a_question_is_asked_again`, \
                      `notice_id` |\n";
        let source = "#[test]\nfn a_payment_is_made_once() {}\n";
        let found = tests_that_are_gone(&Tree::of([(README, readme), ("tests/a.rs", source)]));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("README.md:2: "));
    }
}
