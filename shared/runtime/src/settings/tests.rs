use std::io::Write as _;
use std::time::Duration;

use super::*;

const GOOD: [(&str, &str); 3] = [
    ("DATABASE_URL", "postgres://tixian:hunter2@127.0.0.1/tixian"),
    ("AMQP_URL", "amqp://tixian:hunter2@127.0.0.1:5672/tixian"),
    ("ADMIN_LISTEN", "127.0.0.1:0"),
];

#[test]
fn every_error_is_reported_at_once_and_none_repeats_a_value() {
    let mut env = Env::new([
        ("AMQP_URL", "hunter2"),
        ("ADMIN_LISTEN", "localhost"),
        ("DATABASE_POOL_SIZE", "0"),
        ("SHUTDOWN_GRACE_MS", "2s"),
        ("LOG_FORMAT", "xml"),
    ]);
    assert!(ProcessSettings::read::<()>(&mut env).is_none());
    let errors = env.errors().join("\n");
    for name in [
        "DATABASE_URL is not set",
        "AMQP_URL must be amqps://",
        "ADMIN_LISTEN must be an address",
        "DATABASE_POOL_SIZE must be between 1 and 500",
        "SHUTDOWN_GRACE_MS must be whole milliseconds",
        "LOG_FORMAT must be json or text",
    ] {
        assert!(errors.contains(name), "{name} in:\n{errors}");
    }
    assert_eq!(env.errors().len(), 6, "{errors}");
    assert!(!errors.contains("hunter2") && !errors.contains("xml"));
}

#[test]
fn good_settings_are_read_with_their_defaults_and_printed_without_secrets() {
    let mut env = Env::new(GOOD);
    let settings = ProcessSettings::read::<()>(&mut env).expect("all that is required is set");
    assert_eq!(settings.database.pool_size, 16);
    assert_eq!(settings.shutdown_grace, Duration::from_secs(25));
    let redacted = env.redacted();
    assert!(redacted.contains("DATABASE_URL=***\n"), "{redacted}");
    assert!(
        redacted.contains("OUTBOX_BATCH=200  # default\n"),
        "{redacted}"
    );
    assert!(
        redacted.contains("ADMIN_LISTEN=127.0.0.1:0\n"),
        "{redacted}"
    );
    assert!(!redacted.contains("hunter2") && !format!("{settings:?} {env:?}").contains("hunter2"));
}

#[test]
fn a_service_that_does_not_speak_to_the_broker_is_told_nothing_of_it() {
    struct Silent;

    impl Settings for Silent {
        const USES_BROKER: bool = false;

        fn read(_env: &mut Env) -> Option<Self> {
            Some(Self)
        }
    }

    let mut env = Env::new([GOOD[0], GOOD[2]]);
    let settings = ProcessSettings::read::<Silent>(&mut env).expect("all that is required is set");
    assert!(settings.messaging.is_none());
    assert!(!env.names_read().contains(&"AMQP_URL"));
}

#[test]
fn a_secret_comes_from_a_file_without_its_last_line_break() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    writeln!(file, "pepper and salt").expect("written");
    let path = file.path().to_str().expect("UTF-8").to_owned();
    let mut env = Env::new([("PEPPER_FILE", path.as_str()), ("OTHER", "1")]);
    let secret: Secret = env.required("PEPPER").expect("read from the file");
    assert_eq!(secret.expose(), "pepper and salt");
    assert_eq!(env.names_read(), ["PEPPER"]);
    assert_eq!(env.unread(), ["OTHER"]);

    let mut both = Env::new([("PEPPER_FILE", path.as_str()), ("PEPPER", "x")]);
    assert!(both.required::<Secret>("PEPPER").is_none());
    let mut missing = Env::new([("PEPPER_FILE", "/nowhere/at/all")]);
    assert!(missing.required::<Secret>("PEPPER").is_none());
    assert_eq!(both.errors().len() + missing.errors().len(), 2);
}

#[test]
fn an_empty_variable_is_one_that_is_not_set() {
    let mut env = Env::new([("A", ""), ("B", "")]);
    assert_eq!(env.or::<u32>("A", 7), Some(7));
    assert_eq!(env.optional::<String>("B"), Some(None));
    assert!(env.unread().is_empty());
}

#[test]
fn lists_are_separated_by_commas_and_every_part_is_checked() {
    let mut env = Env::new([("SCHEDULE_MS", "15000, 30000"), ("PORTS", "1,,2")]);
    let schedule: Vec<Duration> = env.required("SCHEDULE_MS").expect("two durations");
    assert_eq!(schedule, [Duration::from_secs(15), Duration::from_secs(30)]);
    assert!(env.required::<Vec<u16>>("PORTS").is_none());
}

#[test]
fn a_url_with_a_password_is_not_a_plain_setting() {
    let mut env = Env::new([
        ("A", "https://u:p@example.com/"),
        ("B", "https://example.com/x"),
    ]);
    assert!(env.required::<url::Url>("A").is_none());
    assert!(env.required::<url::Url>("B").is_some());
}
