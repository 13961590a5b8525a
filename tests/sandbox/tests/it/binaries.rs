//! The programs: they say where they listen, explain themselves, and stop when told to.

use sandbox::SigningKey;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const HUIFU: &str = env!("CARGO_BIN_EXE_huifu-sandbox");
const PARTNER: &str = env!("CARGO_BIN_EXE_partner-sandbox");
const SMS: &str = env!("CARGO_BIN_EXE_sms-sandbox");

fn start(program: &str, flags: &[&str]) -> (Child, String) {
    let mut child = Command::new(program)
        .args(flags)
        .env("RUST_LOG", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let url = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{line:?}");
    (child, url)
}

fn stop(mut child: Child) {
    assert!(
        Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .unwrap()
            .success()
    );
    assert!(child.wait().unwrap().success());
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_huifu_program_serves_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::generate();
    let public = write(folder.path(), "public.pem", &key.verifying_key().to_pem());
    let private = write(folder.path(), "private.pem", &key.to_pem());
    let flags = [
        "--listen=127.0.0.1:0",
        "--sys-id=6666",
        "--product-id=YYZY",
        "--quiet",
    ];
    let more = [
        "--merchant-public-key",
        &public,
        "--huifu-private-key",
        &private,
    ];
    let money = [
        "--account=6666=500.00",
        "--card=6666=1000",
        "--fee=6666=1.00+0.05%:outer",
    ];
    let (child, url) = start(HUIFU, &[&flags[..], &more, &money].concat());
    let book = reqwest::get(format!("{url}/admin/book"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(book.contains("\"balance\":50000"), "{book}");
    stop(child);
}

#[tokio::test]
async fn the_partner_program_serves_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let private = write(
        folder.path(),
        "private.pem",
        &SigningKey::generate().to_pem(),
    );
    let flags = [
        "--listen=127.0.0.1:0",
        "--partner-id=shop",
        "--key-id=k1",
        "--quiet",
    ];
    let users = [
        "--third-party-user-id=u1",
        "--htouhui-user-id=1",
        "--private-key",
        &private,
    ];
    let urls = [
        "--intake-url=http://127.0.0.1:9",
        "--jwks-url=http://127.0.0.1:9/jwks.json",
    ];
    let (child, url) = start(PARTNER, &[&flags[..], &users, &urls].concat());
    let page = reqwest::get(&url).await.unwrap().text().await.unwrap();
    assert!(page.contains("提现") && page.contains("Withdraw"));
    stop(child);
}

#[tokio::test]
async fn the_sms_program_serves_and_stops() {
    let (child, url) = start(SMS, &["--listen=127.0.0.1:0", "--token=t"]);
    let page = reqwest::get(&url).await.unwrap().text().await.unwrap();
    assert!(page.contains("还没有短信"), "{page}");
    stop(child);
}

#[test]
fn help_lists_all_magic_the_interfaces_and_the_modes() {
    let help = |program: &str| {
        let output = Command::new(program).arg("--help").output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let huifu = help(HUIFU);
    for (amount, _) in sandbox::huifu::magic_amounts() {
        assert!(huifu.contains(&amount.to_string()), "{amount}");
    }
    for (last, _) in sandbox::huifu::magic_names() {
        assert!(huifu.contains(&format!("…{last}")), "{last}");
    }
    for operation in sandbox::huifu::Operation::ALL {
        assert!(huifu.contains(operation.path()), "{operation:?}");
    }
    assert!(help(PARTNER).contains("/admin/mode"));
    assert!(help(SMS).contains("/admin/mode") && help(SMS).contains("POST /sms"));
}

#[test]
fn a_bad_key_file_is_named_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = write(folder.path(), "key.pem", "c2VjcmV0");
    let output = Command::new(HUIFU)
        .args([
            "--sys-id=1",
            "--product-id=1",
            "--merchant-public-key",
            &wrong,
        ])
        .args(["--huifu-private-key", &wrong])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("--merchant-public-key") && !error.contains("c2VjcmV0"),
        "{error}"
    );
}
