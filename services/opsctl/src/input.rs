//! What commands read: files that are named, and standard input.
//!
//! A secret is never an argument: other users of the machine can read those.

use std::io::Read as _;
use std::path::Path;

use crate::exit::WrongUsage;

/// What the file says.
pub(crate) fn file(path: &Path) -> Result<String, WrongUsage> {
    std::fs::read_to_string(path).map_err(|error| unusable(path, error))
}

/// What comes on standard input.
pub(crate) fn stdin() -> Result<String, WrongUsage> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|error| WrongUsage(format!("standard input: {error}")))?;
    Ok(text)
}

/// What the file says, or standard input where none is named.
pub(crate) fn file_or_stdin(path: Option<&Path>) -> Result<String, WrongUsage> {
    path.map_or_else(stdin, file)
}

/// What is wrong with a file that was named.
pub(crate) fn unusable(path: &Path, problem: impl std::fmt::Display) -> WrongUsage {
    WrongUsage(format!("{}: {problem}", path.display()))
}
