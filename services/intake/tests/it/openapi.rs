//! `/openapi.json` as partners' tools see it: a validator of others reads it, and schemathesis
//! holds the running service to it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use reqwest::header::{ETAG, IF_NONE_MATCH};
use serde_json::Value;
use stand::keys::rsa_2048;
use tokio::process::Command;

use crate::world::World;

/// Every run makes up the same calls.
const SEED: &str = "20261122";

/// What schemathesis holds every answer against.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      unsupported_method,allow_header_conformance";

/// More calls than it makes: an allowance that is used up would hide what lies behind it.
const UNHINDERED: (&str, &str) = ("API_CALLS_PER_S", "10000");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi")
}

async fn python() -> PathBuf {
    let list = folder().join("requirements.txt");
    stand::python_with(&list).await.unwrap()
}

/// Runs it to its end; panics with what it said if it was not content.
async fn run(command: &mut Command) -> String {
    let child = command.stdin(Stdio::null()).kill_on_drop(true);
    let output = child.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    said
}

#[tokio::test]
async fn the_document_is_served_and_a_tag_saves_fetching_it_again() {
    let world = World::open().await;
    let url = format!("{}/openapi.json", world.base);
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
    let tag = answer.headers()[ETAG].clone();
    let served = answer.text().await.unwrap();
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    assert_eq!(served, std::fs::read_to_string(checked_in).unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let again = |tag: &str| client.get(&url).header(IF_NONE_MATCH, tag).send();
    let same = again(tag.to_str().unwrap()).await.unwrap();
    assert_eq!(
        (same.status().as_u16(), same.headers()[ETAG].clone()),
        (304, tag)
    );
    let listed = format!("\"other\", W/{}", same.headers()[ETAG].to_str().unwrap());
    assert_eq!(again(&listed).await.unwrap().status(), 304);
    assert_eq!(again("\"other\"").await.unwrap().status(), 200);
    let refused = client.post(&url).send().await.unwrap();
    assert_eq!(refused.status(), 405);
    let problem: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "method_not_allowed");
}

#[tokio::test]
async fn a_validator_of_others_reads_the_document_as_openapi_3_1() {
    let mut command = Command::new(python().await);
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let said =
        run(command.args(["-m", "openapi_spec_validator", "--schema", "3.1", document])).await;
    assert!(said.contains("OK"), "{said}");
}

/// What schemathesis says of the running service.
async fn schemathesis(world: &World, phases: &str, environment: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("key.pem");
    std::fs::write(&key_file, rsa_2048(3).private_pkcs8_pem).unwrap();
    let mut command = Command::new(python().await);
    command
        .args(["-m", "schemathesis.cli", "run"])
        .arg(format!("{}/openapi.json", world.base))
        .args([
            "--checks",
            CHECKS,
            "--seed",
            SEED,
            "--generation-deterministic",
        ])
        .args(["--phases", phases, "--max-examples", "5"])
        .args(["--workers", "1", "--max-redirects", "0", "--no-color"])
        .current_dir(folder.path())
        .env("SCHEMATHESIS_HOOKS", "signed")
        .env("PYTHONPATH", self::folder())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("TIXIAN_KEY_FILE", &key_file)
        .env("TIXIAN_PARTNER", "shop")
        .env("TIXIAN_KEY_ID", "key-1")
        .envs(environment.iter().copied());
    run(&mut command).await
}

/// Every operation of the document was called.
fn assert_complete(said: &str) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"));
    let document: Value = serde_json::from_str(&text.unwrap()).unwrap();
    // Where it reads the document is no operation to try.
    let items = document["paths"].as_object().unwrap().iter();
    let items = items.filter(|(path, _)| *path != "/openapi.json");
    let methods = items.flat_map(|(_, item)| {
        ["get", "post"]
            .into_iter()
            .filter(move |name| item.get(name).is_some())
    });
    let tested = format!("Tested: {}", methods.count());
    assert!(said.contains(&tested), "{said}");
}

#[tokio::test]
async fn a_partner_that_signs_anything_is_answered_as_the_document_says() {
    let world = World::open_with(&[UNHINDERED]).await;
    let said = schemathesis(&world, "examples,fuzzing", &[]).await;
    assert_complete(&said);
}

#[tokio::test]
async fn a_stranger_who_sends_anything_is_answered_as_the_document_says() {
    let world = World::open_with(&[UNHINDERED]).await;
    // Nothing is read of what a stranger sends, so a few of everything will do.
    let said = schemathesis(&world, "examples,fuzzing", &[("TIXIAN_UNSIGNED", "1")]).await;
    assert_complete(&said);
}
