//! Nothing is sent to where it may not go; the refusal is an attempt like any other.

use contract::withdrawal::Transition;

use crate::world::{ONE_SENDING, World};

#[tokio::test]
async fn a_host_that_is_not_registered_at_the_time_of_sending_is_not_posted_to() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let _service = world.start(&[ONE_SENDING]).await;
    let url = partner.shop.base_url.replace("127.0.0.1", "localhost");
    let due = world
        .ended_with_url(&partner, Transition::Pay, &format!("{url}/notify"))
        .await;
    let attempt = world.attempts(&due, 1).await.remove(0);
    assert_eq!(
        (attempt.outcome.as_str(), attempt.http_status),
        ("address_refused", None)
    );
    assert!(partner.shop.notices().is_empty());
}

#[tokio::test]
async fn this_machine_is_refused_unless_the_setting_allows_it() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let _service = world
        .start(&[ONE_SENDING, ("ALLOW_LOOPBACK_HTTP", "false")])
        .await;
    let http = world.ended(&partner, Transition::Pay).await;
    let https = partner.shop.base_url.replace("http://", "https://");
    let https = world
        .ended_with_url(&partner, Transition::Pay, &https)
        .await;
    for due in [http, https] {
        assert_eq!(world.attempts(&due, 1).await[0].outcome, "address_refused");
    }
    assert!(partner.shop.notices().is_empty());
}
