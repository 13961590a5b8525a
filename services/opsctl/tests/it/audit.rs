//! Every act is a row of the audit, in the transaction that did it; what was only tried leaves
//! none.

use contract::application::Step::Business;
use contract::application::SubjectKind;
use contract::withdrawal::Transition::{Fail, OpenAttempt, Pay, Submit};
use serde_json::Value;
use store::audit::{self, Entry, Question, Verdict};

use crate::applications;
use crate::tool::Tool;
use crate::world::World;

const DATA_KEYS: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const DO_IT: &str = " --yes --reason looked --by lin --ticket OPS-7";

/// A line, what it reads from standard input, and the row it leaves: act and subject.
type Deed<'a> = (&'a str, &'a str, &'a str, &'a str);

/// What is undone by its opposite and therefore needs no permit.
const REGISTERED: [Deed<'static>; 6] = [
    (
        "partner add other --name 别家 --host other.example",
        "",
        "partner.add",
        "partner other",
    ),
    (
        "user add --partner shop --third-party-user-id u-2 --htouhui-user-id 10000000002 \
         --huifu-id 6666000021291986 --password-stdin",
        "135790",
        "user.add",
        "user 10000000002",
    ),
    (
        "user card add 10000000002 --token-no 10004053999 --tail 4321 --bank-name 招商银行",
        "",
        "user.add_card",
        "user 10000000002",
    ),
    (
        "user fee set 10000000002 --cash-type T1 --fix 1.00 --bearer inner",
        "",
        "user.set_fee",
        "user 10000000002",
    ),
    (
        "user fee close 10000000002 --cash-type T1",
        "",
        "user.close_cash_type",
        "user 10000000002",
    ),
    (
        "partner key retire shop k1",
        "",
        "partner.retire_key",
        "partner shop",
    ),
];

/// What needs a permit, and is tried without one first.
const PERMITTED: [Deed<'static>; 8] = [
    (
        "calendar set 2026-10-01 holiday",
        "",
        "calendar.set",
        "day 2026-10-01",
    ),
    (
        "user password 10000000001 --password-stdin",
        "246801",
        "user.set_password",
        "user 10000000001",
    ),
    (
        "user mobile 10000000001 --mobile-stdin",
        "13764190263",
        "user.set_mobile",
        "user 10000000001",
    ),
    (
        "partner notice-secret add shop --secret-id s1",
        "",
        "notice_secret.add",
        "partner shop",
    ),
    (
        "partner notice-secret retire shop s1",
        "",
        "notice_secret.retire",
        "partner shop",
    ),
    (
        "reconcile run 2026-10-01 --member 6666000021291985",
        "",
        "reconcile.run",
        "day 2026-10-01",
    ),
    ("keys rotate-data", "", "data_keys.rotate", "data_key k1"),
    ("case close 1 --release", "", "case.close", "case 1"),
];

async fn rows(world: &World) -> Vec<Entry> {
    let connection = world.connection().await;
    let newest_first = audit::list(&connection, &Question::default(), 100).await;
    newest_first.unwrap()
}

async fn is_whole(world: &World) -> bool {
    let connection = world.connection().await;
    matches!(
        audit::verify(&connection, None).await.unwrap(),
        Verdict::Whole(_)
    )
}

fn done(tool: &Tool, line: &str, input: &str) {
    let ended = tool.fed(&line.split_whitespace().collect::<Vec<_>>(), input);
    assert_eq!(ended.code, 0, "{line}: {ended:?}");
}

/// The newest row is the only new one, and tells of this.
async fn told_of(world: &World, before: usize, (_, _, act, subject): Deed<'_>) -> Entry {
    let rows = rows(world).await;
    assert_eq!(rows.len(), before + 1, "{act}");
    let row = rows.into_iter().next().unwrap();
    assert_eq!((row.act.as_str(), row.subject.as_str()), (act, subject));
    row
}

fn tool(world: &World) -> Tool {
    world
        .tool()
        .with("DATA_KEYS", DATA_KEYS)
        .with("PASSWORD_PEPPER", "pepper")
}

async fn with_key() -> (World, Tool) {
    let world = World::with_user().await;
    let tool = tool(&world);
    let file = world.public_key_file(1);
    let add = format!("partner key add shop --key-id k1 --public-key {file}");
    done(&tool, &add, "");
    let row = told_of(&world, 0, ("", "", "partner.add_key", "partner shop")).await;
    assert_eq!(row.detail["key_id"], "k1");
    (world, tool)
}

#[tokio::test]
async fn what_is_registered_leaves_who_did_it_and_why_even_where_nobody_said_so() {
    let (world, tool) = with_key().await;
    for (before, deed) in (1..).zip(REGISTERED) {
        done(&tool, deed.0, deed.1);
        let row = told_of(&world, before, deed).await;
        assert_eq!((row.actor.as_str(), row.ticket), ("sre", None));
        assert_ne!(row.reason, "");
    }
    let more = "partner add third --name 三 --host third.example --by lin --reason contract-12 \
                --ticket OPS-8";
    done(&tool, more, "");
    let row = told_of(&world, 7, ("", "", "partner.add", "partner third")).await;
    assert_eq!(
        (
            row.actor.as_str(),
            row.reason.as_str(),
            row.ticket.as_deref()
        ),
        ("lin", "contract-12", Some("OPS-8"))
    );
    assert!(is_whole(&world).await);
    assert_eq!(secrets(&rows(&world).await), Vec::<String>::new());
}

#[tokio::test]
async fn what_needs_a_permit_leaves_one_row_with_it_and_none_without() {
    let (world, tool) = with_key().await;
    contradicted(&world).await;
    for (before, deed) in (1..).zip(PERMITTED) {
        done(&tool, deed.0, deed.1);
        assert_eq!(rows(&world).await.len(), before, "a dry run: {}", deed.0);
        done(&tool, &format!("{}{DO_IT}", deed.0), deed.1);
        let row = told_of(&world, before, deed).await;
        assert_eq!(
            (
                row.actor.as_str(),
                row.reason.as_str(),
                row.ticket.as_deref()
            ),
            ("lin", "looked", Some("OPS-7"))
        );
    }
    assert!(is_whole(&world).await);
    assert_eq!(secrets(&rows(&world).await), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_refused_leaves_no_row() {
    let (world, tool) = with_key().await;
    for line in [
        "partner add shop --name 小店 --host shop.example",
        "partner key retire shop k9",
        "user fee close 10000000001 --cash-type T1",
        "case close 99 --yes --reason looked",
        "partner notice-secret retire shop s9 --yes --reason looked",
    ] {
        assert_eq!(tool.refused(line).0, 1, "{line}");
    }
    assert_eq!(rows(&world).await.len(), 1);
}

#[tokio::test]
async fn questions_and_decisions_about_what_was_sent_to_huifu_are_acts() {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit]).await;
    world.sent_to_huifu(&id).await;
    let ask = format!("withdrawal ask {id}");
    done(&tool(&world), &ask, "");
    assert_eq!(rows(&world).await, []);
    done(&tool(&world), &format!("{ask}{DO_IT}"), "");
    let subject = format!("withdrawal {id}");
    told_of(&world, 0, ("", "", "withdrawal.ask", &subject)).await;

    let (world, tool) = applications::lost(SubjectKind::IndividualUser, Business).await;
    let subject = format!("application {}", applications::application_id());
    let ask = format!("application ask {}", applications::application_id());
    done(&tool, &format!("{ask}{DO_IT}"), "");
    told_of(&world, 0, ("", "", "application.ask", &subject)).await;
    let decide = applications::decide("--refused");
    done(&tool, &decide, "");
    assert_eq!(rows(&world).await.len(), 1, "a dry run");
    done(&tool, &format!("{decide}{DO_IT}"), "");
    let row = told_of(&world, 1, ("", "", "application.decide", &subject)).await;
    assert_eq!(row.detail["state"], "refused");
    assert!(is_whole(&world).await);
}

#[tokio::test]
async fn a_certification_is_an_act_before_the_first_notice_leaves() {
    let world = World::empty().await;
    let tool = world
        .tool()
        .with("SIGNING_KEY", &stand::keys::rsa_2048(0).private_pkcs8_pem)
        .with("SIGNING_KEY_ID", "ours-1")
        .with("ALLOW_LOOPBACK_HTTP", "true");
    tool.typed("partner add shop --name 小店 --host 127.0.0.1");
    let certify = "partner certify shop --notify-url http://127.0.0.1:9/notify?token=hunter2";
    done(&tool, certify, "");
    assert_eq!(rows(&world).await.len(), 1, "a dry run");
    let line = format!("{certify}{DO_IT}");
    let ended = tool.run(&line.split(' ').collect::<Vec<_>>());
    assert_ne!(ended.code, 0, "nobody listens there: {ended:?}");
    let row = told_of(&world, 1, ("", "", "partner.certify", "partner shop")).await;
    assert_eq!(row.detail["host"], "127.0.0.1");
    assert!(!row.detail.to_string().contains("hunter2"));
}

/// Case 1: a contradiction about a paid withdrawal, which is held.
async fn contradicted(world: &World) {
    let id = world.walked(3, &[OpenAttempt, Submit, Pay]).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: contradict").await.unwrap();
    world.take(&tx, &id, Fail, 9).await;
    tx.commit().await.unwrap();
}

/// Which of the texts that no row may hold one does.
fn secrets(rows: &[Entry]) -> Vec<String> {
    let all: Vec<Value> = rows.iter().map(|row| row.detail.clone()).collect();
    let all = Value::from(all).to_string();
    [
        "135790",
        "246801",
        "13764190263",
        "0263",
        "4321",
        "别家",
        "招商银行",
        "whsec_",
    ]
    .into_iter()
    .filter(|secret| all.contains(secret))
    .map(str::to_owned)
    .collect()
}
