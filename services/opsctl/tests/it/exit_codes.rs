//! 0, 1, 3 and 64, each for what it is meant for, and every failure said once.

use crate::tool::Tool;

#[test]
fn wrong_usage_is_64_and_changes_nothing() {
    let tool = Tool::new();
    for arguments in [
        &[][..],
        &["frobnicate"],
        &["partner", "add"],
        &["withdrawal", "show", "not-an-order-id"],
        &["dead-letter", "replay"],
        &["dead-letter", "replay", "1", "--yes"],
        &[
            "user",
            "fee",
            "set",
            "u",
            "--cash-type",
            "T0",
            "--bearer",
            "inner",
        ],
        &["case", "list"],
        &["migrate"],
    ] {
        let ended = tool.run(arguments);
        assert_eq!(ended.code, 64, "{arguments:?}: {ended:?}");
        assert_eq!(ended.stdout, "", "{arguments:?}");
        assert_ne!(ended.stderr, "", "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    assert!(Tool::new().answer(&["--version"]).starts_with("opsctl "));
    assert!(Tool::new().answer(&["help"]).contains("Usage:"));
}

#[test]
fn a_database_that_is_not_there_is_1_with_its_cause_and_without_its_password() {
    let tool = Tool::new().with(
        "DATABASE_URL",
        "postgres://tixian:hunter2@127.0.0.1:9/tixian",
    );
    let ended = tool.run(&["case", "list"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended
            .stderr
            .starts_with("opsctl: no connection to the database: "),
        "{ended:?}"
    );
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(!ended.stderr.contains("hunter2"));
}

#[test]
fn the_database_may_be_named_by_a_file_and_by_an_option_that_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, "postgres://tixian:hunter2@127.0.0.1:9/tixian\n").unwrap();
    let by_file = Tool::new().with("DATABASE_URL_FILE", file.to_str().unwrap());
    assert_eq!(by_file.run(&["case", "list"]).code, 1);
    let url = [
        "--database-url",
        "postgres://tixian:hunter2@127.0.0.1:port/tixian",
    ];
    let ended = Tool::new().run(&[&["case", "list"][..], &url].concat());
    assert_eq!(ended.code, 64, "{ended:?}");
    assert!(ended.stderr.contains("DATABASE_URL must be"), "{ended:?}");
    assert!(!ended.stderr.contains("hunter2"));
}
