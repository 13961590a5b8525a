//! How long a file may be, and how it opens. (Clippy counts the lines of functions.)

use crate::rust::{is_test_file, test_lines};
use crate::{Finding, Tree};

/// What a reader can hold in the head; above the tests, which nobody reads from top to bottom.
const CODE_LINES: usize = 300;

/// A file of tests is a list.
const TEST_FILE_LINES: usize = 700;

/// Beyond this the tests hide where the code ends.
const TESTS_BELOW_CODE_LINES: usize = 100;

/// Strangers read these as the example of how it is done; what they must copy must be little.
const EXAMPLES: &str = "services/intake/clients/";
const EXAMPLE_LINES: usize = 150;

/// Files of the reference clients that are no longer minimal.
pub fn long_examples(tree: &Tree) -> Vec<Finding> {
    let long = tree
        .files()
        .filter(|(path, text)| path.starts_with(EXAMPLES) && text.lines().count() >= EXAMPLE_LINES);
    let cure = "150 lines or more: an example is read whole, or not at all";
    long.map(|(path, _)| Finding::new(path, EXAMPLE_LINES, cure))
        .collect()
}

/// Files that are more than one thing.
pub fn long_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let lines = text.lines().count();
        if is_test_file(path) {
            if lines > TEST_FILE_LINES {
                let cure =
                    format!("{lines} lines of tests, at most {TEST_FILE_LINES}: one file per verb");
                findings.push(Finding::new(path, TEST_FILE_LINES + 1, cure));
            }
            continue;
        }
        let tests: usize = test_lines(text)
            .into_iter()
            .map(|range| range.end() - range.start() + 1)
            .sum();
        if lines - tests > CODE_LINES {
            let cure = format!(
                "{} lines above the tests, at most {CODE_LINES}: it is more than one thing",
                lines - tests
            );
            findings.push(Finding::new(path, CODE_LINES + 1, cure));
        }
        if tests > TESTS_BELOW_CODE_LINES {
            let folder = path.trim_end_matches(".rs");
            let folder = folder.trim_end_matches("/lib").trim_end_matches("/main");
            let cure = format!(
                "{tests} lines of tests below the code, at most {TESTS_BELOW_CODE_LINES}: \
                 move them to {folder}/tests.rs"
            );
            findings.push(Finding::new(path, lines - tests, cure));
        }
    }
    findings
}

/// Modules and binaries that do not say what they are. Files of tests do it by their name.
pub fn missing_module_docs(tree: &Tree) -> Vec<Finding> {
    let silent = tree.with_extension("rs").filter(|(path, text)| {
        path.contains("/src/") && !is_test_file(path) && !text.starts_with("//! ")
    });
    let cure =
        "open it with `//!`: one sentence for what it is, then what a newcomer would get wrong";
    silent
        .map(|(path, _)| Finding::new(path, 1, cure))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> String {
        "const A: u8 = 1;\n".repeat(count)
    }

    fn with_tests(count: usize) -> String {
        format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(count))
    }

    #[test]
    fn code_is_counted_without_its_tests() {
        let tree = Tree::of([
            ("shared/store/src/fits.rs", &(lines(300) + &with_tests(90))),
            ("shared/store/src/long.rs", &(lines(301) + &with_tests(1))),
            ("shared/store/src/many.rs", &(lines(9) + &with_tests(98))),
            ("shared/store/tests/it/list.rs", &lines(700)),
            ("shared/store/tests/it/endless.rs", &lines(701)),
        ]);
        let found: Vec<_> = long_files(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("shared/store/src/long.rs:301: "));
        assert!(found[1].contains("101 lines of tests below the code"));
        assert!(found[1].contains("shared/store/src/many/tests.rs"));
        assert!(found[2].starts_with("shared/store/tests/it/endless.rs:701: "));
    }

    #[test]
    fn an_example_that_grew_is_found() {
        let tree = Tree::of([
            ("services/intake/clients/go/fits.go", &lines(149)),
            ("services/intake/clients/go/long.go", &lines(150)),
            ("services/intake/src/other.go", &lines(150)),
        ]);
        let found: Vec<_> = long_examples(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("services/intake/clients/go/long.go:150: "));
    }

    #[test]
    fn a_binary_without_a_first_sentence_is_found() {
        let tree = Tree::of([
            ("services/intake/src/main.rs", "fn main() {}\n"),
            ("services/intake/src/lib.rs", "//! The front door.\n"),
            ("services/intake/src/page/tests.rs", "use super::*;\n"),
            ("services/intake/tests/it/main.rs", "mod page;\n"),
        ]);
        let found = missing_module_docs(&tree);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .to_string()
                .starts_with("services/intake/src/main.rs:1: ")
        );
    }
}
