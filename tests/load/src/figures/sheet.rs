//! What a bench of one figure tells: for people a table, for whoever compares runs JSON.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::machine::Machine;

/// The figures of one bench.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    /// What was measured.
    pub title: String,
    /// On what.
    pub machine: Machine,
    /// The figures, in order.
    pub lines: Vec<Line>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// What was reached, with its unit.
    pub reached: String,
    /// What was promised, if anything was.
    pub promised: Option<String>,
    /// Whether the promise was kept; nothing promised is kept.
    pub is_kept: bool,
}

impl Line {
    /// A figure that nothing was promised of.
    pub(crate) fn told(name: impl Into<String>, reached: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            reached: reached.into(),
            promised: None,
            is_kept: true,
        }
    }

    /// A figure and the promise about it.
    pub(crate) fn promised(
        name: impl Into<String>,
        reached: impl Into<String>,
        promised: impl Into<String>,
        is_kept: bool,
    ) -> Self {
        Self {
            name: name.into(),
            reached: reached.into(),
            promised: Some(promised.into()),
            is_kept,
        }
    }
}

impl Sheet {
    /// Whether every promise was kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.lines.iter().all(|line| line.is_kept)
    }
}

impl Display for Sheet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = &self.machine;
        writeln!(out, "{machine}\n\n{}", self.title.to_uppercase())?;
        for line in &self.lines {
            write!(out, "  {:<52} {:>18}", line.name, line.reached)?;
            match &line.promised {
                None => writeln!(out)?,
                Some(promised) if line.is_kept => writeln!(out, "  promised: {promised}")?,
                Some(promised) => writeln!(out, "  NOT KEPT, promised: {promised}")?,
            }
        }
        Ok(())
    }
}
