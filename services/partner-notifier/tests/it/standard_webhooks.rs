//! The Standard Webhooks headers: for partners that have a secret, and believed by a library that
//! others wrote.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use contract::ids::PartnerId;
use contract::signing::standard_webhooks::NoticeSecret;
use contract::withdrawal::Transition;
use jiff::Timestamp;
use runtime::clock;
use runtime::data_keys::{DataKeys, notice_secrets as sealing};
use sandbox::partner::NoticeSecret as ReadSecret;
use serde_json::json;
use store::notice_secrets;

use crate::world::{DATA_KEYS, ONE_SENDING, World};

/// A notice as it came over the wire.
#[derive(Debug, Clone)]
struct Heard {
    headers: HeaderMap,
    body: String,
}

/// An endpoint that takes everything and keeps it as it came.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<Heard>>>);

impl Ear {
    async fn listen(&self) -> String {
        let hear = async |State(ear): State<Self>, headers: HeaderMap, body: String| {
            ear.0.lock().unwrap().push(Heard { headers, body });
            "success"
        };
        let router = Router::new()
            .route("/notify", post(hear))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, router).into_future());
        format!("http://{address}/notify")
    }

    fn heard(&self) -> Heard {
        let mut heard = self.0.lock().unwrap();
        assert_eq!(heard.len(), 1);
        heard.remove(0)
    }
}

fn secret(byte: u8) -> NoticeSecret {
    NoticeSecret::new(&[byte; 32]).unwrap()
}

async fn add(world: &World, partner: &PartnerId, name: &str, keys: &str, secret: &NoticeSecret) {
    let keys = DataKeys::parse(keys).unwrap();
    let sealed = sealing::seal(&keys, partner, name, secret);
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: add secret").await.unwrap();
    notice_secrets::add(&tx, clock::now(), partner, &sealed)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn retire(world: &World, partner: &PartnerId, name: &str, at: Timestamp) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: retire secret").await.unwrap();
    assert!(
        notice_secrets::retire(&tx, clock::now(), partner, name, at)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
}

/// What the library says of this notice for whoever has this secret.
async fn library_says(secret: &NoticeSecret, heard: &Heard) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standard_webhooks");
    let python = stand::python_with(&folder.join("requirements.txt")).await;
    let headers: BTreeMap<&str, &str> = heard
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let told = json!({ "secret": secret.expose(), "headers": headers, "body": heard.body });
    run(
        &python.unwrap(),
        folder.join("verify.py"),
        &told.to_string(),
    )
}

fn run(python: &Path, script: PathBuf, input: &str) -> String {
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_specifications_own_library_believes_a_notice_and_nothing_else() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    add(&world, &partner.id, "s1", DATA_KEYS, &secret(1)).await;
    add(&world, &partner.id, "s2", DATA_KEYS, &secret(2)).await;
    let _service = world.start(&[ONE_SENDING]).await;
    let ear = Ear::default();
    let url = ear.listen().await;
    let due = world.ended_with_url(&partner, Transition::Pay, &url).await;
    world.attempts(&due, 1).await;

    let heard = ear.heard();
    assert_eq!(heard.headers["webhook-id"], due.notice.as_str());
    let signatures = heard.headers["webhook-signature"].to_str().unwrap();
    assert_eq!(
        signatures.split(' ').count(),
        2,
        "both sign while they overlap"
    );
    assert!(heard.body.contains("&sign="), "the form is signed as ever");
    for held in [secret(1), secret(2)] {
        assert_eq!(library_says(&held, &heard).await, "believed");
    }
    assert_eq!(library_says(&secret(3), &heard).await, "refused");
    let changed = Heard {
        body: heard.body.replace("money=100.00", "money=900.00"),
        ..heard.clone()
    };
    assert_ne!(changed.body, heard.body);
    assert_eq!(library_says(&secret(1), &changed).await, "refused");
}

#[tokio::test]
async fn a_shop_that_wants_the_headers_takes_the_notice_and_others_get_none() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let other = world.partner("other").await;
    add(&world, &partner.id, "s1", DATA_KEYS, &secret(1)).await;
    let read = ReadSecret::read(&secret(1).expose()).unwrap();
    partner.shop.use_notice_secrets(vec![read]);
    let _service = world.start(&[ONE_SENDING]).await;
    let due = world.ended(&partner, Transition::Pay).await;
    assert_eq!(world.attempts(&due, 1).await[0].outcome, "delivered");

    let ear = Ear::default();
    let url = ear.listen().await;
    let due = world.ended_with_url(&other, Transition::Pay, &url).await;
    world.attempts(&due, 1).await;
    let heard = ear.heard();
    let standard = |name: &str| name.starts_with("webhook-");
    assert!(heard.headers.keys().all(|name| !standard(name.as_str())));
}

#[tokio::test]
async fn a_retired_secret_signs_no_more_and_one_that_will_retire_still_does() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    for (name, byte) in [("s1", 1), ("s2", 2)] {
        add(&world, &partner.id, name, DATA_KEYS, &secret(byte)).await;
    }
    let now = clock::now();
    retire(&world, &partner.id, "s1", now).await;
    let tomorrow = now + jiff::SignedDuration::from_hours(24);
    retire(&world, &partner.id, "s2", tomorrow).await;
    let _service = world.start(&[ONE_SENDING]).await;
    let ear = Ear::default();
    let url = ear.listen().await;
    let due = world.ended_with_url(&partner, Transition::Pay, &url).await;
    world.attempts(&due, 1).await;
    let heard = ear.heard();
    assert_eq!(library_says(&secret(1), &heard).await, "refused");
    assert_eq!(library_says(&secret(2), &heard).await, "believed");
}

#[tokio::test]
async fn a_secret_that_does_not_open_keeps_no_notice_back() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let lost = "lost:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    add(&world, &partner.id, "s1", lost, &secret(1)).await;
    let _service = world.start(&[ONE_SENDING]).await;
    let due = world.ended(&partner, Transition::Pay).await;
    assert_eq!(world.attempts(&due, 1).await[0].outcome, "delivered");
}
