//! To which trace belongs what is written now: outbox rows, drafts, applications and attempts
//! carry it.
//!
//! It is asked for here, where the rows are written, and not by each of those who write them: a
//! message that nobody thought of carries its trace all the same. This crate knows no spans; who
//! runs us says where to ask.

use std::sync::OnceLock;

/// Answers the `traceparent` of the work that is under way on this task, if any.
pub type Source = fn() -> Option<String>;

static SOURCE: OnceLock<Source> = OnceLock::new();

/// Says where to ask. The first to say so is asked for the rest of the process's life.
pub fn ask(source: Source) {
    let _ = SOURCE.set(source);
}

/// As it is written into a row.
pub(crate) fn traceparent() -> Option<String> {
    SOURCE.get().and_then(|source| source())
}
