use super::*;

const GOOD: [(&str, &str); 10] = [
    ("LISTEN", "127.0.0.1:0"),
    ("PUBLIC_URL", "https://pay.example"),
    ("SIGNING_KEY_ID", "2026-11"),
    ("PASSWORD_PEPPER", "pepper"),
    ("PAGE_KEY", "a page key that is long enough to be one"),
    ("WITHDRAWAL_MAX_FEN", "5000000"),
    ("DRAFT_TTL_MS", "60000"),
    ("DATA_KEYS", stand::system::DATA_KEYS),
    ("SMS_GATEWAY_URL", "https://sms.example/send"),
    ("SMS_GATEWAY_TOKEN", "a-token"),
];

fn read(changes: &[(&str, &str)]) -> (Option<IntakeSettings>, Vec<String>) {
    let key = stand::keys::rsa_2048(0).private_pkcs8_pem;
    let good = GOOD.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut values: std::collections::BTreeMap<String, String> = good.into();
    values.insert("SIGNING_KEY".to_owned(), key);
    for (name, value) in changes {
        values.insert((*name).to_owned(), (*value).to_owned());
    }
    let mut env = Env::new(values);
    let settings = IntakeSettings::read(&mut env);
    (settings, env.errors().to_vec())
}

#[test]
fn good_settings_are_read_with_their_defaults() {
    let (settings, errors) = read(&[]);
    let settings = settings.unwrap();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(settings.draft_ttl, Duration::from_secs(60));
    assert_eq!(settings.loopback_http, LoopbackHttp::Refused);
    assert!(settings.password_hash_concurrency >= 1);
    assert!(settings.published_keys.is_empty());
    assert_eq!(settings.balance_max_age, Duration::from_secs(30));
    assert_eq!(settings.balance_wait, Duration::from_millis(800));
    assert_eq!(settings.sms.timeout, Duration::from_secs(5));
    assert_eq!(settings.sms.trusted_proxies, 0);
    assert!(
        !format!("{settings:?}").contains("c3RhbmQt"),
        "a key is shown"
    );
    assert!(
        !format!("{settings:?}").contains("a-token"),
        "a token is shown"
    );
}

#[test]
fn everything_wrong_is_said_at_once_and_no_value_is_repeated() {
    let (settings, errors) = read(&[
        ("PUBLIC_URL", "https://pay.example/path?secret=1"),
        ("SIGNING_KEY", "not a key"),
        ("SIGNING_KEY_ID", "a&b"),
        ("PAGE_KEY", "short"),
        ("WITHDRAWAL_MAX_FEN", "0"),
        ("PUBLISHED_KEYS_FILE", "/nowhere/keys.json"),
        ("DATA_KEYS", "stand-1:dG9vIHNob3J0"),
        ("BALANCE_MAX_AGE_MS", "0"),
        ("BALANCE_WAIT_MS", "60000"),
        ("SMS_GATEWAY_URL", "http://sms.example/send?key=1"),
        ("SMS_GATEWAY_TOKEN", ""),
        ("SMS_GATEWAY_TIMEOUT_MS", "1"),
        ("TRUSTED_PROXIES", "17"),
    ]);
    assert!(settings.is_none());
    assert_eq!(errors.len(), 13, "{errors:?}");
    let said = errors.join("\n");
    for value in [
        "secret=1",
        "not a key",
        "short",
        "/nowhere",
        "dG9v",
        "key=1",
    ] {
        assert!(!said.contains(value), "{said}");
    }
}

#[test]
fn there_is_no_default_for_a_limit_on_money() {
    let (settings, errors) = read(&[("WITHDRAWAL_MAX_FEN", "")]);
    assert!(settings.is_none());
    assert!(
        errors[0].starts_with("WITHDRAWAL_MAX_FEN is not set"),
        "{errors:?}"
    );
}
