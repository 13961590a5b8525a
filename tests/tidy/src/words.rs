//! Words that may not stand in any file.
//!
//! Each is written in two halves, for this file is searched like every other.

use crate::{Finding, Tree};

/// Files that others write.
const NOT_OURS: [&str; 2] = ["Cargo.lock", "LICENSE"];

/// Promises nobody keeps, and silenced lints.
pub fn forbidden_words(tree: &Tree) -> Vec<Finding> {
    let later = "finish it, or open an issue and leave no mark here";
    let words = [
        (["TO", "DO"], later),
        (["FIX", "ME"], later),
        (["XX", "X"], later),
    ];
    let marks = [
        (
            ["#[al", "low("],
            "use #[expect(lint, reason = \"…\")]: it says why, and when it is no longer needed",
        ),
        (
            ["#![al", "low("],
            "use #![expect(lint, reason = \"…\")]: it says why, and when it is no longer needed",
        ),
        (["<<<<", "<<< "], "finish the merge"),
        ([">>>>", ">>> "], "finish the merge"),
    ];
    let mut findings = Vec::new();
    each_line(tree, |path, number, line| {
        for (halves, cure) in &words {
            if has_word(line, &halves.concat()) {
                findings.push(Finding::new(path, number, *cure));
            }
        }
        for (halves, cure) in &marks {
            if line.contains(&halves.concat()) {
                findings.push(Finding::new(path, number, *cure));
            }
        }
    });
    findings
}

/// Where packages come from is a setting of the machine that builds.
pub fn registry_hosts(tree: &Tree) -> Vec<Finding> {
    let hosts = [
        ["crates", ".io"],
        ["docker", ".io"],
        ["docker", ".com"],
        ["gcr", ".io"],
        ["ghcr", ".io"],
        ["k8s", ".io"],
        ["npmjs", ".com"],
        ["npmjs", ".org"],
        ["proxy.golang", ".org"],
        ["pypi", ".org"],
        ["pythonhosted", ".org"],
        ["quay", ".io"],
        ["rubygems", ".org"],
        ["deb.debian", ".org"],
    ];
    // API groups of Kubernetes are names and no hosts.
    let groups = ["apiVersion:", "kind:", "app.kubernetes"];
    let mut findings = Vec::new();
    each_line(tree, |path, number, line| {
        for halves in &hosts {
            let host = halves.concat();
            if line.contains(&host) && !groups.iter().any(|group| line.contains(group)) {
                let cure =
                    format!("{host}: name no registry; the machine that builds knows its own");
                findings.push(Finding::new(path, number, cure));
            }
        }
    });
    findings
}

/// Folders of one person's machine.
pub fn developers_paths(tree: &Tree) -> Vec<Finding> {
    let folders = [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["/Us", "ers/"],
    ];
    let mut findings = Vec::new();
    each_line(tree, |path, number, line| {
        for halves in &folders {
            let folder = halves.concat();
            let begins = |(at, _): (usize, &str)| {
                let before = line[..at].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && !"._-~*}/)>".contains(c))
            };
            if line.match_indices(&folder).any(begins) {
                let cure = format!(
                    "{folder}… is there on one machine only: make it relative, or a setting"
                );
                findings.push(Finding::new(path, number, cure));
            }
        }
    });
    findings
}

fn each_line(tree: &Tree, mut look: impl FnMut(&str, usize, &str)) {
    for (path, text) in tree.files() {
        if !NOT_OURS.contains(&path) {
            for (index, line) in text.lines().enumerate() {
                look(path, index + 1, line);
            }
        }
    }
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|found| found == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_and_silenced_lints_are_found() {
        let promise = ["// TO", "DO: later\n"].concat();
        let silenced = ["#![al", "low(dead_code)]\n"].concat();
        let tree = Tree::of([
            ("a.rs", &promise),
            ("b.rs", &silenced),
            ("c.rs", "// method, fixed, XXXX\n"),
            ("LICENSE", &promise),
        ]);
        assert_eq!(forbidden_words(&tree).len(), 2);
    }

    #[test]
    fn the_host_of_a_registry_is_found_anywhere_but_in_the_lock_file() {
        let line = ["from docker", ".io/library/debian\n"].concat();
        let group = ["apiVersion: networking.k8s", ".io/v1\n"].concat();
        let tree = Tree::of([
            ("deploy/Dockerfile", &line),
            ("Cargo.lock", &line),
            ("deploy/a.yaml", &group),
        ]);
        let found = registry_hosts(&tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("deploy/Dockerfile:1: "));
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_part_of_a_url_is_not() {
        let bad = ["key = \"/ho", "me/me/key.pem\"\n"].concat();
        let good = ["https://example.com/ho", "me/page and net/wo", "rk/\n"].concat();
        let tree = Tree::of([("deploy/a.env", &bad), ("README.md", &good)]);
        assert_eq!(developers_paths(&tree).len(), 1);
    }
}
