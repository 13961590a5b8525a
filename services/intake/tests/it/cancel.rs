//! Going back, and coming too late.

use std::time::Duration;

use contract::withdrawal::State;
use sandbox::user::{Choice, UserAgent, UserError};

use crate::world::{PASSWORD, World, order_of, returned};

#[tokio::test]
async fn a_user_who_cancels_returns_with_a_signed_code_that_says_so() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[("out_order_no", "C-1")]).await;
    let location = user.decide(&page, &Choice::Cancel).await.unwrap();
    assert_eq!(returned(&location, "code"), "1001");
    assert!(world.partner.verify_return(&location).await.is_good());
    assert_eq!(world.state(&order_of(&page.url)).await, State::Cancelled);
    assert!(world.messages().await.is_empty());

    let late = user
        .decide(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    assert_eq!(returned(&late, "code"), "1001", "cancelled is cancelled");
    let again = world.partner.signed_form(&[("out_order_no", "C-1")]);
    let answer = user
        .post(&world.partner.withdraw_url(), &again)
        .await
        .unwrap();
    assert!(
        answer.headers()["location"]
            .to_str()
            .unwrap()
            .contains("code=1001")
    );
}

#[tokio::test]
async fn cancelling_after_confirming_says_that_it_was_accepted() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    user.decide(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    let location = user.finish(&page, &Choice::Cancel).await.unwrap();
    assert_eq!(returned(&location, "code"), "0000");
    assert_eq!(world.state(&order_of(&page.url)).await, State::Accepted);
}

#[tokio::test]
async fn a_page_that_was_open_for_too_long_leads_back_and_accepts_nothing() {
    let world = World::open_with(&[("DRAFT_TTL_MS", "1")]).await;
    let mut user = UserAgent::new().unwrap();
    let form = world.partner.signed_form(&[("out_order_no", "C-2")]);
    let page = user
        .open(&world.partner.withdraw_url(), &form)
        .await
        .unwrap();
    assert_eq!(page.status, 410, "{}", page.text());
    assert!(page.html.contains("page_expired"));
    let back = page.link("back").unwrap();
    assert_eq!(returned(&back, "code"), "1002");
    assert!(world.partner.verify_return(&back).await.is_good());
    let id = order_of(&page.url);
    assert_eq!(
        world.state(&id).await,
        State::Expired,
        "the page did not wait for the sweeper"
    );

    let fields = [
        ("action", "confirm"),
        ("password", PASSWORD),
        ("cash_type", "T1"),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = user.post(page.url.as_str(), &fields).await.unwrap();
    assert_eq!(answer.status(), 410);
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn a_draft_that_nobody_looks_at_expires_too() {
    let world = World::open_with(&[("DRAFT_TTL_MS", "1")]).await;
    let mut user = UserAgent::new().unwrap();
    let form = world.partner.signed_form(&[]);
    let answer = user
        .post(&world.partner.withdraw_url(), &form)
        .await
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    let id = order_of(&answer.url().join(location).unwrap());
    stand::eventually(Duration::from_secs(20), "the sweeper", async || {
        world.state(&id).await == State::Expired
    })
    .await;
}

#[tokio::test]
async fn an_address_that_we_did_not_make_is_a_page_that_does_not_exist() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let id = order_of(&page.url);
    let mac = page.url.path_segments().unwrap().next_back().unwrap();
    let (first, rest) = mac.split_at(1);
    let other = if first == "A" { "B" } else { "A" };
    for path in [
        format!("/w/{id}/{other}{rest}"),
        format!("/w/{id}/x"),
        format!("/w/W01KASGXE00000000000000000A/{mac}"),
        format!("/w/nonsense/{mac}"),
    ] {
        let url = page.url.join(&path).unwrap();
        assert_eq!(user.get(&url).await.unwrap().status, 404, "{path}");
        let form = page
            .form_for("cancel")
            .unwrap()
            .clone()
            .with("action", "cancel");
        let answer = user.post(url.as_str(), &form.fields).await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    assert_eq!(world.state(&id).await, State::Draft);
    match user.decide(&page, &Choice::Cancel).await {
        Ok(_) | Err(UserError::Shown(_)) => {}
        Err(error) => panic!("{error}"),
    }
}
