//! Every sample under `deploy/env` is read by the service's own settings, completely.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use runtime::settings::{Env, ProcessSettings, Settings};
use stand::keys::rsa_2048;

/// Where the samples expect secrets to be mounted.
const SECRETS: &str = "/run/secrets/tixian";

fn sample(service: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join(format!("deploy/env/{service}.env"));
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once('=').expect("NAME=value"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn write_secrets(folder: &Path) {
    let key = rsa_2048(0);
    let secrets = [
        ("database-url", "postgres://tixian:secret@db/tixian"),
        ("amqp-url", "amqps://tixian:secret@broker:5671/tixian"),
        ("signing-key.pem", &key.private_pkcs8_pem),
        ("huifu-merchant-private-key.pem", &key.private_pkcs8_pem),
        ("huifu-public-key.pem", &key.public_spki_pem),
        ("password-pepper", "a pepper of at least thirty-two bytes"),
        ("data-keys", stand::system::DATA_KEYS),
        ("page-key", "a page key of at least thirty-two bytes"),
        ("sms-gateway-token", "a token"),
        ("console-tokens", "# nobody yet"),
        (
            "console-proxy-secret",
            "a secret of at least thirty-two bytes",
        ),
    ];
    for (name, secret) in secrets {
        std::fs::write(folder.join(name), secret).unwrap();
    }
}

fn reads_completely<S: Settings>(service: &str) {
    let folder = tempfile::tempdir().unwrap();
    write_secrets(folder.path());
    let here = folder.path().to_str().unwrap();
    let sample = sample(service);
    let named: BTreeSet<String> = sample.keys().cloned().collect();
    let values = sample
        .into_iter()
        .map(|(name, value)| (name, value.replace(SECRETS, here)));
    let mut env = Env::new(values);
    let process = ProcessSettings::read::<S>(&mut env);
    let settings = S::read(&mut env);
    assert!(env.errors().is_empty(), "{service}: {:?}", env.errors());
    assert!(process.is_some() && settings.is_some());
    assert!(
        env.unread().is_empty(),
        "{service}: nobody reads {:?}",
        env.unread()
    );
    for name in env.names_read() {
        let listed = named.contains(name) || named.contains(&format!("{name}_FILE"));
        assert!(
            listed || name == "CRASH_AT",
            "{service}: the sample does not list {name}"
        );
    }
}

#[test]
fn every_variable_of_a_sample_is_read_and_every_variable_that_is_read_is_listed() {
    reads_completely::<intake::settings::IntakeSettings>("intake");
    reads_completely::<huifu_dispatcher::settings::DispatcherSettings>("huifu-dispatcher");
    reads_completely::<callback_receiver::settings::ReceiverSettings>("callback-receiver");
    reads_completely::<partner_notifier::settings::NotifierSettings>("partner-notifier");
    reads_completely::<opsctl::console::ConsoleSettings>("console");
}
