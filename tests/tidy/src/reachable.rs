//! Dead files: Rust that no crate includes, and so no compiler reads.

use std::collections::BTreeSet;

use crate::manifests::manifests;
use crate::rust::declared_modules;
use crate::{Finding, Tree};

/// Files that no `mod` leads to, and `mod`s that lead to no file.
pub fn dead_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in manifests(tree) {
        let folder = format!("{}/", manifest.folder());
        let files: BTreeSet<&str> = tree
            .with_extension("rs")
            .map(|(path, _)| path)
            .filter(|path| path.starts_with(&folder))
            .collect();
        let mut reached = BTreeSet::new();
        for root in files.iter().filter(|path| is_root(&path[folder.len()..])) {
            let (parent, _) = root.rsplit_once('/').unwrap_or(("", root));
            follow(tree, root, parent, &mut reached, &mut findings);
        }
        for file in files {
            if !reached.contains(file) {
                let cure = "no `mod` leads here: nobody compiles it, so declare it or delete it";
                findings.push(Finding::new(file, 1, cure));
            }
        }
    }
    findings
}

/// Where Cargo begins to read.
fn is_root(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(
        parts[..],
        ["build.rs"]
            | ["src", "lib.rs" | "main.rs"]
            | ["src", "bin", _]
            | ["src", "bin", _, "main.rs"]
            | ["tests" | "benches" | "examples", _]
            | ["tests" | "benches" | "examples", _, "main.rs"]
    )
}

/// `folder` is where the modules that `file` declares are looked for.
fn follow(
    tree: &Tree,
    file: &str,
    folder: &str,
    reached: &mut BTreeSet<String>,
    findings: &mut Vec<Finding>,
) {
    if !reached.insert(file.to_owned()) {
        return;
    }
    for module in declared_modules(tree.text(file).unwrap_or_default()) {
        let inner = format!("{folder}/{}", module.path.join("/"));
        let beside = format!("{inner}.rs");
        let below = format!("{inner}/mod.rs");
        if tree.contains(&beside) {
            follow(tree, &beside, &inner, reached, findings);
        } else if tree.contains(&below) {
            follow(tree, &below, &inner, reached, findings);
        } else {
            let cure = format!("there is no {beside}: write it, or take the `mod` away");
            findings.push(Finding::new(file, module.line, cure));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\nname = \"a\"\n";

    #[test]
    fn every_file_is_reached_from_where_cargo_begins() {
        let tree = Tree::of([
            ("shared/a/Cargo.toml", MANIFEST),
            ("shared/a/src/lib.rs", "mod b;\nmod lost;\n"),
            ("shared/a/src/b.rs", "mod c;\n#[cfg(test)]\nmod tests;\n"),
            ("shared/a/src/b/c.rs", ""),
            ("shared/a/src/b/tests.rs", ""),
            ("shared/a/src/dead.rs", "mod also_dead;\n"),
            ("shared/a/src/dead/also_dead.rs", ""),
            ("shared/a/src/bin/tool.rs", ""),
            ("shared/a/tests/it/main.rs", "mod first;\n"),
            ("shared/a/tests/it/first.rs", ""),
            ("shared/a/tests/it/second.rs", ""),
        ]);
        let found: Vec<_> = dead_files(&tree).iter().map(ToString::to_string).collect();
        let places: Vec<_> = found
            .iter()
            .map(|text| text.split(": ").next().unwrap_or(text))
            .collect();
        assert_eq!(
            places,
            [
                "shared/a/src/lib.rs:2",
                "shared/a/src/dead.rs:1",
                "shared/a/src/dead/also_dead.rs:1",
                "shared/a/tests/it/second.rs:1",
            ]
        );
    }
}
