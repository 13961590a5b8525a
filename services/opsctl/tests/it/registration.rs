//! Partners, keys, users, cards and fees: from the command line to the rows that services read.

use contract::fee::FeeBearer;
use contract::withdrawal::CashType;
use runtime::password;
use runtime::settings::Secret;
use serde_json::Value;
use store::users::{LockPolicy, PasswordTry};

use crate::tool::Tool;
use crate::world::World;

const POLICY: LockPolicy = LockPolicy {
    tries: 5,
    first_lock: std::time::Duration::from_secs(60),
    longest_lock: std::time::Duration::from_secs(3600),
};

#[tokio::test]
async fn a_partner_is_added_listed_and_its_keys_overlap() {
    let world = World::empty().await;
    let tool = world.tool();
    let (first, second) = (world.public_key_file(0), world.public_key_file(1));
    insta::assert_snapshot!("partner_list_empty", tool.answer(&["partner", "list"]));
    insta::assert_snapshot!(
        "partner_add",
        tool.answer(&[
            "partner",
            "add",
            "shop",
            "--name",
            "小店",
            "--host",
            "Shop.Example",
            "--host",
            "127.0.0.1"
        ])
    );
    let add = [
        "partner",
        "key",
        "add",
        "shop",
        "--key-id",
        "k1",
        "--public-key",
        &first,
        "--not-before",
        "20261101000000",
    ];
    insta::assert_snapshot!("partner_key_add", without_fingerprint(&tool.answer(&add)));
    tool.answer(&[
        "partner",
        "key",
        "add",
        "shop",
        "--key-id",
        "k2",
        "--public-key",
        &second,
        "--not-before",
        "20261102000000",
    ]);
    insta::assert_snapshot!(
        "partner_key_retire",
        tool.answer(&[
            "partner",
            "key",
            "retire",
            "shop",
            "k1",
            "--at",
            "20261103000000"
        ])
    );
    insta::assert_snapshot!("partner_list", tool.answer(&["partner", "list"]));
    let json: Value = serde_json::from_str(&tool.answer(&["partner", "list", "--json"])).unwrap();
    assert_eq!(
        json[0]["hosts"],
        serde_json::json!(["127.0.0.1", "shop.example"])
    );
    assert_eq!(json[0]["keys"][1]["retired_at"], "2026-11-02T16:00:00Z");

    for (arguments, said) in [
        (
            &[
                "partner",
                "add",
                "shop",
                "--name",
                "again",
                "--host",
                "x.example",
            ][..],
            "there is a partner shop already",
        ),
        (&add, "shop has a key k1 already"),
        (
            &[
                "partner",
                "key",
                "add",
                "shop",
                "--key-id",
                "k3",
                "--public-key",
                &first,
            ],
            "this key is registered already",
        ),
        (
            &[
                "partner",
                "key",
                "add",
                "other",
                "--key-id",
                "k3",
                "--public-key",
                &world.public_key_file(2),
            ],
            "there is no partner other",
        ),
        (
            &["partner", "key", "retire", "shop", "k1"],
            "shop has no key k1, or it is retired already",
        ),
    ] {
        let ended = tool.run(arguments);
        assert_eq!(
            (ended.code, ended.stderr.trim()),
            (1, format!("opsctl: {said}").as_str())
        );
    }
    let port = tool.run(&[
        "partner",
        "add",
        "p",
        "--name",
        "p",
        "--host",
        "shop.example:8443",
    ]);
    assert_eq!(port.code, 64, "{port:?}");
}

fn without_fingerprint(said: &str) -> String {
    let (sentence, fingerprint) = said.trim_end().rsplit_once(' ').unwrap();
    assert_eq!(fingerprint.len(), 64);
    format!("{sentence} …")
}

#[tokio::test]
async fn a_partner_never_gets_more_keys_than_its_signatures_may_be_tried_with() {
    let world = World::empty().await;
    let tool = world.tool();
    tool.answer(&[
        "partner",
        "add",
        "shop",
        "--name",
        "shop",
        "--host",
        "shop.example",
    ]);
    for number in 0..8 {
        let file = world.public_key_file(number);
        tool.answer(&[
            "partner",
            "key",
            "add",
            "shop",
            "--key-id",
            &format!("k{number}"),
            "--public-key",
            &file,
        ]);
    }
    let ninth = world.public_key_file(8);
    let ended = tool.run(&[
        "partner",
        "key",
        "add",
        "shop",
        "--key-id",
        "k9",
        "--public-key",
        &ninth,
    ]);
    assert_eq!(ended.code, 1, "{ended:?}");
}

#[tokio::test]
async fn a_user_is_added_with_a_password_that_intake_can_check() {
    let world = World::empty().await;
    let tool = world.tool().with("PASSWORD_PEPPER", "pepper");
    tool.answer(&[
        "partner",
        "add",
        "shop",
        "--name",
        "shop",
        "--host",
        "shop.example",
    ]);
    let add = [
        "user",
        "add",
        "--partner",
        "shop",
        "--third-party-user-id",
        "u-1",
        "--htouhui-user-id",
        "10000001",
        "--huifu-id",
        "6666000021291985",
    ];
    let from_stdin = [&add[..], &["--password-stdin"]].concat();
    let added = tool.fed(&from_stdin, "135790\n");
    assert_eq!(added.code, 0, "{added:?}");
    insta::assert_snapshot!("user_add", added.stdout);
    insta::assert_snapshot!(
        "user_card_add",
        tool.answer(&[
            "user",
            "card",
            "add",
            "10000001",
            "--token-no",
            "10004053462",
            "--tail",
            "6789",
            "--bank-name",
            "招商银行",
            "--default"
        ])
    );
    insta::assert_snapshot!(
        "user_fee_set",
        tool.answer(&[
            "user",
            "fee",
            "set",
            "10000001",
            "--cash-type",
            "T1",
            "--fix",
            "1.00",
            "--rate",
            "0.05",
            "--bearer",
            "inner"
        ])
    );
    assert_eq!(
        tool.fed(&from_stdin, "135790").stderr,
        "opsctl: there is a user 10000001 already\n"
    );
    assert_eq!(tool.run(&add).code, 64, "no password");
    assert_eq!(tool.fed(&from_stdin, "\n").code, 64, "an empty password");
    let no_pepper = world.tool().fed(&from_stdin, "135790");
    assert_eq!(no_pepper.code, 64, "{no_pepper:?}");
    assert!(no_pepper.stderr.contains("PASSWORD_PEPPER is not set"));

    let id = "10000001".parse().unwrap();
    let mut connection = world.connection().await;
    let rules = store::users::cash_rules(&connection, &id).await.unwrap();
    assert_eq!(rules.len(), 1);
    let (cash_type, rule) = rules[0];
    assert_eq!(
        (cash_type, rule.fix.get(), rule.rate.get(), rule.bearer),
        (CashType::T1, 100, 5, FeeBearer::Inner)
    );
    let tx = connection.begin("tests: try password").await.unwrap();
    let begun = store::users::begin_password_try(&tx, world.now, &id, POLICY)
        .await
        .unwrap();
    let PasswordTry::Check { hash, .. } = begun else {
        panic!("{begun:?}");
    };
    assert_eq!(
        password::verify("135790", &hash, &Secret::new("pepper")),
        Ok(true)
    );
    assert_eq!(
        password::verify("135790\n", &hash, &Secret::new("pepper")),
        Ok(false)
    );
}

#[tokio::test]
async fn a_card_keeps_four_digits_and_no_more() {
    let world = World::with_user().await;
    let card = [
        "user",
        "card",
        "add",
        "10000000001",
        "--token-no",
        "10004053463",
        "--bank-name",
        "B",
        "--tail",
    ];
    for tail in ["6222021234567890", "12", "12a4"] {
        let ended = world.tool().run(&[&card[..], &[tail]].concat());
        assert_eq!(
            (ended.code, ended.stderr.as_str()),
            (
                1,
                "opsctl: --tail is the last four digits, no more and no less\n"
            )
        );
    }
}

#[tokio::test]
async fn migrate_brings_an_empty_database_to_the_newest_schema_and_does_nothing_twice() {
    let database = stand::TestDatabase::create().await.unwrap();
    let tool = Tool::new().with("DATABASE_URL", database.url());
    assert_eq!(
        tool.answer(&["migrate"]),
        "The schema is up to date; nothing was applied.\n"
    );
    let json: Value = serde_json::from_str(&tool.answer(&["migrate", "--json"])).unwrap();
    assert_eq!(json, serde_json::json!({ "applied": 0 }));
    assert_eq!(tool.answer(&["case", "list"]), "No case is open.\n");
}
