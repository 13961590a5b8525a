//! Names of metrics: those that a question to Prometheus uses, and those that our code records.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::checkout;

/// Words of the language of questions that are followed by labels in brackets.
const BEFORE_LABELS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];
const WORDS: [&str; 5] = ["and", "or", "unless", "offset", "bool"];

/// The metrics that a question names: neither its functions nor its labels.
#[must_use]
pub fn names_in(question: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = question;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' => after(&rest[1..], '"'),
            '{' => after(rest, '}'),
            '[' => after(rest, ']'),
            'a'..='z' | 'A'..='Z' | '_' | ':' => {
                let (word, behind) = split(rest);
                let behind = behind.trim_start();
                if BEFORE_LABELS.contains(&word) {
                    after(behind, ')')
                } else {
                    // `sum (…)` and `sum by (…) (…)` are functions alike.
                    let called =
                        behind.starts_with('(') || BEFORE_LABELS.contains(&split(behind).0);
                    let is_name = !called && !WORDS.contains(&word);
                    names.extend(is_name.then(|| word.to_owned()));
                    behind
                }
            }
            // A number, and a duration such as 10m.
            '0'..='9' => split(rest).1,
            other => &rest[other.len_utf8()..],
        };
    }
    names
}

fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':');
    text.split_at(end.unwrap_or(text.len()))
}

fn after(text: &str, end: char) -> &str {
    text.split_once(end).map_or("", |(_, behind)| behind)
}

/// Every name under which `/metrics` can show something that our code records: a histogram has
/// three.
///
/// # Errors
/// When the sources cannot be read.
pub fn recorded() -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for folder in ["services", "shared"] {
        look(&checkout().join(folder), &mut names)?;
    }
    Ok(names)
}

fn look(folder: &Path, names: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            look(&path, names)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            names.extend(shown(&text, "counter!(", &[""]));
            names.extend(shown(&text, "gauge!(", &[""]));
            let parts = ["_bucket", "_sum", "_count"];
            names.extend(shown(&text, "histogram!(", &parts));
        }
    }
    Ok(())
}

fn shown(text: &str, of: &str, endings: &[&str]) -> Vec<String> {
    let calls = text.match_indices(of).map(|(at, _)| &text[at + of.len()..]);
    let names = calls.filter_map(|call| call.trim_start().strip_prefix('"')?.split('"').next());
    names
        .flat_map(|name| endings.iter().map(move |ending| format!("{name}{ending}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_functions_and_durations_are_no_metrics() {
        let question = r#"
            sum by (job, pod) (rate(a_count{b="c", d=~"e.*"}[5m])) / on (job) group_left (x) f:g
            and time() - max(h_seconds offset 10m) > 14.4 * 0.001 or vector(0)
            unless absent(up{job="i"} == 1)
        "#;
        let names: Vec<_> = names_in(question).into_iter().collect();
        assert_eq!(names, ["a_count", "f:g", "h_seconds", "up"]);
    }

    #[test]
    fn a_histogram_is_shown_under_three_names() {
        let text = "metrics::histogram!(\n    \"a_seconds\", \"l\" => m).record(t);";
        let names = shown(text, "histogram!(", &["_bucket", "_count"]);
        assert_eq!(names, ["a_seconds_bucket", "a_seconds_count"]);
    }
}
