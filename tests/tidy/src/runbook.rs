//! What is written for the person who is on call: commands and names that exist.
//!
//! A document is read at night by somebody who has never seen the code. A metric that was renamed
//! there looks like one that is silent.

use std::collections::BTreeSet;

use crate::rust::texts;
use crate::{Finding, Tree};

const RUNBOOK: &str = "deploy/RUNBOOK.md";

/// Sections of the runbook that do not end in a command.
pub fn sections_without_a_command(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(RUNBOOK).unwrap_or_default();
    let mut sections: Vec<(usize, Vec<&str>)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("## ") {
            sections.push((index + 1, Vec::new()));
        } else if let Some((_, lines)) = sections.last_mut() {
            lines.extend((!line.trim().is_empty()).then_some(line));
        }
    }
    let helpless = sections.into_iter().filter(
        |(_, lines)| !matches!(lines[..], [.., last, "```"] if last.starts_with("opsctl ")),
    );
    let cure = "end the section with the opsctl command to begin with, between ```sh and ```";
    helpless
        .map(|(line, _)| Finding::new(RUNBOOK, line, cure))
        .collect()
}

/// Variables, metrics, columns and kinds in backticks under `deploy/`, and variables set there,
/// that no source names.
pub fn names_nobody_knows(tree: &Tree) -> Vec<Finding> {
    let known = known_names(tree);
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        if !path.starts_with("deploy/") || !(path.ends_with(".md") || path.ends_with(".env")) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            for name in names(path, line) {
                let plain = name.strip_suffix("_FILE").unwrap_or(name);
                if plain != "NAME" && !known.contains(plain) && !known.contains(name) {
                    let cure = format!("no source names {name}: it was renamed, or never was");
                    findings.push(Finding::new(path, index + 1, cure));
                }
            }
        }
    }
    findings
}

/// The names that a line uses: several words joined by `_`, or whatever is set in an env file.
fn names<'a>(path: &str, line: &'a str) -> Vec<&'a str> {
    if path.ends_with(".env") {
        let set = line.split_once('=').filter(|_| !line.starts_with('#'));
        return set.map(|(name, _)| name).into_iter().collect();
    }
    let in_backticks = line.split('`').skip(1).step_by(2);
    in_backticks
        .filter(|code| {
            code.contains('_') && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
        .collect()
}

/// Every word in a literal of the product, and in its migrations.
fn known_names(tree: &Tree) -> BTreeSet<String> {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .map(str::to_owned)
            .collect()
    };
    let mut known = BTreeSet::new();
    for (path, text) in tree.files() {
        let of_the_product = path.starts_with("services/") || path.starts_with("shared/");
        if of_the_product && path.ends_with(".rs") {
            known.extend(texts(text).iter().flat_map(|literal| words(&literal.value)));
        } else if of_the_product && path.ends_with(".sql") {
            known.extend(words(text));
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_that_leaves_a_person_alone_is_found() {
        let text =
            "# Runbook\n\n## One\n\nLook.\n\n```sh\nopsctl case list\n```\n\n## Two\n\nWait.\n";
        let found = sections_without_a_command(&Tree::of([(RUNBOOK, text)]));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("deploy/RUNBOOK.md:11: "));
    }

    #[test]
    fn a_metric_or_a_variable_that_is_gone_is_found() {
        let tree = Tree::of([
            (
                "deploy/RUNBOOK.md",
                "`outbox_lag_seconds` `outbox_age` `notice_id` `make_up x` `DATABASE_URL`\n",
            ),
            (
                "deploy/env/intake.env",
                "# OLD_NAME=1\nDATABASE_URL_FILE=/run/x\nPOOL=1\n",
            ),
            (
                "services/intake/src/a.rs",
                "fn f() { gauge!(\"outbox_lag_seconds\"); g(\"DATABASE_URL\"); }\n",
            ),
            (
                "shared/store/migrations/V0001__a.sql",
                "create table a (notice_id text);\n",
            ),
        ]);
        let found: Vec<_> = names_nobody_knows(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("names outbox_age:") && found[1].contains("names POOL:"));
    }
}
