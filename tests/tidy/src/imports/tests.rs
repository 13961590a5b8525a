use super::*;

fn manifest(name: &str, dependencies: &str) -> String {
    format!("[package]\nname = \"{name}\"\n{dependencies}")
}

fn cures(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_row_of_crates_is_kept_in_both_directions() {
    let tree = Tree::of([
        (
            "shared/contract/Cargo.toml",
            &manifest("contract", "[dependencies]\nstore.workspace = true\n"),
        ),
        (
            "shared/store/Cargo.toml",
            &manifest(
                "store",
                "[dependencies]\ncontract.workspace = true\nruntime.workspace = true\n",
            ),
        ),
        (
            "shared/runtime/Cargo.toml",
            &manifest(
                "runtime",
                "[dependencies]\nstore.workspace = true\n[dev-dependencies]\nstand.workspace = true\n",
            ),
        ),
        (
            "services/intake/Cargo.toml",
            &manifest(
                "intake",
                "[dependencies]\nruntime.workspace = true\nopsctl.workspace = true\nstand.workspace = true\n",
            ),
        ),
        (
            "services/opsctl/Cargo.toml",
            &manifest(
                "opsctl",
                "[dev-dependencies]\nsandbox.workspace = true\nintake.workspace = true\n",
            ),
        ),
        (
            "tests/sandbox/Cargo.toml",
            &manifest(
                "sandbox",
                "[dependencies]\ncontract.workspace = true\nstore.workspace = true\n",
            ),
        ),
        (
            "tests/stand/Cargo.toml",
            &manifest("stand", "[dependencies]\nstore.workspace = true\n"),
        ),
    ]);
    let found = cures(&only_allowed_imports(&tree));
    let starts: Vec<_> = found
        .iter()
        .map(|text| text.split(": the row").next().unwrap_or(text))
        .collect();
    assert_eq!(
        starts,
        [
            "services/intake/Cargo.toml:5: intake must not know opsctl",
            "services/intake/Cargo.toml:6: intake must not know stand",
            "services/opsctl/Cargo.toml:5: opsctl must not know intake",
            "shared/contract/Cargo.toml:4: contract must not know store",
            "shared/store/Cargo.toml:5: store must not know runtime",
            "tests/sandbox/Cargo.toml:5: sandbox must not know store",
        ]
    );
}

#[test]
fn drivers_stand_in_one_crate_each_and_contract_stays_small() {
    let both = "[dependencies]\nlapin.workspace = true\ntokio-postgres.workspace = true\n";
    let tree = Tree::of([
        (
            "shared/contract/Cargo.toml",
            &manifest(
                "contract",
                "[dependencies]\ntokio.workspace = true\nserde.workspace = true\n[dev-dependencies]\ninsta.workspace = true\n",
            ),
        ),
        ("shared/runtime/Cargo.toml", &manifest("runtime", both)),
        ("shared/store/Cargo.toml", &manifest("store", both)),
        (
            "services/intake/Cargo.toml",
            &manifest("intake", "[dev-dependencies]\nlapin.workspace = true\n"),
        ),
        ("tests/e2e/Cargo.toml", &manifest("e2e", both)),
    ]);
    let found = cures(&allowed_outside_crates(&tree));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].starts_with("services/intake/Cargo.toml:4: lapin: "));
    assert!(found[1].starts_with("shared/contract/Cargo.toml:4: tokio: "));
    assert!(found[2].starts_with("shared/runtime/Cargo.toml:5: tokio-postgres: "));
    assert!(found[3].starts_with("shared/store/Cargo.toml:4: lapin: "));
}

#[test]
fn contract_may_not_look_at_the_world() {
    let acting = "use std::{fs, fmt};\nfn f() -> u64 { jiff::Timestamp::now() }\nasync fn g() {}\n// async is a word.\n";
    let testing = "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
    let tree = Tree::of([
        ("shared/contract/src/a.rs", acting),
        ("shared/contract/src/b.rs", testing),
        ("shared/contract/src/b/tests.rs", "use std::fs;\n"),
        ("shared/runtime/src/a.rs", acting),
    ]);
    let found = cures(&still_contract(&tree));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("shared/contract/src/a.rs:1: std::fs: "));
    assert!(found[1].starts_with("shared/contract/src/a.rs:2: "));
    assert!(found[2].starts_with("shared/contract/src/a.rs:3: "));
}

#[test]
fn a_sandbox_that_signs_with_our_code_is_found() {
    let tree = Tree::of([
        (
            "tests/sandbox/src/a.rs",
            "use contract::{money::Fen, signing::huifu};\n",
        ),
        ("tests/e2e/src/a.rs", "use contract::signing::huifu;\n"),
    ]);
    let found = cures(&sandbox_reads_for_itself(&tree));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("contract::signing"));
}

#[test]
fn a_driver_that_another_crate_shows_is_found() {
    let tree = Tree::of([
        (
            "services/intake/src/a.rs",
            "use runtime::lapin::Channel;\nuse store::{tokio_postgres, Store};\n",
        ),
        (
            "shared/runtime/src/a.rs",
            "use lapin::Channel;\nuse stand::postgres;\n",
        ),
        ("tests/e2e/src/a.rs", "use lapin::Channel;\n"),
    ]);
    let found = cures(&drivers_by_the_back_door(&tree));
    assert_eq!(found.len(), 2, "{found:?}");
}
