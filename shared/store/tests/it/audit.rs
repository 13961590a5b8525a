//! The audit: gapless, chained, append-only; and what was done to it behind its back is found.

use proptest::prelude::*;
use serde_json::{Value, json};
use store::audit::{self, Act, Anchor, Entry, Fault, Verdict};

use crate::world::World;

async fn append(world: &World, subject: &str) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: act").await.unwrap();
    let act = Act {
        actor: "sre",
        role: None,
        act: "partner.hold",
        subject,
        reason: "the partner asks for it",
        ticket: Some("OPS-7"),
        // As it is not kept: the database has its own order of keys and its own zero.
        detail: &json!({ "zz": 1, "a": -0.0, "list": [1.50, "提现"] }),
    };
    audit::append(&tx, world.now, &act).await.unwrap();
    tx.commit().await.unwrap();
}

async fn five() -> World {
    let world = World::new().await;
    for number in 1..=5 {
        append(&world, &format!("partner {number}")).await;
    }
    world
}

async fn verdict(world: &World, anchor: Option<&Anchor>) -> Verdict {
    audit::verify(&world.connection().await, anchor)
        .await
        .unwrap()
}

fn broken(number: i64, fault: Fault) -> Verdict {
    Verdict::Broken { number, fault }
}

/// As a person with the right to do so would: with the triggers switched off.
async fn tamper(world: &World, statements: &str) {
    let statements = ["set session_replication_role = replica;", statements].concat();
    world.raw().await.batch_execute(&statements).await.unwrap();
}

#[tokio::test]
async fn a_chain_that_nobody_touched_is_whole_and_its_head_is_told() {
    let world = five().await;
    let Verdict::Whole(head) = verdict(&world, None).await else {
        panic!("the chain is whole");
    };
    assert_eq!(head.number, 5);
    let last = audit::find(&world.connection().await, 5).await.unwrap();
    assert_eq!(last.unwrap().hash, head.hash);
    append(&world, "partner 6").await;
    let anchor = Anchor {
        number: 5,
        hash: head.hash,
    };
    assert!(matches!(
        verdict(&world, Some(&anchor)).await,
        Verdict::Whole(head) if head.number == 6
    ));
}

#[tokio::test]
async fn each_way_to_tamper_is_found_and_the_row_is_named() {
    let ways = [
        (
            "update audit set reason = 'another' where number = 3",
            3,
            Fault::Changed,
        ),
        (
            "update audit set detail = '{}' where number = 1",
            1,
            Fault::Changed,
        ),
        (
            "update audit set ticket = null where number = 5",
            5,
            Fault::Changed,
        ),
        ("delete from audit where number = 3", 3, Fault::Missing),
        ("delete from audit where number >= 4", 4, Fault::CutOff),
        (
            "update audit set number = 99 where number = 2;
             update audit set number = 2 where number = 3;
             update audit set number = 3 where number = 99",
            2,
            Fault::Changed,
        ),
        (
            "insert into audit select 6, at, actor, role, act, subject, reason, ticket, detail,
                                      hash, repeat('a', 64) from audit where number = 5",
            6,
            Fault::Beyond,
        ),
        (
            "update audit_head set hash = repeat('b', 64)",
            5,
            Fault::NotTheHead,
        ),
    ];
    for (statements, number, fault) in ways {
        let world = five().await;
        tamper(&world, statements).await;
        assert_eq!(
            verdict(&world, None).await,
            broken(number, fault),
            "{statements}"
        );
    }
}

#[tokio::test]
async fn a_row_that_was_forged_with_its_own_hash_does_not_link() {
    let world = five().await;
    let connection = world.connection().await;
    let mut forged = audit::find(&connection, 3).await.unwrap().unwrap();
    forged.reason = "another".to_owned();
    forged.hash = audit::hash(&forged);
    let client = world.raw().await;
    client
        .batch_execute("set session_replication_role = replica")
        .await
        .unwrap();
    client
        .execute(
            "update audit set reason = $1, hash = $2 where number = 3",
            &[&forged.reason, &forged.hash],
        )
        .await
        .unwrap();
    assert_eq!(verdict(&world, None).await, broken(4, Fault::Unlinked));
}

#[tokio::test]
async fn an_anchor_finds_what_the_head_was_changed_to_hide() {
    let world = five().await;
    let Verdict::Whole(head) = verdict(&world, None).await else {
        panic!("the chain is whole");
    };
    let anchor = Anchor {
        number: head.number,
        hash: head.hash,
    };
    tamper(
        &world,
        "delete from audit where number > 3;
         update audit_head set number = 3, hash = (select hash from audit where number = 3)",
    )
    .await;
    assert!(matches!(verdict(&world, None).await, Verdict::Whole(_)));
    assert_eq!(
        verdict(&world, Some(&anchor)).await,
        broken(4, Fault::CutOff)
    );
    for subject in ["partner 4", "another"] {
        append(&world, subject).await;
    }
    assert_eq!(
        verdict(&world, Some(&anchor)).await,
        broken(5, Fault::NotTheAnchor)
    );
}

#[tokio::test]
async fn rows_and_head_refuse_to_be_changed() {
    let world = five().await;
    let client = world.raw().await;
    for statement in [
        "update audit set reason = 'another'",
        "delete from audit",
        "truncate audit",
        "update audit_head set number = 3",
        "delete from audit_head",
        "truncate audit_head",
        "insert into audit_head (only_one, number, hash, created_at, updated_at, updated_by)
         values (false, 0, '', now(), now(), 'tests')",
        "insert into audit select 6, at, '', role, act, subject, reason, ticket, detail, hash,
                                  repeat('a', 64) from audit where number = 5",
        "insert into audit select 6, at, actor, role, 'noun', subject, reason, ticket, detail,
                                  hash, repeat('a', 64) from audit where number = 5",
        "insert into audit select 6, at, actor, role, act, subject, reason, ticket, detail,
                                  previous_hash, repeat('a', 64) from audit where number = 5",
        "insert into audit select 6, at, actor, role, act, subject, reason, ticket, detail,
                                  hash, 'short' from audit where number = 5",
    ] {
        assert!(
            client.batch_execute(statement).await.is_err(),
            "{statement}"
        );
    }
    assert!(matches!(verdict(&world, None).await, Verdict::Whole(_)));
}

#[tokio::test]
async fn many_who_append_at_once_leave_no_gap_and_a_rollback_leaves_none() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: act").await.unwrap();
    let act = Act {
        actor: "sre",
        role: None,
        act: "case.close",
        subject: "case 1",
        reason: "it is over",
        ticket: None,
        detail: &Value::Null,
    };
    audit::append(&tx, world.now, &act).await.unwrap();
    drop(tx);
    drop(connection);
    let subjects: Vec<String> = (0..20).map(|number| format!("partner {number}")).collect();
    futures_util::future::join_all(subjects.iter().map(|subject| append(&world, subject))).await;
    assert!(matches!(
        verdict(&world, None).await,
        Verdict::Whole(head) if head.number == 20
    ));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[\"\\\\,\\[\\]a]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[\":a]{0,2}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Texts of the very letters that could be mistaken for the ends of fields.
fn entry() -> impl Strategy<Value = Entry> {
    let text = || "[\"\\\\,\\[\\]nul0]{0,3}";
    let optional = move || prop::option::of(text());
    (
        (0..3_i64, 0..3_i64, text(), optional(), text()),
        (text(), text(), optional(), value(), text()),
    )
        .prop_map(
            |((number, at, actor, role, act), (subject, reason, ticket, detail, previous_hash))| {
                Entry {
                    number,
                    at: jiff::Timestamp::from_microsecond(at).unwrap(),
                    actor,
                    role,
                    act,
                    subject,
                    reason,
                    ticket,
                    detail,
                    previous_hash,
                    hash: String::new(),
                }
            },
        )
}

proptest! {
    #[test]
    fn different_rows_never_have_the_same_canonical_text(one in entry(), other in entry()) {
        let same = audit::canonical_text(&one) == audit::canonical_text(&other);
        prop_assert_eq!(same, one == other);
    }

    /// Two rows that differ by where one field ends and the next begins.
    #[test]
    fn a_letter_that_moves_to_the_next_field_is_seen(
        row in entry(),
        moved in "[\"\\\\,\\[\\]a]{1,3}",
    ) {
        let mut one = row.clone();
        one.subject.push_str(&moved);
        let mut other = row;
        other.reason.insert_str(0, &moved);
        prop_assert_ne!(audit::canonical_text(&one), audit::canonical_text(&other));
    }
}
