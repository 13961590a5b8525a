//! SQL: where it stands, what it is called, how it looks.
//!
//! The first line of a statement is its name, and `pg_stat_statements`, the log of slow statements
//! and a search in the sources all answer to that name.

use crate::rust::{is_test_file, texts, without_tests};
use crate::{Finding, Tree};

/// Where statements live.
const HOME: &str = "shared/store/src/";

/// Statements in store without the name of their constant, and text put together where a statement
/// could be.
pub fn unnamed_statements(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let Some(module) = module_of(path) else {
            continue;
        };
        for literal in texts(&without_tests(text)) {
            let first = literal.value.lines().next().unwrap_or_default();
            let is_statement = first.starts_with("-- ") || is_sql(&literal.value);
            if literal.within.as_deref() == Some("format") && holds_sql_words(&literal.value) {
                let cure = "no format! in store: a statement that is put together cannot be pasted into psql";
                findings.push(Finding::new(path, literal.line, cure));
            } else if is_statement {
                let Some(constant) = &literal.constant else {
                    let cure = "give the statement a constant of its own, named on its first line";
                    findings.push(Finding::new(path, literal.line, cure));
                    continue;
                };
                let name = format!("-- {module}.{}", constant.to_lowercase());
                if first != name {
                    let cure = format!("the first line of {constant} must be `{name}`");
                    findings.push(Finding::new(path, literal.line, cure));
                }
            }
        }
    }
    findings
}

/// `users` for `shared/store/src/users/password.rs`: the table, not the file.
fn module_of(path: &str) -> Option<&str> {
    let inner = path.strip_prefix(HOME).filter(|_| !is_test_file(path))?;
    let first = inner.split('/').next()?;
    Some(first.trim_end_matches(".rs"))
}

/// Statements in the services, in runtime or in contract.
pub fn sql_elsewhere(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let guarded = ["services/", "shared/runtime/", "shared/contract/"];
        if !guarded.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        for literal in texts(text) {
            if is_sql(&literal.value) {
                let cure = "SQL lives in shared/store/src, one function a statement";
                findings.push(Finding::new(path, literal.line, cure));
            }
        }
    }
    findings
}

/// Whether a text is a statement and not a sentence that begins with the same word.
fn is_sql(text: &str) -> bool {
    let statement: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    let statement = statement.join(" ").to_lowercase();
    let words: Vec<&str> = statement.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    match words[..] {
        ["select", ..] => {
            has("from") && (has("where") || has("limit") || words.len() == 4)
                || statement.contains('(')
        }
        ["with", _, "as", ..] => statement.contains("as ("),
        ["insert", "into", ..] => has("values") || has("select"),
        ["update", _, "set", ..] => statement.contains('='),
        ["delete", "from", ..] => true,
        [
            "create" | "alter" | "drop",
            "table" | "index" | "unique" | "schema" | "database",
            ..,
        ] => true,
        ["truncate", _] | ["listen", _] => !text.contains(' ') || text.starts_with("listen "),
        _ => false,
    }
}

/// Whether a part of a statement could hide in it.
fn holds_sql_words(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| {
        [
            "select", "insert", "update", "delete", "from", "where", "values", "set", "listen",
            "order",
        ]
        .contains(&word)
    })
}

const KEYWORDS: [&str; 42] = [
    "ALL",
    "ALTER",
    "AND",
    "AS",
    "BEGIN",
    "BETWEEN",
    "BY",
    "CASE",
    "CHECK",
    "COALESCE",
    "CONFLICT",
    "CONSTRAINT",
    "CREATE",
    "DEFAULT",
    "DELETE",
    "DISTINCT",
    "DO",
    "ELSE",
    "END",
    "EXISTS",
    "FOR",
    "FROM",
    "GROUP",
    "INDEX",
    "INSERT",
    "INTO",
    "IS",
    "JOIN",
    "KEY",
    "LIMIT",
    "LOCKED",
    "NOT",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "PRIMARY",
    "RETURNING",
    "SELECT",
    "SET",
    "TABLE",
    "WHERE",
];

/// Key words in capitals. Quoted texts and comments are not shouted at.
pub fn shouted_sql(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("sql") {
        shouted_lines(path, 1, text, &mut findings);
    }
    for (path, text) in tree.with_extension("rs") {
        if !path.starts_with(HOME) {
            continue;
        }
        for literal in texts(text) {
            if literal.value.starts_with("-- ") || is_sql(&literal.value) {
                // The value has lost the line that only opened the literal.
                shouted_lines(path, literal.line + 1, &literal.value, &mut findings);
            }
        }
    }
    findings
}

fn shouted_lines(path: &str, first_line: usize, text: &str, findings: &mut Vec<Finding>) {
    for (index, line) in text.lines().enumerate() {
        let code = line.split("--").next().unwrap_or_default();
        // Every second part stands between quotes.
        let unquoted: Vec<&str> = code.split('\'').step_by(2).collect();
        for word in unquoted
            .join(" ")
            .split(|c: char| !c.is_alphanumeric() && c != '_')
        {
            if KEYWORDS.contains(&word) {
                let cure = format!("write `{}`: SQL is lower case here", word.to_lowercase());
                findings.push(Finding::new(path, first_line + index, cure));
            }
        }
    }
}

#[cfg(test)]
mod tests;
