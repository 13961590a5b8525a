//! What a reviewer would otherwise say twice, said by a test.
//!
//! A rule is a function from a [`Tree`] to findings, and each finding says where and what to do.
//! `tests/it` applies every rule to this repository; the tests beside a rule apply it to trees of
//! two or three files, because a rule that cannot fail is worthless. Words that a rule forbids are
//! written here in two halves, or this crate would be the first to break it.

mod codes;
mod comments;
mod imports;
mod layout;
mod length;
mod lines;
mod links;
mod manifests;
mod migrations;
mod proofs;
mod reachable;
mod runbook;
mod rust;
mod sql;
mod tree;
mod words;

pub use codes::codes_nobody_tried;
pub use comments::history;
pub use imports::{
    allowed_outside_crates, drivers_by_the_back_door, only_allowed_imports,
    sandbox_reads_for_itself, still_contract,
};
pub use layout::{top_level, unspeaking_names};
pub use length::{long_examples, long_files, missing_module_docs};
pub use lines::{long_lines, ragged_lines};
pub use links::{broken_links, drawings_that_differ, paths_that_are_gone};
pub use manifests::own_settings;
pub use migrations::{headless_migrations, misnumbered_migrations, tables_without_history};
pub use proofs::tests_that_are_gone;
pub use reachable::dead_files;
pub use runbook::{names_nobody_knows, sections_without_a_command};
pub use rust::unreadable;
pub use sql::{shouted_sql, sql_elsewhere, unnamed_statements};
pub use tree::{Finding, Tree};
pub use words::{developers_paths, forbidden_words, registry_hosts};
