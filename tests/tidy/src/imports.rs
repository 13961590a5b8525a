//! Which crate may name which: by what the manifests say and by what the sources do.
//!
//! contract ← store ← runtime ← each service. One crate speaks to PostgreSQL and one to RabbitMQ,
//! so that a question about either has one place to be answered.

use crate::manifests::{Manifest, manifests};
use crate::rust::{is_test_file, paths, without_tests};
use crate::{Finding, Tree};

/// All that contract is made of. None of it waits, opens a file or a socket, or asks for the time;
/// another one is a decision about the heart of the system.
const CONTRACT_IS_MADE_OF: [&str; 15] = [
    "aws-lc-rs",
    "base64",
    "csv",
    "form_urlencoded",
    "jiff",
    "rsa",
    "schemars",
    "serde",
    "serde_json",
    "sha2",
    "subtle",
    "thiserror",
    "ulid",
    "url",
    "uuid",
];

/// The drivers of PostgreSQL, and what creates its tables.
const DATABASE: [&str; 5] = [
    "deadpool-postgres",
    "postgres",
    "refinery",
    "sqlx",
    "tokio-postgres",
];

/// Those of them whose name nobody gives to a module.
const DATABASE_TYPES: [&str; 3] = ["deadpool-postgres", "refinery", "tokio-postgres"];

/// The driver of RabbitMQ.
const BROKER: [&str; 2] = ["amqprs", "lapin"];

/// Crates of ours that only tests may name.
const TEST_STANDS: [&str; 2] = ["sandbox", "stand"];

/// Crates of ours named by a crate that must not know them.
pub fn only_allowed_imports(tree: &Tree) -> Vec<Finding> {
    let crates = manifests(tree);
    let ours: Vec<&str> = crates
        .iter()
        .map(|manifest| manifest.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for manifest in &crates {
        for dependency in manifest.dependencies() {
            let name = dependency.name.as_str();
            if !ours.contains(&name) || allowed(manifest, name, dependency.for_tests) {
                continue;
            }
            let line = manifest.line_of(tree, name);
            let cure = format!(
                "{} must not know {name}: the row is contract, store, runtime, service",
                manifest.name
            );
            findings.push(Finding::new(&manifest.path, line, cure));
        }
    }
    findings
}

fn allowed(manifest: &Manifest, dependency: &str, for_tests: bool) -> bool {
    let allowed: &[&str] = match kind_of(manifest) {
        Kind::Contract | Kind::Other => &[],
        Kind::Store => &["contract"],
        Kind::Runtime => &["contract", "store"],
        Kind::Service => &["contract", "store", "runtime"],
        Kind::Sandbox => return dependency == "contract",
        Kind::Test => return true,
    };
    allowed.contains(&dependency) || for_tests && TEST_STANDS.contains(&dependency)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Contract,
    Store,
    Runtime,
    Service,
    Sandbox,
    Test,
    Other,
}

fn kind_of(manifest: &Manifest) -> Kind {
    match manifest.folder() {
        "shared/contract" => Kind::Contract,
        "shared/store" => Kind::Store,
        "shared/runtime" => Kind::Runtime,
        "tests/sandbox" => Kind::Sandbox,
        folder if folder.starts_with("services/") => Kind::Service,
        folder if folder.starts_with("tests/") => Kind::Test,
        _ => Kind::Other,
    }
}

/// Crates from outside in the wrong place: drivers, and anything new in contract.
pub fn allowed_outside_crates(tree: &Tree) -> Vec<Finding> {
    let crates = manifests(tree);
    let ours: Vec<&str> = crates
        .iter()
        .map(|manifest| manifest.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for manifest in &crates {
        let kind = kind_of(manifest);
        for dependency in manifest.dependencies() {
            let name = dependency.name.as_str();
            let cure = match kind {
                Kind::Test => continue,
                Kind::Contract if dependency.for_tests || ours.contains(&name) => continue,
                Kind::Contract if !CONTRACT_IS_MADE_OF.contains(&name) => {
                    "contract neither waits nor reads nor asks for the time; if this crate does not either, \
                     add it to the list in tests/tidy/src/imports.rs"
                }
                _ if DATABASE.contains(&name) && kind != Kind::Store => {
                    "only store speaks to PostgreSQL: put the statement there"
                }
                _ if BROKER.contains(&name) && kind != Kind::Runtime => {
                    "only runtime speaks to RabbitMQ: use runtime::amqp"
                }
                _ => continue,
            };
            let line = manifest.line_of(tree, name);
            findings.push(Finding::new(
                &manifest.path,
                line,
                format!("{name}: {cure}"),
            ));
        }
    }
    findings
}

/// The same by the back door: a driver's types through what another crate shows of it.
pub fn drivers_by_the_back_door(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        let part_of = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
        if !part_of(&["services/", "shared/", "tests/sandbox/"]) {
            continue;
        }
        for (line, names) in paths(text) {
            let names_one = |drivers: &[&str]| {
                let crates = names.iter().map(|name| name.replace('_', "-"));
                crates
                    .into_iter()
                    .any(|name| drivers.contains(&name.as_str()))
            };
            let foreign = names_one(&BROKER) && !part_of(&["shared/runtime/"])
                || names_one(&DATABASE_TYPES) && !part_of(&["shared/store/"]);
            if foreign {
                let cure = format!(
                    "{}: name the driver in its own crate alone",
                    names.join("::")
                );
                findings.push(Finding::new(path, line, cure));
            }
        }
    }
    findings
}

/// In contract: anything of the standard library that does something, and `async`.
pub fn still_contract(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        if !path.starts_with("shared/contract/src/") || is_test_file(path) {
            continue;
        }
        let code = without_tests(text);
        for (line, names) in paths(&code) {
            if does_something(&names) {
                let cure = format!(
                    "{}: contract opens nothing and asks nobody; take it as a parameter",
                    names.join("::")
                );
                findings.push(Finding::new(path, line, cure));
            }
        }
        for (index, line) in code.lines().enumerate() {
            if line
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == "async")
                && !line.trim_start().starts_with("//")
            {
                findings.push(Finding::new(
                    path,
                    index + 1,
                    "contract never waits: no async",
                ));
            }
        }
    }
    findings
}

fn does_something(names: &[String]) -> bool {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    matches!(
        names[..],
        ["std", "env" | "fs" | "net" | "process" | "thread", ..]
            | [
                "std",
                "io",
                "Stdin" | "Stdout" | "stdin" | "stdout" | "stderr",
                ..
            ]
            | ["std", "time", "Instant" | "SystemTime", ..]
            | [.., "Timestamp" | "SystemTime" | "Instant" | "Zoned", "now"]
    )
}

/// The sandbox is a second reading of Huifu's documents: two that agree prove something, one that
/// is used twice does not.
pub fn sandbox_reads_for_itself(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension("rs") {
        if !path.starts_with("tests/sandbox/") {
            continue;
        }
        for (line, names) in paths(text) {
            if let [first, second, ..] = &names[..]
                && first == "contract"
                && ["huifu", "partner", "signing"].contains(&second.as_str())
            {
                let cure = format!(
                    "contract::{second} is what the sandbox checks: read the document again instead"
                );
                findings.push(Finding::new(path, line, cure));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests;
