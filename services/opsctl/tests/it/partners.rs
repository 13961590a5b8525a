//! Partners and their keys: from the command line to the rows that services read.

use serde_json::{Value, json};

use crate::tool::Tool;
use crate::world::World;

/// Public halves of keys that nobody has.
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");

const ADD: &str = "partner add shop --name 小店 --host Shop.Example --host 127.0.0.1";

/// The command that adds the key of this number.
fn add_key(world: &World, key_id: &str, number: usize) -> String {
    let file = world.public_key_file(number);
    format!("partner key add shop --key-id {key_id} --public-key {file}")
}

/// Two keys, the older one retired.
async fn two_keys() -> (World, Tool) {
    let world = World::empty().await;
    let tool = world.tool();
    tool.typed(ADD);
    tool.typed(&format!(
        "{} --not-before 20261101000000",
        add_key(&world, "k1", 0)
    ));
    tool.typed(&format!(
        "{} --not-before 20261102000000",
        add_key(&world, "k2", 1)
    ));
    tool.typed("partner key retire shop k1 --at 20261103000000");
    (world, tool)
}

#[tokio::test]
async fn each_step_says_what_was_done() {
    let world = World::empty().await;
    let tool = world.tool();
    insta::assert_snapshot!("partner_list_empty", tool.typed("partner list"));
    insta::assert_snapshot!("partner_add", tool.typed(ADD));
    let added = tool.typed(&format!(
        "{} --not-before 20261101000000",
        add_key(&world, "k1", 0)
    ));
    // The test's keys are made once on each machine.
    let (sentence, fingerprint) = added.trim_end().rsplit_once(' ').unwrap();
    assert_eq!(fingerprint.len(), 64);
    insta::assert_snapshot!("partner_key_add", sentence);
    let retired = tool.typed("partner key retire shop k1 --at 20261103000000");
    insta::assert_snapshot!("partner_key_retire", retired);
}

#[tokio::test]
async fn the_list_shows_hosts_normalised_and_which_keys_are_retired() {
    let (_world, tool) = two_keys().await;
    insta::assert_snapshot!("partner_list", tool.typed("partner list"));
    let said: Value = serde_json::from_str(&tool.typed("partner list --json")).unwrap();
    assert_eq!(said[0]["hosts"], json!(["127.0.0.1", "shop.example"]));
    assert_eq!(said[0]["keys"][1]["key_id"], "k1");
    assert_eq!(said[0]["keys"][1]["retired_at"], "2026-11-02T16:00:00Z");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_reason() {
    let (world, tool) = two_keys().await;
    let other = add_key(&world, "k3", 2).replace("add shop", "add other");
    for (line, said) in [
        (ADD.to_owned(), "there is a partner shop already"),
        (add_key(&world, "k1", 2), "shop has a key k1 already"),
        (add_key(&world, "k3", 0), "this key is registered already"),
        (other, "there is no partner other"),
        (
            "partner key retire shop k1".to_owned(),
            "shop has no key k1, or it is retired already",
        ),
        (
            "partner key retire shop k2 --at 20261101000000".to_owned(),
            "k2 only begins to verify after 2026-11-01 00:00:00",
        ),
    ] {
        assert_eq!(
            tool.refused(&line),
            (1, format!("opsctl: {said}\n")),
            "{line}"
        );
    }
    let with_port = tool.refused("partner add p --name p --host shop.example:8443");
    assert_eq!(with_port.0, 64, "{with_port:?}");
}

#[tokio::test]
async fn an_id_that_a_page_call_could_not_carry_is_refused_at_registration() {
    let world = World::empty().await;
    let tool = world.tool();
    tool.typed(ADD);
    for character in ["&", "=", "\"", "\\"] {
        let id = format!("a{character}b");
        for line in [
            format!("partner add {id} --name p --host p.example"),
            add_key(&world, &id, 0),
        ] {
            let (code, said) = tool.refused(&line);
            assert_eq!(code, 64, "{line}: {said}");
            let why = format!("it has {character} in it;");
            assert!(said.contains(&why), "{line}: {said}");
        }
    }
}

#[tokio::test]
async fn a_key_whose_signatures_do_not_fit_is_refused_at_registration() {
    let world = World::empty().await;
    let tool = world.tool();
    tool.typed(ADD);
    let add = |bits: usize| {
        format!("partner key add shop --key-id k1 --public-key {KEYS}/rsa-{bits}.pub.pem")
    };
    let (code, said) = tool.refused(&add(4096));
    assert_eq!(code, 64, "{said}");
    assert!(said.contains("a key of 4096 bits"), "{said}");
    tool.typed(&add(3072));
}

#[tokio::test]
async fn a_partner_never_gets_more_keys_than_its_signatures_may_be_tried_with() {
    let world = World::empty().await;
    let tool = world.tool();
    tool.typed(ADD);
    for number in 0..8 {
        tool.typed(&add_key(&world, &format!("k{number}"), number));
    }
    assert_eq!(tool.refused(&add_key(&world, "k9", 8)).0, 1);
}
