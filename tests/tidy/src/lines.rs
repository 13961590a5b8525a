//! Lines: how they end and how long they are. rustfmt sees neither comments nor other files.

use crate::rust::literal_spans;
use crate::{Finding, Tree};

const RUST_COLUMNS: usize = 100;
const DOCUMENT_COLUMNS: usize = 160;

/// Tabs in Rust, white space at the end of a line, and files that end without a line's end.
pub fn ragged_lines(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        if text.is_empty() || is_kept_byte_for_byte(path) {
            continue;
        }
        for (index, line) in text.split('\n').enumerate() {
            if line.ends_with([' ', '\t', '\r']) {
                findings.push(Finding::new(path, index + 1, "ends with white space"));
            }
            if line.contains('\t') && path.ends_with(".rs") {
                findings.push(Finding::new(
                    path,
                    index + 1,
                    "holds a tab: four spaces, or \\t",
                ));
            }
        }
        if !text.ends_with('\n') || text.ends_with("\n\n") {
            let cure = "must end with one line's end, and no empty line";
            findings.push(Finding::new(path, text.lines().count(), cure));
        }
    }
    findings
}

/// Lines that do not fit beside a second file on a screen. Literals, addresses, tables and
/// what stands between fences cannot be broken.
pub fn long_lines(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let spans = literal_spans(text);
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let limit = (number, RUST_COLUMNS);
            let broken_by_a_literal = spans
                .iter()
                .any(|(start, end)| start.0 <= number && end.0 >= number && *end > limit);
            if line.chars().count() > RUST_COLUMNS
                && !broken_by_a_literal
                && !line.contains("://")
                && !line.trim_start().starts_with("//! |")
            {
                findings.push(too_long(path, number, line, RUST_COLUMNS));
            }
        }
    }
    for (path, text) in tree.with_extension("md") {
        let mut fenced = false;
        for (index, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            }
            let breakable = !fenced && !line.starts_with('|') && !line.contains("](");
            if breakable && line.chars().count() > DOCUMENT_COLUMNS {
                findings.push(too_long(path, index + 1, line, DOCUMENT_COLUMNS));
            }
        }
    }
    findings
}

/// Messages, snapshots, and what others made.
fn is_kept_byte_for_byte(path: &str) -> bool {
    path.ends_with(".snap") || path.ends_with("-vectors.json") || path.contains("/golden/")
}

fn too_long(path: &str, number: usize, line: &str, limit: usize) -> Finding {
    let columns = line.chars().count();
    Finding::new(
        path,
        number,
        format!("{columns} columns, at most {limit}: break it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_ends_and_tabs_are_found() {
        let tree = Tree::of([
            ("a.md", "one \ntwo"),
            ("b.rs", "\tfn f() {}\n"),
            ("Makefile", "a:\n\ttrue\n"),
            ("c.md", "one\n\n"),
            ("empty", ""),
        ]);
        let found: Vec<_> = ragged_lines(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].starts_with("a.md:1: ") && found[1].starts_with("a.md:2: "));
    }

    #[test]
    fn a_long_comment_is_found_and_a_long_literal_is_not() {
        let long = "x".repeat(95);
        let tree = Tree::of([
            (
                "a.rs",
                &format!(
                    "// Why {long}\nconst A: &str = \"{long}\";\nconst B: &str = \"\n{long}{long}\n\";\n"
                ),
            ),
            ("b.rs", &format!("// 提现 {}\n", "x".repeat(94))),
            (
                "c.md",
                &format!("{long}{long}\n| {long}{long} |\n```\n{long}{long}\n```\n"),
            ),
        ]);
        let found: Vec<_> = long_lines(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.rs:1: 102 columns") && found[1].starts_with("c.md:1: "));
    }
}
