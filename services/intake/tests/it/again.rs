//! The same form or the same number again.

use contract::withdrawal::State;
use sandbox::user::{Choice, UserAgent};

use crate::world::{PASSWORD, World, order_of, returned};

#[tokio::test]
async fn the_same_number_with_the_same_fields_opens_the_same_page() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let url = world.partner.withdraw_url();
    let form = world.partner.signed_form(&[("out_order_no", "A-1")]);
    let page = user.open(&url, &form).await.unwrap();
    let identical = user.open(&url, &form).await.unwrap();
    assert_eq!(identical.url, page.url, "the identical form, nonce and all");
    let fresh = world.page(&mut user, &[("out_order_no", "A-1")]).await;
    assert_eq!(fresh.url, page.url, "a fresh nonce");

    user.decide(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    let after = world.partner.signed_form(&[("out_order_no", "A-1")]);
    let answer = user.post(&url, &after).await.unwrap();
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().unwrap();
    assert_eq!(location, page.url.path(), "the same page, further on");
    let result = user.get(&page.url).await.unwrap();
    let back = user.go_back(&result).await.unwrap();
    assert_eq!(returned(&back, "code"), "0000");
    assert!(world.partner.verify_return(&back).await.is_good());
    assert_eq!(world.messages().await.len(), 1);
}

#[tokio::test]
async fn forms_of_one_number_sent_at_once_open_one_page() {
    let world = World::open().await;
    let url = world.partner.withdraw_url();
    let identical = world.partner.signed_form(&[("out_order_no", "A-2")]);
    let mut tries = Vec::new();
    for at in 0..8 {
        let form = match at % 2 {
            0 => identical.clone(),
            _ => world.partner.signed_form(&[("out_order_no", "A-2")]),
        };
        let url = url.clone();
        tries.push(tokio::spawn(async move {
            let mut user = UserAgent::new().unwrap();
            user.open(&url, &form).await.unwrap().url
        }));
    }
    let mut pages = std::collections::BTreeSet::new();
    for opened in tries {
        pages.insert(opened.await.unwrap());
    }
    assert_eq!(pages.len(), 1, "{pages:?}");
}

#[tokio::test]
async fn the_same_number_with_other_fields_is_a_conflict_and_changes_nothing() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world
        .page(&mut user, &[("out_order_no", "A-3"), ("money", "10.00")])
        .await;
    for (name, value) in [("money", "10.01"), ("cash_type", "D0"), ("lang", "en")] {
        let fields = [("out_order_no", "A-3"), ("money", "10.00"), (name, value)];
        let refused = world.refusal(&world.partner.signed_form(&fields)).await;
        assert_eq!(refused.status, 409, "{name}");
        assert!(refused.html.contains("order_conflict"), "{name}");
    }
    let stored = world.find(&order_of(&page.url)).await;
    assert_eq!(
        (stored.state, stored.request.amount.get()),
        (State::Draft, 1_000)
    );
}

#[tokio::test]
async fn without_a_number_a_form_counts_once() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let form = world.partner.signed_form_with(&[("out_order_no", None)]);
    user.open(&world.partner.withdraw_url(), &form)
        .await
        .unwrap();
    let refused = world.refusal(&form).await;
    assert_eq!(refused.status, 409);
    assert!(refused.html.contains("nonce_repeated"));
}
