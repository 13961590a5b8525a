//! What documents point to: files, headings, targets of `make`, and the drawing of the states.

use crate::{Finding, Tree};

/// The drawing that a test beside it compares with the code.
const DRAWING: &str = "shared/contract/src/withdrawal/state.mmd";

/// Links to files and headings that are not there.
pub fn broken_links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("md") {
        for (number, line) in prose(text) {
            for target in targets(&without_code(line)) {
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                if let Some(cure) = broken(tree, path, target) {
                    findings.push(Finding::new(path, number, cure));
                }
            }
        }
    }
    findings
}

fn broken(tree: &Tree, from: &str, target: &str) -> Option<String> {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() {
        from.to_owned()
    } else {
        resolved(from, file)?
    };
    if !tree.contains(&file) {
        return Some(format!("{target}: there is no {file}"));
    }
    let headings = tree.text(&file).map(headings).unwrap_or_default();
    if !heading.is_empty()
        && file.ends_with(".md")
        && !headings.iter().any(|found| found == heading)
    {
        return Some(format!("{target}: {file} has no heading #{heading}"));
    }
    None
}

/// The path from the root; `None` when it leads out of the tree, which is then nobody's concern.
fn resolved(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The headings as a page shows them in its address.
fn headings(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = title.trim().to_lowercase();
        let kept = kept
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let repeated = found.iter().filter(|other| **other == anchor).count();
        found.push(if repeated == 0 {
            anchor
        } else {
            format!("{anchor}-{repeated}")
        });
    }
    found
}

/// Paths and `make` targets written in backticks that are not there. What holds a `*`, a `{` or a
/// `<` stands for many.
pub fn paths_that_are_gone(tree: &Tree) -> Vec<Finding> {
    let make_targets = make_targets(tree.text("Makefile").unwrap_or_default());
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("md") {
        for (number, line) in prose(text) {
            for code in line.split('`').skip(1).step_by(2) {
                let in_tree = ["deploy/", "services/", "shared/", "tests/"];
                let is_path = in_tree.iter().any(|folder| code.starts_with(folder));
                let named = code.trim_end_matches('/');
                if is_path && !code.contains(['*', '{', '<', ' ', '…']) && !tree.contains(named) {
                    findings.push(Finding::new(path, number, format!("there is no {named}")));
                }
                if let Some(target) = code.strip_prefix("make ") {
                    let mut words = target.split_whitespace();
                    let unknown = words
                        .find(|word| !word.contains(['=', '<']) && !make_targets.contains(word));
                    if let Some(word) = unknown {
                        let cure = format!("the Makefile has no target {word}");
                        findings.push(Finding::new(path, number, cure));
                    }
                }
            }
        }
    }
    findings
}

fn make_targets(makefile: &str) -> Vec<&str> {
    let rules = makefile
        .lines()
        .filter(|line| !line.starts_with(['\t', '#', '.', ' ']));
    let named = rules.filter_map(|line| line.split_once(':'));
    named
        .flat_map(|(names, _)| names.split_whitespace())
        .collect()
}

/// Drawings of the states in documents that differ from the one that is tested.
pub fn drawings_that_differ(tree: &Tree) -> Vec<Finding> {
    let Some(drawing) = tree.text(DRAWING) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("md") {
        for (number, drawn) in fenced(text, "mermaid") {
            if drawn.starts_with("stateDiagram") && drawn.trim_end() != drawing.trim_end() {
                let cure = format!("differs from {DRAWING}: copy that");
                findings.push(Finding::new(path, number, cure));
            }
        }
    }
    findings
}

/// What stands between fences of one language, with the line where each begins.
fn fenced(text: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.trim().strip_prefix("```")) {
            (None, Some(named)) if named == language => open = Some((index + 1, String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, inside)), None) => {
                inside.push_str(line);
                inside.push('\n');
            }
            (None, _) => {}
        }
    }
    found
}

/// The lines outside fences, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        if fence {
            fenced = !fenced;
        }
        (!fence && !fenced).then_some((index + 1, line))
    })
}

fn without_code(line: &str) -> String {
    let outside: Vec<&str> = line.split('`').step_by(2).collect();
    outside.join("`")
}

/// What stands in the round brackets of `[text](target)`, without a title.
fn targets(line: &str) -> Vec<&str> {
    let after = line.split("](").skip(1);
    let inside = after.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    inside
        .filter_map(|target| target.split_whitespace().next())
        .collect()
}

#[cfg(test)]
mod tests;
