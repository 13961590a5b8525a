//! Migrations: their numbers, what each says of itself, and who changed which row when.

use crate::{Finding, Tree};

const FOLDER: &str = "shared/store/migrations/";

/// What a person must know before running it at night, in this order.
const HEAD: [&str; 4] = ["-- Purpose: ", "-- Locks: ", "-- Deploy: ", "-- Undo: "];

/// Tables whose rows are never changed, each with the reason.
const NEVER_UPDATED: [(&str, &str); 14] = [
    (
        "application_materials",
        "a picture that was sent in with an application stays part of it",
    ),
    (
        "application_timeline",
        "append-only by a trigger, with its time in `at` and its author in `recorded_by`",
    ),
    (
        "application_timeline_rest",
        "a part of application_timeline",
    ),
    (
        "audit",
        "append-only by a trigger, with its time in `at` and its author in `actor`",
    ),
    (
        "day_balances",
        "append-only by a trigger: a later count of the day is a version of its own",
    ),
    (
        "events",
        "append-only by a trigger, with its time in `at` and its author in `recorded_by`",
    ),
    (
        "inbox",
        "a key that was seen stays seen; the row is only written and deleted",
    ),
    (
        "nonces",
        "a nonce that was used stays used; the row is only written and deleted",
    ),
    (
        "notice_attempts",
        "a log: each try is told once, with its time in `at`",
    ),
    ("notice_attempts_rest", "a part of notice_attempts"),
    (
        "statement_differences",
        "found anew with each file; the row is only written and deleted",
    ),
    (
        "statement_lines",
        "what Huifu wrote; a corrected file replaces all lines of the one before",
    ),
    (
        "timeline",
        "append-only by a trigger, with its time in `at` and its author in `recorded_by`",
    ),
    ("timeline_rest", "a part of timeline"),
];

const HISTORY: [&str; 3] = ["created_at", "updated_at", "updated_by"];

/// Names other than `V0001__noun.sql`, gaps and repeated numbers.
pub fn misnumbered_migrations(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut expected = 1;
    for (path, _) in migrations(tree) {
        let Some(number) = number_of(path) else {
            findings.push(Finding::new(
                path,
                1,
                "name it V0001__noun.sql: four digits, lower case",
            ));
            continue;
        };
        if number != expected {
            let cure = format!("number {expected:04} is next: no gap, no number twice");
            findings.push(Finding::new(path, 1, cure));
        }
        expected = number + 1;
    }
    findings
}

fn number_of(path: &str) -> Option<u32> {
    let name = path.strip_prefix(FOLDER)?.strip_suffix(".sql")?;
    let (number, noun) = name.strip_prefix('V')?.split_once("__")?;
    let speaks = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if number.len() != 4 || noun.is_empty() || !noun.chars().all(speaks) {
        return None;
    }
    number.parse().ok()
}

/// Migrations that do not open with Purpose, Locks, Deploy and Undo, or that hide a statement that
/// no transaction may hold.
pub fn headless_migrations(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in migrations(tree) {
        let opening: Vec<&str> = text
            .lines()
            .take_while(|line| line.starts_with("--"))
            .filter(|line| !line.starts_with("--  "))
            .collect();
        for (index, head) in HEAD.into_iter().enumerate() {
            let says = opening.get(index).and_then(|line| line.strip_prefix(head));
            if says.is_none_or(|rest| rest.trim().is_empty()) {
                let cure = format!(
                    "line {} of the opening comment must be `{head}…`",
                    index + 1
                );
                findings.push(Finding::new(path, index + 1, cure));
            }
        }
        let statements = without_comments(text);
        let alone = statements.trim().trim_end_matches(';');
        if alone.contains("concurrently") && alone.contains(';') {
            let cure = "an index that is built concurrently stands alone in its file";
            findings.push(Finding::new(path, 1, cure));
        }
    }
    findings
}

/// Tables that do not say when a row was made, and when and by what it was changed.
pub fn tables_without_history(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in migrations(tree) {
        for table in tables(text) {
            let never_updated = NEVER_UPDATED.iter().any(|(name, _)| *name == table.name);
            let missing: Vec<&str> = HISTORY
                .into_iter()
                .filter(|column| !table.columns.iter().any(|found| found == column))
                .collect();
            if !never_updated && !missing.is_empty() {
                let cure = format!(
                    "table {} lacks {}; if no row is ever changed, say so in tests/tidy/src/migrations.rs",
                    table.name,
                    missing.join(", ")
                );
                findings.push(Finding::new(path, table.line, cure));
            }
        }
    }
    findings
}

struct Table {
    name: String,
    line: usize,
    columns: Vec<String>,
}

/// The tables that a file creates; a column is the first word of a line one level inside.
fn tables(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut depth = 0_i32;
    let text = without_comments(text);
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        if let Some(rest) = line.trim().strip_prefix("create table ") {
            let name = rest.trim_start_matches("if not exists ");
            let name = name.split(|c: char| c == '(' || c.is_whitespace());
            tables.push(Table {
                name: name.into_iter().next().unwrap_or_default().to_owned(),
                line: index + 1,
                columns: Vec::new(),
            });
            depth = 0;
        } else if depth == 1
            && let (Some(table), Some(word)) = (tables.last_mut(), words.next())
        {
            table.columns.push(word.to_owned());
        }
        for character in line.chars() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                // Nothing belongs to the table any more.
                ';' => depth = i32::MIN / 2,
                _ => {}
            }
        }
    }
    tables
}

fn without_comments(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// In the order of their names.
fn migrations(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.files().filter(|(path, _)| path.starts_with(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADED: &str = "-- Purpose: a.\n--          and b.\n-- Locks:   none.\n-- Deploy:  before.\n-- Undo:    drop it.\n";

    #[test]
    fn gaps_repetitions_and_other_names_are_found() {
        let tree = Tree::of([
            ("shared/store/migrations/V0001__users.sql", ""),
            ("shared/store/migrations/V0003__cards.sql", ""),
            ("shared/store/migrations/V0003__cases.sql", ""),
            ("shared/store/migrations/V4__cases.sql", ""),
            ("shared/store/migrations/README.md", ""),
        ]);
        assert_eq!(misnumbered_migrations(&tree).len(), 4);
    }

    #[test]
    fn a_migration_says_what_it_locks_and_how_to_undo_it() {
        let no_undo = HEADED.replace("-- Undo:    drop it.\n", "");
        let mixed = format!("{HEADED}create index concurrently a on b (c);\nselect 1;\n");
        let tree = Tree::of([
            ("shared/store/migrations/V0001__good.sql", HEADED),
            ("shared/store/migrations/V0002__bad.sql", &no_undo),
            ("shared/store/migrations/V0003__mixed.sql", &mixed),
        ]);
        let found: Vec<_> = headless_migrations(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("V0002__bad.sql:4: ") && found[0].contains("-- Undo: "));
    }

    #[test]
    fn a_table_that_forgets_who_changed_it_is_found() {
        let text = "create table a (\n    created_at timestamptz,\n    updated_at timestamptz,\n\
            \x20   -- updated_by is a word here.\n    check (\n        updated_by = 'x')\n);\n\
            create table inbox (\n    key text\n);\n\
            create table b (\n    created_at timestamptz,\n    updated_at timestamptz,\n    updated_by text\n);\n";
        let tree = Tree::of([("shared/store/migrations/V0001__a.sql", text)]);
        let found: Vec<_> = tables_without_history(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("V0001__a.sql:1: table a lacks updated_by;"));
    }
}
