//! compose.yaml: each service reads what it is told there, and what is set up before them is what a
//! shop and its user need.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use callback_receiver::settings::ReceiverSettings;
use deploy::{checkout, read};
use huifu_dispatcher::settings::DispatcherSettings;
use intake::settings::IntakeSettings;
use partner_notifier::settings::NotifierSettings;
use runtime::settings::{Env, ProcessSettings, Settings};
use serde_json::Value;
use stand::opsctl::Opsctl;
use stand::process::binary;
use stand::{TestDatabase, tenant};

use crate::settings::secret;

const SECRETS: &str = "/run/secrets/tixian";

/// The file, with what stands once put where it is used.
fn compose() -> Value {
    let text = read("deploy/compose.yaml").unwrap();
    let mut file: yaml_serde::Value = yaml_serde::from_str(&text).unwrap();
    file.apply_merge().unwrap();
    serde_json::to_value(file).unwrap()
}

fn reads<S: Settings>(compose: &Value, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_str().unwrap();
    let mut told = BTreeMap::new();
    for (variable, value) in compose["services"][name]["environment"]
        .as_object()
        .unwrap()
    {
        let value = value.as_str().unwrap();
        if let Some(file) = value.strip_prefix(SECRETS) {
            let file = file.trim_start_matches('/');
            std::fs::write(folder.path().join(file), secret(file)).unwrap();
        }
        told.insert(variable.clone(), value.replace(SECRETS, here));
    }
    let mut env = Env::new(told);
    let process = ProcessSettings::read::<S>(&mut env);
    let settings = S::read(&mut env);
    assert!(env.errors().is_empty(), "{name}: {:?}", env.errors());
    assert!(process.is_some() && settings.is_some());
    assert!(env.unread().is_empty(), "{name}: {:?}", env.unread());
}

#[test]
fn every_service_reads_what_it_is_told() {
    let compose = compose();
    reads::<IntakeSettings>(&compose, "intake");
    reads::<DispatcherSettings>(&compose, "huifu-dispatcher");
    reads::<ReceiverSettings>(&compose, "callback-receiver");
    reads::<NotifierSettings>(&compose, "partner-notifier");
}

#[test]
fn it_is_the_same_set_as_make_up() {
    let compose = compose();
    let services = compose["services"].as_object().unwrap();
    let named = |name: &str| assert!(services.contains_key(name), "{name}");
    stand::system::Service::ALL
        .iter()
        .for_each(|one| named(one.name()));
    stand::system::Sandbox::ALL
        .iter()
        .for_each(|one| named(one.name()));
    let shop = services["partner-sandbox"]["command"].to_string();
    for word in [tenant::PARTNER_ID, tenant::PARTNER_KEY_ID, tenant::USER] {
        assert!(shop.contains(word), "{word}");
    }
    let huifu = services["huifu-sandbox"]["command"].to_string();
    for word in [tenant::HUIFU_ID, tenant::CARD_TOKEN, tenant::HUIFU_FEE] {
        assert!(huifu.contains(word), "{word}");
    }
}

#[tokio::test]
async fn what_is_set_up_before_it_may_be_set_up_twice() {
    let database = TestDatabase::empty().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        set_up(database.url(), folder.path()).await;
    }
    let opsctl = Opsctl::on(database.url());
    let user = opsctl.json(&["user", "show", tenant::USER]).await.unwrap();
    assert_eq!(user["mobile_tail"], &tenant::MOBILE[7..], "{user}");
    let key = folder.path().join("signing-key.pem");
    let mode = std::fs::metadata(key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o444);
}

async fn set_up(url: &str, secrets: &Path) {
    let tools = binary("opsctl").unwrap();
    let tools = tools.parent().unwrap().display().to_string();
    let mut command = Command::new(checkout().join("deploy/compose/setup"));
    command
        .env_clear()
        .env("PATH", format!("{tools}:/usr/bin:/bin"))
        .env("DATABASE_URL", url)
        .env("SECRETS", secrets)
        .env("PASSWORD_PEPPER_FILE", secrets.join("password-pepper"))
        .env("DATA_KEYS_FILE", secrets.join("data-keys"))
        .env("USER", "compose");
    let run = tokio::task::spawn_blocking(move || command.output());
    let output = run.await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
