//! Days: the balance with its signature, statements and differences, and a day that is run again.

use contract::day_balance::DayBalance;
use contract::huifu::statement::{LineState, StatementLine};
use contract::ids::ReqSeqId;
use contract::money::Fen;
use contract::signing::keys::PrivateKey;
use contract::withdrawal::Transition::{Fail, OpenAttempt, Pay, Submit};
use jiff::civil::Date;
use serde_json::Value;
use store::Transaction;
use store::day_balances::{self, Signed};
use store::statements::{self, File, Key};

use crate::world::World;

/// The Beijing day of the world's `now`.
const DAY: Date = Date::constant(2026, 11, 22);

impl World {
    /// Two withdrawals, of which one is paid at Huifu with one fen more; counted while one was open
    /// and again after that.
    async fn a_day(&self) {
        let paid = self.walked(1, &[OpenAttempt, Submit]).await;
        self.sent_to_huifu(&paid).await;
        let failed = self.walked(2, &[OpenAttempt, Submit]).await;
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: end").await.unwrap();
        self.take(&tx, &paid, Pay, 9).await;
        self.count(&tx, 1).await;
        self.take(&tx, &failed, Fail, 10).await;
        self.count(&tx, 2).await;
        self.take_statement(&tx).await;
        tx.commit().await.unwrap();
    }

    async fn count(&self, tx: &Transaction<'_>, version: i32) {
        let balance = DayBalance {
            day: DAY,
            version,
            counted_at: self.now,
            counted: day_balances::count(tx, DAY).await.unwrap(),
        };
        let key_id = "tixian-1".parse().unwrap();
        let key: PrivateKey = stand::keys::rsa_2048(0).private_pkcs8_pem.parse().unwrap();
        let signed = Signed {
            balance,
            text: balance.text(&key_id),
            signature: balance.sign(&key_id, &key),
            key_id,
        };
        day_balances::insert(tx, self.now, &signed).await.unwrap();
    }

    async fn take_statement(&self, tx: &Transaction<'_>) {
        let key = Key {
            day: DAY,
            member: "6666000000000001".parse().unwrap(),
        };
        let members = std::slice::from_ref(&key.member);
        statements::plan(tx, self.now, members, DAY).await.unwrap();
        let line = |line, req_seq_id: String, fen| StatementLine {
            line,
            req_seq_id,
            req_date: "20261122".parse().unwrap(),
            huifu_id: "6666000021291985".to_owned(),
            hf_seq_id: Some("hf-1".to_owned()),
            cash_amt: Fen::new(fen).unwrap(),
            fee_amt: Some(Fen::new(105).unwrap()),
            state: LineState::Paid,
        };
        let ours = ReqSeqId::from_parts(1_800_000_000_000, 7).to_string();
        let lines = [line(2, ours, 10_001), line(3, "THEIRS".to_owned(), 500)];
        let file = File {
            digest: "d1ce",
            lines: &lines,
        };
        statements::take(tx, self.now, &key, &file).await.unwrap();
        statements::compare(tx, self.now, &key).await.unwrap();
    }
}

#[tokio::test]
async fn a_day_shows_its_balance_its_statements_and_what_differs() {
    let world = World::with_user().await;
    world.a_day().await;
    let tool = world.tool();
    insta::assert_snapshot!("reconcile_day", tool.typed("reconcile day 2026-11-22"));
    insta::assert_snapshot!("reconcile_list", tool.typed("reconcile list"));
    let listed: Value = serde_json::from_str(&tool.typed("reconcile list --json")).unwrap();
    assert_eq!(listed[0]["balance"]["accepted"]["fen"], 20_000);
    assert_eq!(listed[0]["differences"], 2);
}

#[tokio::test]
async fn a_signature_is_verified_with_the_key_that_is_given() {
    let world = World::with_user().await;
    world.a_day().await;
    let tool = world.tool();
    let (ours, other) = (world.public_key_file(0), world.public_key_file(1));
    let day = "reconcile day 2026-11-22 --json --key";
    let shown: Value = serde_json::from_str(&tool.typed(&format!("{day} {ours}"))).unwrap();
    assert_eq!(shown["counts"][1]["signature_check"], "holds");
    assert_eq!(shown["counts"][1]["paid"]["count"], 1);
    let with_other: Vec<&str> = ["reconcile", "day", "2026-11-22", "--key", &other].to_vec();
    let ended = tool.run(&with_other);
    assert_eq!(ended.code, 1, "the answer is no");
    assert!(ended.stdout.contains("DOES NOT HOLD"), "{}", ended.stdout);
    let (code, said) = tool.refused("reconcile day 2026-11-22 --key /nowhere");
    assert_eq!(code, 64);
    assert!(said.contains("/nowhere"), "{said}");
}

#[tokio::test]
async fn a_balance_that_was_changed_in_the_database_does_not_hold() {
    let world = World::with_user().await;
    world.a_day().await;
    world.tamper(include_str!("sql/forge_balances.sql")).await;
    let key = world.public_key_file(0);
    let arguments = ["reconcile", "day", "2026-11-22", "--key", &key];
    let ended = world.tool().run(&arguments);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("DOES NOT HOLD"), "{}", ended.stdout);
}

#[tokio::test]
async fn a_day_is_run_again_with_who_and_why_or_not_at_all() {
    let world = World::with_user().await;
    let tool = world.tool();
    let nobody = tool.refused("reconcile run 2026-11-22");
    let said = "opsctl: nobody has a statement so far; say whose with --member HUIFU_ID\n";
    assert_eq!(nobody, (1, said.to_owned()));
    world.a_day().await;
    let dry = tool.typed("reconcile run 2026-11-22");
    insta::assert_snapshot!("reconcile_run_dry_run", dry);
    let state = async || {
        let connection = world.connection().await;
        let of_day = statements::of(&connection, DAY).await.unwrap();
        let one = &of_day[0];
        (one.state.as_str(), one.trouble.clone())
    };
    assert_eq!(state().await, ("taken", None));
    let run = [
        "reconcile",
        "run",
        "2026-11-22",
        "--yes",
        "--reason",
        "it was corrected",
    ];
    insta::assert_snapshot!("reconcile_run", tool.answer(&run));
    let trouble = "asked for by sre: it was corrected".to_owned();
    assert_eq!(state().await, ("due", Some(trouble)));
}

#[tokio::test]
async fn what_is_not_known_or_not_over_is_said() {
    let world = World::with_user().await;
    let tool = world.tool();
    let (code, said) = tool.refused("reconcile day 2026-11-22");
    assert_eq!(code, 1);
    assert!(said.contains("nothing is known of 2026-11-22"), "{said}");
    assert_eq!(
        tool.typed("reconcile list"),
        "No day has been counted yet.\n"
    );
    let (code, said) = tool.refused("reconcile run 9000-01-01 --member 6666");
    assert_eq!(code, 64);
    assert!(said.contains("is not over"), "{said}");
    let (code, _) = tool.refused("reconcile day 22.11.2026");
    assert_eq!(code, 64);
}
