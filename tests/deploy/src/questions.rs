//! What a question to Prometheus needs: metrics, with the labels that it asks of each.

use std::collections::BTreeSet;

/// Words of the language that are followed by labels in brackets.
const BEFORE_LABELS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];
const WORDS: [&str; 5] = ["and", "or", "unless", "offset", "bool"];

/// One metric, as a question names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selector {
    /// Its name.
    pub name: String,
    /// What is asked of its labels.
    pub matchers: Vec<Matcher>,
}

/// What is asked of one label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// `=`, `!=`, `=~` or `!~`.
    pub operator: String,
    /// The value, or the pattern.
    pub value: String,
}

/// What a question needs to be answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The metrics that it names: neither its functions nor its labels.
    pub selectors: Vec<Selector>,
    /// The labels that it groups or joins by.
    pub labels: BTreeSet<String>,
}

/// What a question needs.
#[must_use]
pub fn needs(question: &str) -> Needs {
    let mut needs = Needs::default();
    let mut rest = question;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' => split_behind(&rest[1..], '"').1,
            '{' => {
                let (inside, behind) = braces(&rest[1..]);
                if let Some(selector) = needs.selectors.last_mut() {
                    selector.matchers = matchers(inside);
                }
                behind
            }
            '[' => split_behind(rest, ']').1,
            'a'..='z' | 'A'..='Z' | '_' | ':' => word(rest, &mut needs),
            // A number, and a duration such as 10m.
            '0'..='9' => split(rest).1,
            other => &rest[other.len_utf8()..],
        };
    }
    needs
}

/// Takes a word in; answers what is behind it.
fn word<'a>(rest: &'a str, needs: &mut Needs) -> &'a str {
    let (word, behind) = split(rest);
    let behind = behind.trim_start();
    if BEFORE_LABELS.contains(&word) {
        let (labels, behind) = split_behind(behind, ')');
        let each = labels.split(['(', ',']).map(str::trim);
        let each = each.filter(|label| !label.is_empty());
        needs.labels.extend(each.map(str::to_owned));
        return behind;
    }
    // `sum (…)` and `sum by (…) (…)` are functions alike.
    let called = behind.starts_with('(') || BEFORE_LABELS.contains(&split(behind).0);
    if !called && !WORDS.contains(&word) {
        needs.selectors.push(Selector {
            name: word.to_owned(),
            matchers: Vec::new(),
        });
    }
    behind
}

fn matchers(inside: &str) -> Vec<Matcher> {
    let mut found = Vec::new();
    let mut rest = inside;
    while let Some((label, behind)) = rest.split_once('"') {
        let (value, behind) = split_behind(behind, '"');
        let label = label.trim_start_matches([',', ' ', '\n']);
        let at = label.find(['=', '!']).unwrap_or(label.len());
        let (label, operator) = label.split_at(at);
        found.push(Matcher {
            label: label.trim().to_owned(),
            operator: operator.trim().to_owned(),
            value: value.to_owned(),
        });
        rest = behind;
    }
    found
}

/// What stands before the brace that closes, and what behind: a value may have braces in it.
fn braces(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '}' if !quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':');
    text.split_at(end.unwrap_or(text.len()))
}

fn split_behind(text: &str, end: char) -> (&str, &str) {
    text.split_once(end).unwrap_or((text, ""))
}

/// One line of `/metrics`, as a selector that asks for exactly its labels; nothing for a comment.
#[must_use]
pub fn series(line: &str) -> Option<Selector> {
    if line.starts_with('#') {
        return None;
    }
    let (shown, _value) = line.rsplit_once(' ')?;
    needs(shown).selectors.pop()
}

impl Selector {
    /// The value of a label; empty if there is none, as Prometheus has it.
    #[must_use]
    pub fn value(&self, label: &str) -> &str {
        let mut labels = self.matchers.iter();
        let found = labels.find(|one| one.label == label);
        found.map_or("", |one| &one.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(question: &str) -> Vec<String> {
        let selectors = needs(question).selectors.into_iter();
        selectors.map(|selector| selector.name).collect()
    }

    #[test]
    fn labels_functions_and_durations_are_no_metrics() {
        let question = r#"
            sum by (job, pod) (rate(a_count{b="c", d=~"e.*"}[5m])) / on (job) group_left (x) f:g
            and time() - max(h_seconds offset 10m) > 14.4 * 0.001 or vector(0)
            unless absent(up{job="i"} == 1)
        "#;
        assert_eq!(names(question), ["a_count", "f:g", "h_seconds", "up"]);
        let labels: Vec<_> = needs(question).labels.into_iter().collect();
        assert_eq!(labels, ["job", "pod", "x"]);
    }

    #[test]
    fn a_value_may_hold_braces_commas_and_quotes_of_its_kind() {
        let question = r#"rate(a{route=~"/w/{id}|/x,y", code!="5"}[1m])"#;
        let selector = &needs(question).selectors[0];
        assert_eq!(selector.value("route"), "/w/{id}|/x,y");
        assert_eq!(selector.matchers[1].operator, "!=");
        assert_eq!(selector.value("code"), "5");
    }

    #[test]
    fn a_line_of_metrics_is_one_series() {
        let line = r#"a_bucket{route="/w/{id}",le="+Inf"} 3"#;
        let series = series(line).unwrap();
        assert_eq!((&*series.name, series.value("le")), ("a_bucket", "+Inf"));
        assert_eq!(super::series("# TYPE a counter"), None);
    }
}
