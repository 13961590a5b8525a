//! The metrics that our code has: those of its catalogue, and whether somebody records each.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{checkout, read};

const CATALOGUE: &str = "shared/runtime/src/telemetry/catalogue.rs";

/// Every name under which `/metrics` can show something: a histogram has three.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn recorded() -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for (kind, name) in catalogue()? {
        match &*kind {
            "Histogram" => {
                names.extend(["_bucket", "_sum", "_count"].map(|end| name.clone() + end))
            }
            _ => names.extend([name]),
        }
    }
    Ok(names)
}

/// Kind and name of every metric in the catalogue.
///
/// # Errors
/// When it cannot be read.
pub fn catalogue() -> Result<Vec<(String, String)>> {
    let text = read(CATALOGUE)?;
    let entries = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('('));
    entries
        .filter(|entry| entry.contains(", \""))
        .map(|entry| {
            let (kind, rest) = entry.split_once(", \"").context("no kind")?;
            let (name, _) = rest.split_once('"').context("no name")?;
            Ok((kind.to_owned(), name.to_owned()))
        })
        .collect()
}

/// Every literal of our sources that could be a metric's name, the catalogue's own left out.
///
/// # Errors
/// When the sources cannot be read.
pub fn named_in_sources() -> Result<BTreeSet<String>> {
    let words = sources()?;
    let words = words.iter().flat_map(|text| text.split('"'));
    Ok(words
        .filter(|one| is_word(one))
        .map(str::to_owned)
        .collect())
}

/// Every name that is counted, set or recorded where it stands.
///
/// # Errors
/// When the sources cannot be read.
pub fn counted_in_sources() -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for text in sources()? {
        for of in [
            " metrics::counter!(",
            " metrics::gauge!(",
            " metrics::histogram!(",
        ] {
            let calls = text.match_indices(of).map(|(at, _)| &text[at + of.len()..]);
            let named = calls.filter_map(|call| call.trim_start().strip_prefix('"'));
            names.extend(named.filter_map(|call| Some(call.split_once('"')?.0.to_owned())));
        }
    }
    Ok(names)
}

fn sources() -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for folder in ["services", "shared"] {
        look(&checkout().join(folder), &mut texts)?;
    }
    Ok(texts)
}

fn look(folder: &Path, texts: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            look(&path, texts)?;
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("telemetry/catalogue.rs")
        {
            texts.push(fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn is_word(text: &str) -> bool {
    let mut characters = text.chars();
    !text.is_empty() && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
