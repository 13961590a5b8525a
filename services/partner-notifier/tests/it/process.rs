//! The real binary says what it was told and what is wrong with it, before it connects.

use std::process::{Command, Output};

fn check(environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_partner-notifier"))
        .arg("--check")
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn good_settings_are_printed_without_secrets() {
    let key = stand::keys::rsa_2048(0).private_pkcs8_pem;
    let output = check(&[
        (
            "DATABASE_URL",
            "postgres://tixian:hunter2@127.0.0.1:9/tixian",
        ),
        ("AMQP_URL", "amqp://tixian:hunter2@127.0.0.1:9/tixian"),
        ("ADMIN_LISTEN", "127.0.0.1:0"),
        ("SIGNING_KEY", &key),
        ("SIGNING_KEY_ID", "ours-1"),
        ("DATA_KEYS", stand::system::DATA_KEYS),
        ("NOTICE_SCHEDULE_MS", "100,200"),
    ]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for line in [
        "SIGNING_KEY=***",
        "SIGNING_KEY_ID=ours-1",
        "DATA_KEYS=***",
        "NOTICE_SCHEDULE_MS=100,200",
        "NOTICE_TIMEOUT_MS=10000  # default",
        "NOTICE_CONNECT_TIMEOUT_MS=3000  # default",
        "ALLOW_LOOPBACK_HTTP=false  # default",
    ] {
        assert!(
            said.lines().any(|printed| printed == line),
            "{line} in:\n{said}"
        );
    }
    assert!(!said.contains("hunter2") && !said.contains("PRIVATE KEY"));
}

#[test]
fn bad_settings_end_in_64_with_every_problem() {
    let output = check(&[("SIGNING_KEY", "hunter2"), ("NOTICE_JITTER_PERCENT", "101")]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{said}");
    for problem in [
        "DATABASE_URL is not set",
        "SIGNING_KEY must be a private key",
        "SIGNING_KEY_ID is not set",
        "NOTICE_JITTER_PERCENT must be between 0 and 100",
    ] {
        assert!(said.contains(problem), "{problem} in:\n{said}");
    }
    assert!(!said.contains("hunter2"));
}
