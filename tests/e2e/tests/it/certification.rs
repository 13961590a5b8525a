//! A partner's endpoint is certified, every part a program of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use e2e::{PARTNER_ID, PARTNER_KEY_ID, Scene};
use serde_json::Value;
use stand::keys::rsa_2048;
use stand::opsctl::Opsctl;
use stand::process::Process;
use stand::system::OUR_KEY_ID;

/// The shop as a program beside the scene's own.
struct Shop {
    url: String,
    _process: Process,
}

impl Shop {
    async fn start(scene: &Scene, folder: &Path) -> Self {
        let url = format!("http://127.0.0.1:{}", stand::free_port());
        let key = folder.join("shop.pem");
        std::fs::write(&key, rsa_2048(3).private_pkcs8_pem).unwrap();
        let plan = &scene.fleet.plan;
        let (intake_url, jwks_url) = (plan.intake_url(), plan.jwks_url());
        let arguments = [
            ("--listen", url.trim_start_matches("http://")),
            ("--partner-id", PARTNER_ID),
            ("--private-key", key.to_str().unwrap()),
            ("--key-id", PARTNER_KEY_ID),
            ("--intake-url", &intake_url),
            ("--jwks-url", &jwks_url),
            ("--third-party-user-id", "u1"),
            ("--htouhui-user-id", "20000000001"),
        ];
        let arguments: Vec<&str> = arguments
            .iter()
            .flat_map(|(name, value)| [*name, *value])
            .collect();
        let log = folder.join("shop.log");
        let process = Process::spawn("partner-sandbox", &arguments, &BTreeMap::new(), &log);
        let mut process = process.unwrap();
        let ready = format!("{url}/notices.json");
        let patience = Duration::from_secs(60);
        process.wait_ready(&ready, patience).await.unwrap();
        Self {
            url,
            _process: process,
        }
    }

    async fn careless(&self) {
        let answer = reqwest::Client::builder()
            .build()
            .unwrap()
            .post(format!("{}/admin/mode", self.url))
            .header("content-type", "application/json")
            .body(r#"{"mode":"careless","ms":150}"#)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success());
    }
}

/// The checks that have this verdict, by name.
fn with_verdict<'a>(sheet: &'a Value, verdict: &str) -> Vec<&'a str> {
    let lines = sheet["checks"].as_array().unwrap();
    lines
        .iter()
        .filter(|line| line["verdict"] == verdict)
        .map(|line| line["check"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_shop_passes_a_certification_and_a_careless_one_fails_it_and_no_money_is_touched() {
    let scene = Scene::open().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(&scene, folder.path()).await;
    let opsctl = Opsctl::on(&scene.fleet.plan.database_url)
        .with("SIGNING_KEY", &scene.fleet.plan.ours.private_pkcs8_pem)
        .with("SIGNING_KEY_ID", OUR_KEY_ID)
        .with("ALLOW_LOOPBACK_HTTP", "true");
    let notify_url = format!("{}/notify", shop.url);
    let url = [
        "partner",
        "certify",
        PARTNER_ID,
        "--notify-url",
        &notify_url,
    ];
    let permit = ["--yes", "--reason", "go-live", "--json", "--prompt-ms"];
    let certify = async |prompt_ms: &str| {
        let line = [&url[..], &permit, &[prompt_ms]].concat();
        let ended = opsctl.ended(&line, "").await.unwrap();
        let sheet: Value = serde_json::from_str(&ended.stdout).unwrap();
        (ended.code, sheet)
    };

    // Generous, for the machine may be busy with other tests.
    let (code, sheet) = certify("5000").await;
    assert_eq!(code, Some(0), "{sheet:#}");
    assert!(with_verdict(&sheet, "pass").len() > 20, "{sheet:#}");

    shop.careless().await;
    let (code, sheet) = certify("100").await;
    assert_eq!(code, Some(1), "{sheet:#}");
    let failed = with_verdict(&sheet, "fail");
    for check in [
        "repeat",
        "at_once",
        "order",
        "replayed",
        "stale",
        "bad_signature",
        "changed_byte",
        "missing_sign",
        "foreign_key",
        "another_partner",
        "get",
        "answer_time",
    ] {
        assert!(failed.contains(&check), "{check} in {failed:?}");
    }
    // The audit finds no withdrawal, no notice and no letter that came of it.
    scene.close().await.unwrap();
}
