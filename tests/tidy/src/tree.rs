//! The files of the repository as Git would commit them, and what was found wrong in them.
//!
//! A file that is not UTF-8 is listed and has no lines, so no rule about text speaks of it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// Paths with `/`, relative to the root, each with its text.
#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

/// A place, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    line: usize,
    cure: String,
}

impl Finding {
    pub(crate) fn new(path: &str, line: usize, cure: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            cure: cure.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.cure)
    }
}

impl Tree {
    /// This repository: what is tracked, and what is new and not ignored.
    ///
    /// # Errors
    /// When a listed file cannot be read.
    pub fn of_repository() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut tree = Self::default();
        for path in listed_by_git(&root).map_or_else(|| walked(&root), Ok)? {
            let file = root.join(&path);
            // Listed although it was just deleted, or a link to a folder.
            if !file.is_file() {
                continue;
            }
            let bytes = fs::read(&file).with_context(|| format!("cannot read {path}"))?;
            tree.files
                .insert(path, String::from_utf8(bytes).unwrap_or_default());
        }
        Ok(tree)
    }

    /// A tree for the test of a rule.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(files: [(&str, &str); N]) -> Self {
        let owned = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        Self {
            files: owned.into(),
        }
    }

    /// Every file with its text.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter();
        files.map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose name ends in `.extension`.
    pub(crate) fn with_extension<'a>(
        &'a self,
        extension: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(move |(path, _)| {
            path.rsplit_once('.')
                .is_some_and(|(_, found)| found == extension)
        })
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether it is a file or a folder of the tree; the root is the empty path.
    pub(crate) fn contains(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        path.is_empty()
            || self.files.contains_key(path)
            || self.files.keys().any(|file| file.starts_with(&folder))
    }

    /// How many files it holds.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// `None` where there is no Git or no repository, as in a source archive.
fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .current_dir(root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    let paths = text.split('\0').filter(|path| !path.is_empty());
    Some(paths.map(str::to_owned).collect())
}

/// Every file but those that `.gitignore` names.
fn walked(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                let ignored = ["target", ".local", ".git"].map(Path::new);
                if !ignored.contains(&path.as_path()) {
                    folders.push(path);
                }
            } else if let Some(path) = path.to_str() {
                files.push(path.to_owned());
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_and_a_walk_find_this_file() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let this = "tests/tidy/src/tree.rs".to_owned();
        assert!(walked(&root).expect("a readable tree").contains(&this));
        assert!(
            Tree::of_repository()
                .expect("readable files")
                .text(&this)
                .is_some()
        );
    }

    #[test]
    fn a_folder_is_there_when_a_file_is_in_it() {
        let tree = Tree::of([("deploy/env/intake.env", "")]);
        assert!(tree.contains("deploy/env") && tree.contains("deploy/env/intake.env"));
        assert!(!tree.contains("deploy/en"));
    }

    #[test]
    fn a_finding_reads_as_a_compiler_would_say_it() {
        let finding = Finding::new("a.rs", 7, "say why");
        assert_eq!(finding.to_string(), "a.rs:7: say why");
    }
}
