//! What the top level may hold, and what a file may not be called.

use crate::{Finding, Tree};

const FOLDERS: [&str; 4] = ["deploy", "services", "shared", "tests"];

/// Beside files whose name begins with a dot.
const FILES: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
];

/// Names that say "more than one thing" or nothing at all.
const UNSPEAKING: [&str; 8] = [
    "common",
    "data",
    "helpers",
    "info",
    "manager",
    "misc",
    "processor",
    "utils",
];

/// The top level is a table of contents: nothing is added to it by the way.
pub fn top_level(tree: &Tree) -> Vec<Finding> {
    let foreign = tree.files().filter(|(path, _)| match path.split_once('/') {
        Some((folder, _)) => !FOLDERS.contains(&folder) && !folder.starts_with('.'),
        None => !FILES.contains(path) && !path.starts_with('.'),
    });
    let cure = "the top level holds deploy, services, shared, tests and the tools' settings: move it into one of them";
    foreign
        .map(|(path, _)| Finding::new(path, 1, cure))
        .collect()
}

/// Files, folders and inline modules whose name says nothing, and `mod.rs`, whose name says less.
pub fn unspeaking_names(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        // A snapshot is named after what is printed, such as the help of `keys rotate-data`.
        if path.ends_with(".snap") {
            continue;
        }
        if path.ends_with("/mod.rs") {
            findings.push(Finding::new(
                path,
                1,
                "name it after its folder, and put it beside that",
            ));
        }
        for part in path.split('/') {
            let name = part.split_once('.').map_or(part, |(name, _)| name);
            if says_nothing(name) {
                findings.push(Finding::new(path, 1, cure(name)));
            }
        }
        if path.ends_with(".rs") {
            findings.extend(inline_modules(path, text));
        }
    }
    findings
}

fn inline_modules(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        let named = words.find(|word| *word == "mod").and_then(|_| words.next());
        if let (Some(name), Some("{")) = (named, words.next())
            && says_nothing(name)
        {
            findings.push(Finding::new(path, index + 1, cure(name)));
        }
    }
    findings
}

fn says_nothing(name: &str) -> bool {
    UNSPEAKING.contains(&name)
        || name.split(['_', '-']).next_back().is_some_and(|last| {
            // `retry_manager` is a manager too; `partner_info` is not more than a partner.
            name != last && UNSPEAKING.contains(&last)
        })
}

fn cure(name: &str) -> String {
    format!("`{name}` says nothing: a noun for what it holds, or a verb for what it does")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_documents_at_the_top_is_found() {
        let tree = Tree::of([
            ("docs/a.md", ""),
            ("notes.md", ""),
            ("deploy/a", ""),
            (".ci/run", ""),
            ("README.md", ""),
        ]);
        assert_eq!(top_level(&tree).len(), 2);
    }

    #[test]
    fn names_that_say_nothing_are_found_in_files_folders_and_modules() {
        let tree = Tree::of([
            ("shared/store/src/utils.rs", ""),
            ("shared/store/src/common/pool.rs", ""),
            ("shared/store/src/pool/mod.rs", ""),
            ("shared/store/src/retry_manager.rs", ""),
            ("services/a/tests/it/snapshots/rotate-data.snap", ""),
            ("shared/store/src/a.rs", "mod helpers {\n}\n"),
            (
                "shared/store/src/information.rs",
                "mod money;\n// mod misc is banned\n",
            ),
        ]);
        let findings = unspeaking_names(&tree);
        assert_eq!(findings.len(), 5, "{findings:?}");
    }
}
