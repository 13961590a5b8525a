//! A binary of ours as a process of its own.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;
use stand::process::Process;

use crate::SOON;

#[tokio::test]
async fn a_process_gets_the_environment_it_is_given_and_its_output_is_kept() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let elsewhere = folder.path().join("elsewhere").display().to_string();
    let environment = BTreeMap::from([("STAND_DIR".to_owned(), elsewhere.clone())]);

    let mut process = Process::spawn("stand", &["status"], &environment, &log)?;
    let status = process.wait(SOON).await?;

    assert!(status.success(), "{}", process.log_tail());
    assert!(fs::read_to_string(&log)?.contains("postgres: does not run"));
    assert!(fs::exists(&elsewhere)?, "STAND_DIR was not passed on");
    Ok(())
}

#[tokio::test]
async fn a_process_that_ends_too_early_is_reported_with_its_last_words() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let mut process = Process::spawn("stand", &["no-such-thing"], &BTreeMap::new(), &log)?;
    let url = format!("http://127.0.0.1:{}/readyz", stand::free_port());
    let error = process
        .wait_ready(&url, SOON)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("stand ended with exit status: 2"), "{error}");
    assert!(error.contains("no-such-thing"), "{error}");
    Ok(())
}

#[test]
fn the_memory_and_cpu_of_a_process_are_read() {
    let own = std::process::id();
    assert!(stand::process::rss_kib(own).unwrap() > 500);
    assert!(stand::process::cpu_time(own).is_some());
}

#[test]
fn keys_are_different_within_a_process_and_the_same_in_the_next() {
    let (first, second) = (
        stand::keys::generate_rsa_2048(),
        stand::keys::generate_rsa_2048(),
    );
    assert_ne!(first.public_spki_pem, second.public_spki_pem);
    assert!(
        first
            .private_pkcs8_pem
            .starts_with("-----BEGIN PRIVATE KEY-----\n")
    );
    assert!(
        first
            .public_spki_pem
            .starts_with("-----BEGIN PUBLIC KEY-----\n")
    );
    let (again, once_more) = (stand::keys::rsa_2048(0), stand::keys::rsa_2048(0));
    assert_eq!(again.private_pkcs8_pem, once_more.private_pkcs8_pem);
}
