//! Every ConfigMap is read by its service's own settings, completely, and the times in it fit those
//! of the platform.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callback_receiver::settings::ReceiverSettings;
use deploy::{Pod, Resources, pods};
use huifu_dispatcher::settings::DispatcherSettings;
use intake::settings::IntakeSettings;
use partner_notifier::settings::NotifierSettings;
use runtime::settings::{Env, ProcessSettings, Settings};
use runtime::trace::Sampler;
use stand::keys::rsa_2048;
use stand::process::binary;

use crate::world::{built, built_with};

const SECRETS: &str = "/run/secrets/tixian";
const FILES: &str = "/etc/tixian";

/// What the platform still needs after the grace: to close connections, and to notice.
const MARGIN: Duration = Duration::from_secs(5);

/// `REQUEST_TIMEOUT` of intake.
const INTAKE_REQUEST: Duration = Duration::from_secs(15);

/// `TIMEOUT` of the download of a statement, the longest that huifu-dispatcher waits for anything.
const STATEMENT_DOWNLOAD: Duration = Duration::from_secs(120);

/// A secret as the services would find it, by the path it is mounted at.
pub(crate) fn secret(path: &str) -> String {
    let key = rsa_2048(0);
    match path {
        "database-url" => "postgres://tixian:secret@database-rw/tixian".to_owned(),
        "amqp-url" => "amqps://tixian:secret@broker:5671/tixian".to_owned(),
        "database-ca.crt" | "broker-ca.crt" => authority(),
        "data-keys" => stand::system::DATA_KEYS.to_owned(),
        "signing-key.pem" | "huifu-merchant-private-key.pem" => key.private_pkcs8_pem,
        "huifu-public-key.pem" => key.public_spki_pem,
        "password-pepper" | "page-key" | "sms-gateway-token" | "proxy-secret"
        | "console-secret" | "client-secret" | "cookie-secret" => "x".repeat(32),
        other => panic!("no test knows what a good {other} is"),
    }
}

/// A certificate authority that has signed nobody.
fn authority() -> String {
    let authority = rcgen::generate_simple_self_signed(["authority".to_owned()]).unwrap();
    let der = STANDARD.encode(authority.cert.der());
    format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n")
}

/// Writes what the pod would find under `/run/secrets/tixian`.
pub(crate) fn write_secrets(pod: &Pod<'_>, folder: &Path) {
    for (_, _, path) in pod.secret_files() {
        std::fs::write(folder.join(path), secret(path)).unwrap();
    }
}

/// Writes what the pod would find under `/etc/tixian`.
pub(crate) fn write_files(pod: &Pod<'_>, resources: &Resources, folder: &Path) {
    for (path, text) in pod.config_files(resources) {
        let name = path
            .strip_prefix(FILES)
            .expect("no other folder is mounted");
        std::fs::write(folder.join(name.trim_start_matches('/')), text).unwrap();
    }
}

/// What one service was told, once it has read it.
struct Told<S> {
    settings: S,
    process: ProcessSettings,
    patience: Duration,
    pre_stop: Duration,
}

fn told<S: Settings>(resources: &Resources, name: &str) -> Told<S> {
    let pod = pods(resources).find(|pod| pod.name == name).unwrap();
    let folder = tempfile::tempdir().unwrap();
    write_secrets(&pod, folder.path());
    write_files(&pod, resources, folder.path());
    let here = folder.path().to_str().unwrap();
    let values: BTreeMap<_, _> = pod
        .environment(resources)
        .into_iter()
        .map(|(name, value)| (name, value.replace(SECRETS, here).replace(FILES, here)))
        .collect();
    let mut env = Env::new(values);
    let process = ProcessSettings::read::<S>(&mut env);
    let settings = S::read(&mut env);
    assert!(env.errors().is_empty(), "{name}: {:?}", env.errors());
    let unread = env.unread();
    assert!(unread.is_empty(), "{name}: nobody reads {unread:?}");
    let seconds = |value: &serde_json::Value| Duration::from_secs(value.as_u64().unwrap_or(0));
    Told {
        settings: settings.unwrap(),
        process: process.unwrap(),
        patience: seconds(&pod.spec["terminationGracePeriodSeconds"]),
        pre_stop: seconds(&pod.container()["lifecycle"]["preStop"]["sleep"]["seconds"]),
    }
}

impl<S> Told<S> {
    /// Whatever was begun can be finished, and nothing is killed meanwhile.
    fn outlives(&self, longest: Duration) {
        let grace = self.process.shutdown_grace;
        assert!(grace > longest, "the grace {grace:?} is below {longest:?}");
        let needed = self.pre_stop + grace + MARGIN;
        assert!(self.patience >= needed, "{:?} < {needed:?}", self.patience);
    }
}

#[test]
fn every_service_reads_its_configuration_and_is_given_the_time_to_end() {
    for (_, resources) in built() {
        let intake = told::<IntakeSettings>(&resources, "intake");
        intake.outlives(INTAKE_REQUEST);
        assert!(intake.pre_stop > Duration::ZERO);

        let receiver = told::<ReceiverSettings>(&resources, "callback-receiver");
        receiver.outlives(receiver.settings.answer_within);
        assert!(receiver.pre_stop > Duration::ZERO);

        let dispatcher = told::<DispatcherSettings>(&resources, "huifu-dispatcher");
        let huifu = &dispatcher.settings.huifu;
        let answer = huifu.connect_timeout + huifu.answer_timeout;
        dispatcher.outlives(answer.max(STATEMENT_DOWNLOAD));

        let notifier = told::<NotifierSettings>(&resources, "partner-notifier");
        notifier.outlives(notifier.settings.timeout);
    }
}

/// The component is in no overlay until there is a collector.
#[test]
fn with_traces_every_service_reads_where_they_go_and_how_many() {
    for (_, resources) in built_with("traces") {
        let way = resources.find("NetworkPolicy", "services-reach-the-collector");
        let way = &way.unwrap()["spec"]["egress"][0];
        for ProcessSettings { traces, .. } in [
            told::<IntakeSettings>(&resources, "intake").process,
            told::<ReceiverSettings>(&resources, "callback-receiver").process,
            told::<DispatcherSettings>(&resources, "huifu-dispatcher").process,
            told::<NotifierSettings>(&resources, "partner-notifier").process,
        ] {
            let endpoint = traces.endpoint.expect("a collector is named");
            let told = "http://collector.telemetry.svc:4318/v1/traces";
            assert_eq!(endpoint.as_str(), told);
            assert_eq!(way["ports"][0]["port"], endpoint.port().unwrap());
            let a_tenth = Sampler {
                parent_based: true,
                ratio: 0.1,
            };
            assert_eq!(traces.sampler, a_tenth);
        }
    }
}

/// It is a command of opsctl's, and says itself whether it can run.
#[test]
fn the_console_reads_its_configuration_and_is_given_the_time_to_end() {
    for (_, resources) in built() {
        let pod = pods(&resources).find(|pod| pod.name == "console").unwrap();
        let folder = tempfile::tempdir().unwrap();
        write_secrets(&pod, folder.path());
        let here = folder.path().to_str().unwrap();
        let told = pod.environment(&resources);
        let checked = Command::new(binary("opsctl").unwrap())
            .args(["serve", "--check"])
            .env_clear()
            .envs(
                told.iter()
                    .map(|(name, value)| (name, value.replace(SECRETS, here))),
            )
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&checked.stdout);
        let wrong = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{wrong}");
        for name in told.keys() {
            // A secret is shown by its own name; DATABASE_CA_FILE is none.
            let secret = name.trim_end_matches("_FILE");
            let shown = [name.as_str(), secret].map(|name| said.contains(&format!("{name}=")));
            assert!(shown.contains(&true), "nobody reads {name}");
        }
        let grace: u64 = told["SHUTDOWN_GRACE_MS"].parse().unwrap();
        assert!(
            grace > 60_000,
            "a decision about very many takes as long as that"
        );
        let patience = pod.spec["terminationGracePeriodSeconds"].as_u64();
        assert!(patience >= Some(5 + grace / 1000 + MARGIN.as_secs()));
    }
}

/// Parsed up to the question for help, so that nothing is done.
#[test]
fn every_command_that_is_given_to_opsctl_is_one_of_its_own() {
    for (_, resources) in built() {
        let mut given = 0;
        for pod in pods(&resources) {
            let container = pod.container();
            if !container["image"].as_str().unwrap().contains("/opsctl:") {
                continue;
            }
            given += 1;
            let words = container["args"].as_array().unwrap().iter();
            let parsed = Command::new(binary("opsctl").unwrap())
                .args(words.map(|word| word.as_str().unwrap()))
                .arg("--help")
                .output()
                .unwrap();
            let wrong = String::from_utf8_lossy(&parsed.stderr);
            assert!(parsed.status.success(), "{}: {wrong}", pod.name);
        }
        assert_eq!(given, 4, "console, migration and two errands");
    }
}

#[test]
fn nothing_that_is_for_tests_is_allowed_in_the_open() {
    for (_, resources) in built() {
        for pod in pods(&resources) {
            let told = pod.environment(&resources);
            let loopback = told.get("ALLOW_LOOPBACK_HTTP");
            assert!(
                loopback.is_none_or(|value| value == "false"),
                "{}",
                pod.name
            );
        }
    }
}
