//! The overview: what is open and owed is counted, and what is over is not.

use contract::withdrawal::Transition::{Fail, LoseTrack, OpenAttempt, Pay, Submit};
use serde_json::{Value, json};
use store::notices::NoticeState;

use crate::world::World;

#[tokio::test]
async fn what_is_open_and_owed_is_told_and_what_is_over_is_not() {
    let world = World::with_user().await;
    world.walked(1, &[OpenAttempt, LoseTrack]).await;
    world.walked(2, &[OpenAttempt, Submit, Fail]).await;
    let given_up = world.walked(3, &[OpenAttempt, Submit, Pay]).await;
    world.dead_lettered(&given_up).await;
    let taken = world.walked(4, &[OpenAttempt, Submit, Pay]).await;
    world.told(&taken, 5, NoticeState::Delivered, 200).await;

    let told: Value = serde_json::from_str(&world.tool().answer(&["overview", "--json"])).unwrap();
    let withdrawals = &told["withdrawals"];
    assert_eq!(withdrawals.as_array().unwrap().len(), 1, "{told:#}");
    assert_eq!(
        (&withdrawals[0]["state"], &withdrawals[0]["count"]),
        (&json!("unconfirmed"), &json!(1))
    );
    assert_eq!(told["undelivered"][0]["partner_id"], "shop");
    assert_eq!(told["undelivered"][0]["count"], 1, "{told:#}");
    assert_eq!(told["dead_letters"]["count"], 1);
    assert_eq!(told["dead_letters"]["groups"][0]["class"], "status");
    assert_eq!(told["cases"], json!([]));
    assert_eq!(told["hours"].as_array().unwrap().len(), 25);
    let due: i64 = told["outbox"]
        .as_array()
        .unwrap()
        .iter()
        .map(|depth| depth["due"].as_i64().unwrap())
        .sum();
    assert!(due > 0, "{told:#}");

    let people = world.tool().answer(&["overview"]);
    for line in ["unconfirmed", "Open dead letters: 1", "shop", "notice.due"] {
        assert!(people.contains(line), "{line} in {people}");
    }
}
