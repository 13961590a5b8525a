//! How the tool ends, as other programs see it.

use std::process::ExitCode;

/// The four ends there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: failed, or the answer is no.
    Failed,
    /// 3: some of several were done and some were not.
    Partly,
    /// 64: the command line or the environment is wrong; nothing was tried (`EX_USAGE`).
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Partly => 3,
            Exit::Usage => 64,
        })
    }
}

/// A mistake in the command line or the environment, noticed after it was parsed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongUsage(pub(crate) String);
