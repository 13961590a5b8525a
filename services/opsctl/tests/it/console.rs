//! The console: a real server, a real database.

mod api;
mod jobs;
mod pages;
mod server;
mod signing_in;
mod views;

use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use serde_json::Value;
use store::cases::{self, NewCase};

use crate::world::World;

/// Letter 1: a notice that was given up. Letter 2: no message of ours. Case 1: about no order of
/// ours.
async fn world() -> World {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit, Pay]).await;
    world.dead_lettered(&id).await;
    world.unreadable().await;
    let foreign = NewCase {
        withdrawal: None,
        application: None,
        kind: "callback_unknown_order",
        detail: &Value::Null,
        fingerprint: "foreign",
    };
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: open case").await.unwrap();
    cases::open(&tx, world.now, &foreign).await.unwrap();
    tx.commit().await.unwrap();
    drop(connection);
    world
}
