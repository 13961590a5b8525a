//! Users, cards and fees: from the command line to the rows that intake reads.

use std::time::Duration;

use contract::fee::FeeBearer;
use contract::withdrawal::CashType;
use runtime::password;
use runtime::settings::Secret;
use store::users::{LockPolicy, PasswordTry};

use crate::tool::Tool;
use crate::world::World;

const ADD: &str = "user add --partner shop --third-party-user-id u-1 \
                   --htouhui-user-id 10000001 --huifu-id 6666000021291985";

const POLICY: LockPolicy = LockPolicy {
    tries: 5,
    first_lock: Duration::from_secs(60),
    longest_lock: Duration::from_secs(3600),
};

async fn with_partner() -> (World, Tool) {
    let world = World::empty().await;
    let tool = world.tool().with("PASSWORD_PEPPER", "pepper");
    tool.typed("partner add shop --name shop --host shop.example");
    (world, tool)
}

/// Adds the user with this on standard input; code, standard output and standard error.
fn add(tool: &Tool, password: &str) -> (i32, String, String) {
    let line = format!("{ADD} --password-stdin");
    let ended = tool.fed(&line.split(' ').collect::<Vec<_>>(), password);
    (ended.code, ended.stdout, ended.stderr)
}

#[tokio::test]
async fn a_user_is_added_with_a_password_that_intake_can_check() {
    let (world, tool) = with_partner().await;
    let (code, said, complaint) = add(&tool, "135790\n");
    assert_eq!((code, complaint.as_str()), (0, ""));
    insta::assert_snapshot!("user_add", said);

    let mut connection = world.connection().await;
    let tx = connection.begin("tests: try password").await.unwrap();
    let id = "10000001".parse().unwrap();
    let begun = store::users::begin_password_try(&tx, world.now, &id, POLICY).await;
    let Ok(PasswordTry::Check { hash, .. }) = begun else {
        panic!("{begun:?}");
    };
    let pepper = Secret::new("pepper");
    assert_eq!(password::verify("135790", &hash, &pepper), Ok(true));
    assert_eq!(password::verify("135790\n", &hash, &pepper), Ok(false));
}

#[tokio::test]
async fn a_user_without_password_or_pepper_or_a_second_time_is_refused() {
    let (world, tool) = with_partner().await;
    assert_eq!(tool.refused(ADD).0, 64, "no password");
    assert_eq!(add(&tool, "\n").0, 64, "an empty password");
    assert_eq!(add(&tool, "135790\n135790\n").0, 64, "two lines");
    let (code, _, complaint) = add(&world.tool(), "135790");
    assert_eq!(code, 64);
    assert!(
        complaint.contains("PASSWORD_PEPPER is not set"),
        "{complaint}"
    );
    assert_eq!(add(&tool, "135790").0, 0);
    let (code, _, complaint) = add(&tool, "135790");
    assert_eq!(code, 1);
    assert_eq!(complaint, "opsctl: there is a user 10000001 already\n");
}

#[tokio::test]
async fn an_id_that_an_opening_may_be_promised_is_given_to_nobody_by_hand() {
    let (_world, tool) = with_partner().await;
    let add = |id: &str| {
        let line = ADD.replace("10000001", id) + " --password-stdin";
        tool.fed(&line.split(' ').collect::<Vec<_>>(), "135790")
    };
    for id in ["20000000001", "20000000005", "99999999999"] {
        let ended = add(id);
        assert_eq!(ended.code, 64, "{id}: {}", ended.stderr);
    }
    assert_eq!(add("20000000000").code, 0);
}

#[tokio::test]
async fn a_password_may_come_from_a_file() {
    let (_world, tool) = with_partner().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "135790\r\n").unwrap();
    tool.typed(&format!("{ADD} --password-file {}", file.path().display()));
    let missing = tool.refused(&format!("{ADD} --password-file /nowhere/at/all"));
    assert_eq!(missing.0, 64, "{missing:?}");
}

#[tokio::test]
async fn a_card_is_bound_and_a_cash_type_opened() {
    let world = World::empty().await;
    let tool = world.tool().with("PASSWORD_PEPPER", "pepper");
    tool.typed("partner add shop --name shop --host shop.example");
    assert_eq!(add(&tool, "135790").0, 0);
    let card =
        "user card add 10000001 --token-no 10004053462 --tail 6789 --bank-name 招商银行 --default";
    insta::assert_snapshot!("user_card_add", tool.typed(card));
    let fee = "user fee set 10000001 --cash-type T1 --fix 1.00 --rate 0.05 --bearer inner";
    insta::assert_snapshot!("user_fee_set", tool.typed(fee));

    let id = "10000001".parse().unwrap();
    let connection = world.connection().await;
    let rules = store::users::cash_rules::of(&connection, &id)
        .await
        .unwrap();
    assert_eq!(rules.len(), 1);
    let (cash_type, rule) = &rules[0];
    assert_eq!((*cash_type, rule.bearer), (CashType::T1, FeeBearer::Inner));
    let price = rule.price;
    assert_eq!((price.fix.get(), price.rate.get()), (100, 5));
    assert_eq!((rule.weekday, &rule.payer), (None, &None));
    let cards = store::users::cards::of(&connection, &id).await.unwrap();
    assert_eq!(
        (cards[0].tail.as_str(), cards[0].is_default),
        ("6789", true)
    );
}

#[tokio::test]
async fn a_card_keeps_four_digits_and_no_more() {
    let world = World::with_user().await;
    for tail in ["6222021234567890", "12", "12a4"] {
        let card = "user card add 10000000001 --token-no 10004053463 --bank-name B --tail";
        let refused = world.tool().refused(&format!("{card} {tail}"));
        let said = "opsctl: --tail is the last four digits, no more and no less\n";
        assert_eq!(refused, (1, said.to_owned()));
    }
}

#[tokio::test]
async fn d1_costs_less_on_working_days_and_another_account_may_pay() {
    let world = World::with_user().await;
    let tool = world.tool();
    let fee = "user fee set 10000000001 --cash-type D1 --fix 3.00 --rate 0.10 --weekday-fix 1.00 \
               --weekday-rate 0.05 --bearer outer --payer 6666000000000001";
    insta::assert_snapshot!("user_fee_set_d1", tool.typed(fee));
    let half = "user fee set 10000000001 --cash-type D1 --fix 3.00 --rate 0.10 --weekday-rate 0.05 \
                --bearer inner --json";
    let half: serde_json::Value = serde_json::from_str(&tool.typed(half)).unwrap();
    assert_eq!(half["weekday_fix"], "3.00", "that of holidays");

    let id = "10000000001".parse().unwrap();
    let connection = world.connection().await;
    let rules = store::users::cash_rules::of(&connection, &id)
        .await
        .unwrap();
    let weekday = rules[0].1.weekday.unwrap();
    assert_eq!((weekday.fix.get(), weekday.rate.get()), (300, 5));
    assert_eq!(rules[0].1.payer, None, "the second rule names no payer");
}

#[tokio::test]
async fn a_fee_that_huifu_could_not_charge_is_refused_and_a_cash_type_closes_once() {
    let world = World::with_user().await;
    let tool = world.tool();
    let set = "user fee set 10000000001 --bearer inner";
    for (rest, said) in [
        (
            "--cash-type T1 --weekday-fix 1.00",
            "only D1 has a fee of its own for working days",
        ),
        (
            "--cash-type D1 --payer 6666000000000001",
            "an inner fee is taken from the amount; only an outer one has a payer",
        ),
    ] {
        let refused = tool.refused(&format!("{set} {rest}"));
        assert_eq!(refused, (1, format!("opsctl: {said}\n")));
    }
    tool.typed(&format!("{set} --cash-type T1"));
    let close = "user fee close 10000000001 --cash-type T1";
    assert_eq!(tool.typed(close), "T1 is closed to 10000000001.\n");
    let again = "opsctl: T1 is not open to 10000000001\n";
    assert_eq!(tool.refused(close), (1, again.to_owned()));
}

#[tokio::test]
async fn users_are_listed_and_shown_with_their_cards_and_what_is_open_to_them() {
    let world = World::with_user().await;
    let tool = world.tool();
    let fee = "user fee set 10000000001 --cash-type D1 --fix 3.00 --weekday-fix 1.00 \
               --bearer outer --payer 6666000000000001";
    tool.typed(fee);
    tool.typed("user fee set 10000000001 --cash-type T1 --fix 1.00 --rate 0.05 --bearer inner");
    insta::assert_snapshot!("user_list", tool.typed("user list --partner shop"));
    insta::assert_snapshot!("user_list_json", tool.typed("user list --json"));
    insta::assert_snapshot!("user_show", tool.typed("user show 10000000001"));
    let listed = tool.typed("user list --json");
    let shown = tool.typed("user show 10000000001 --json");
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(listed[0], shown);
}

#[tokio::test]
async fn whom_nobody_added_is_not_listed_and_not_shown() {
    let world = World::with_user().await;
    let tool = world.tool();
    assert_eq!(
        tool.typed("user list --partner other"),
        "No such users.\n",
        "another partner's"
    );
    assert_eq!(tool.typed("user list --partner other --json"), "[]\n");
    let refused = tool.refused("user show 99999");
    assert_eq!(refused, (1, "opsctl: there is no user 99999\n".to_owned()));
    assert_eq!(tool.refused("user list --limit 0").0, 64);
}
