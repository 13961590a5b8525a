//! What was found wrong, all of it: one look at a red test should do.

use anyhow::{Result, bail};

/// Sentences about one page.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<String>);

impl Findings {
    pub(crate) fn add(&mut self, finding: impl Into<String>) {
        self.0.push(finding.into());
    }

    /// Adds `finding` unless `holds`.
    pub(crate) fn unless(&mut self, holds: bool, finding: impl FnOnce() -> String) {
        if !holds {
            self.0.push(finding());
        }
    }

    /// An error with all of them, if there are any.
    pub(crate) fn none(self, page: &str) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        bail!("{page}:\n  {}", self.0.join("\n  "))
    }
}
