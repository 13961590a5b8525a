//! What every crate's `Cargo.toml` says the same way, and what it depends on.

use toml::{Table, Value};

use crate::{Finding, Tree};

/// One crate of ours.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// Its file, such as `shared/store/Cargo.toml`.
    pub(crate) path: String,
    /// Its name.
    pub(crate) name: String,
    table: Table,
}

/// A crate that another one names.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) for_tests: bool,
    from_workspace: bool,
}

const KINDS: [(&str, bool); 3] = [
    ("dependencies", false),
    ("build-dependencies", false),
    ("dev-dependencies", true),
];

/// Every crate of the tree; one whose manifest cannot be read is left to Cargo.
pub(crate) fn manifests(tree: &Tree) -> Vec<Manifest> {
    let files = tree
        .files()
        .filter(|(path, _)| path.ends_with("/Cargo.toml"));
    let read = |(path, text): (&str, &str)| {
        let table: Table = text.parse().ok()?;
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        Some(Manifest {
            path: path.to_owned(),
            name,
            table,
        })
    };
    files.filter_map(read).collect()
}

impl Manifest {
    /// The folder of the crate.
    pub(crate) fn folder(&self) -> &str {
        self.path.trim_end_matches("/Cargo.toml")
    }

    /// What it depends on, on any platform.
    pub(crate) fn dependencies(&self) -> Vec<Dependency> {
        let platforms = self.table.get("target").and_then(Value::as_table);
        let platforms = platforms.into_iter().flat_map(Table::values);
        let mut found = Vec::new();
        for table in platforms.filter_map(Value::as_table).chain([&self.table]) {
            for (kind, for_tests) in KINDS {
                let named = table.get(kind).and_then(Value::as_table);
                for (name, value) in named.into_iter().flatten() {
                    found.push(Dependency {
                        name: name.clone(),
                        for_tests,
                        from_workspace: is_from_workspace(value),
                    });
                }
            }
        }
        found
    }

    /// The line that begins with this name, else the first.
    pub(crate) fn line_of(&self, tree: &Tree, name: &str) -> usize {
        let text = tree.text(&self.path).unwrap_or_default();
        let names_it = |line: &str| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        };
        text.lines().position(names_it).map_or(1, |index| index + 1)
    }
}

/// Crates with versions, lints or a licence of their own.
pub fn own_settings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in manifests(tree) {
        if !manifest.table.get("lints").is_some_and(is_from_workspace) {
            let cure = "add `[lints]` with `workspace = true`: one set of lints for all";
            findings.push(Finding::new(&manifest.path, 1, cure));
        }
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            let package = manifest.table.get("package");
            let value = package.and_then(|package| package.get(key));
            if !value.is_some_and(is_from_workspace) {
                let cure = format!("write `{key}.workspace = true`");
                findings.push(Finding::new(
                    &manifest.path,
                    manifest.line_of(tree, key),
                    cure,
                ));
            }
        }
        for dependency in manifest.dependencies() {
            if !dependency.from_workspace {
                let line = manifest.line_of(tree, &dependency.name);
                let cure = format!(
                    "write `{}.workspace = true`: one version for all, chosen in the root",
                    dependency.name
                );
                findings.push(Finding::new(&manifest.path, line, cure));
            }
        }
    }
    findings
}

fn is_from_workspace(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
        [lints]\nworkspace = true\n[dependencies]\nserde.workspace = true\n";

    #[test]
    fn a_version_a_licence_or_lints_of_its_own_are_found() {
        let own_version = GOOD.replace("serde.workspace = true", "serde = \"1\"");
        let own_licence = GOOD.replace("license.workspace = true", "license = \"MIT\"");
        let no_lints = GOOD.replace("[lints]\nworkspace = true\n", "");
        let tree = Tree::of([
            ("shared/good/Cargo.toml", GOOD),
            ("shared/one/Cargo.toml", &own_version),
            ("shared/three/Cargo.toml", &own_licence),
            ("shared/two/Cargo.toml", &no_lints),
        ]);
        let found: Vec<_> = own_settings(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found[0].starts_with("shared/one/Cargo.toml:11: "),
            "{found:?}"
        );
        assert!(
            found[1].starts_with("shared/three/Cargo.toml:6: "),
            "{found:?}"
        );
        assert!(
            found[2].starts_with("shared/two/Cargo.toml:1: "),
            "{found:?}"
        );
    }

    #[test]
    fn dependencies_of_one_platform_count_too() {
        let text = format!("{GOOD}[target.'cfg(unix)'.dev-dependencies]\nlapin.workspace = true\n");
        let tree = Tree::of([("shared/a/Cargo.toml", &text)]);
        let dependencies = manifests(&tree)[0].dependencies();
        assert!(
            dependencies
                .iter()
                .any(|named| named.name == "lapin" && named.for_tests)
        );
    }
}
