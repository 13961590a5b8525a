//! What a comment may not tell: how it was before, and who did it. Git knows both.

use crate::rust::literal_spans;
use crate::{Finding, Tree};

/// The text of a comment, with its line.
pub(crate) struct Comment {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Phrases of history and of persons, lower case.
const HISTORY: [&str; 12] = [
    "@author",
    "author:",
    "changed from",
    "co-authored",
    "formerly",
    "has been refactored",
    "historical reason",
    "in the old version",
    "issue #",
    "previously",
    "the old code",
    "we used to",
];

/// Comments and documents that tell history or name persons.
pub fn history(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        // Here the phrases stand as a list.
        if path.starts_with("tests/tidy/") || path == "LICENSE" || path == "Cargo.lock" {
            continue;
        }
        for comment in comments(path, text) {
            let spoken = comment.text.to_lowercase();
            for phrase in HISTORY {
                if spoken.contains(phrase) {
                    let cure =
                        format!("\"{phrase}\": say what is and why; Git knows what was and who");
                    findings.push(Finding::new(path, comment.line, cure));
                }
            }
        }
    }
    findings
}

/// Every line of comment; of a document, every line.
pub(crate) fn comments(path: &str, text: &str) -> Vec<Comment> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "rs" => rust_comments(text),
        "md" => every_line(text, |line| Some(line)),
        "sql" => every_line(text, |line| line.split_once("--").map(|(_, said)| said)),
        "html" | "css" | "json" | "mmd" | "snap" => Vec::new(),
        _ => every_line(text, |line| line.split_once('#').map(|(_, said)| said)),
    }
}

fn every_line(text: &str, said: impl Fn(&str) -> Option<&str>) -> Vec<Comment> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            Some(Comment {
                line: index + 1,
                text: said(line)?.to_owned(),
            })
        })
        .collect()
}

/// What follows `//` outside of every literal.
fn rust_comments(text: &str) -> Vec<Comment> {
    let spans = literal_spans(text);
    let mut comments = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let inside = |column: usize| {
            let here = (number, column);
            spans
                .iter()
                .any(|(start, end)| *start <= here && here < *end)
        };
        let begins = line
            .match_indices("//")
            .find(|(byte, _)| !inside(line[..*byte].chars().count()));
        if let Some((byte, _)) = begins {
            comments.push(Comment {
                line: number,
                text: line[byte..].trim_start_matches(['/', '!']).to_owned(),
            });
        }
    }
    comments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_in_a_literal_is_no_comment() {
        let text = "/// One.\nconst A: &str = \"https://a\"; // Two.\nlet b = r#\"\n// no\n\"#;\n//! Three.\n";
        let found: Vec<_> = comments("a.rs", text)
            .iter()
            .map(|comment| comment.line)
            .collect();
        assert_eq!(found, [1, 2, 6]);
    }

    #[test]
    fn history_is_found_in_comments_and_documents_and_not_in_texts() {
        let tree = Tree::of([
            (
                "a.rs",
                "// We used to poll.\nconst A: &str = \"formerly\";\n",
            ),
            ("b.md", "Previously it was slow.\n"),
            ("c.sql", "select 'previously'; -- The old code did.\n"),
            ("Makefile", "all: # Author: me\n"),
        ]);
        let found = history(&tree);
        assert_eq!(found.len(), 4, "{found:?}");
    }
}
