//! What changed between the page and the button: the page is shown again, or refused.

use contract::withdrawal::State;
use sandbox::user::{Choice, Page, UserAgent, UserError};

use crate::world::{PASSWORD, World, order_of, returned};

/// The page that answers a confirmation, and that nothing was accepted by it.
async fn not_accepted(world: &World, user: &mut UserAgent, page: &Page) -> Page {
    let answer = match user.decide(page, &Choice::confirm(PASSWORD)).await {
        Err(UserError::Shown(page)) => *page,
        other => panic!("a page was due: {other:?}"),
    };
    assert_eq!(world.state(&order_of(&page.url)).await, State::Draft);
    assert!(world.messages().await.is_empty());
    answer
}

#[tokio::test]
async fn money_does_not_go_to_a_card_that_the_page_had_not_shown() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    assert!(page.text().contains("6217"));
    world.sql(include_str!("sql/add_default_card.sql")).await;
    let told = not_accepted(&world, &mut user, &page).await;
    assert_eq!(told.status, 422);
    assert!(
        told.html.contains("data-code=\"card_missing\""),
        "{}",
        told.html
    );
    assert!(told.text().contains("8888") && told.text().contains("6217"));
    let form = told.form_for("confirm").unwrap();
    assert_eq!(
        form.value("card_id"),
        page.form_for("confirm").unwrap().value("card_id"),
        "the card that the user had seen stays chosen"
    );

    world.sql(include_str!("sql/close_first_card.sql")).await;
    let told = not_accepted(&world, &mut user, &told).await;
    assert_eq!(told.status, 422);
    assert!(
        told.html.contains("data-code=\"card_missing\""),
        "{}",
        told.html
    );
    assert!(told.text().contains("8888") && !told.text().contains("6217"));

    let location = user.finish(&told, &Choice::confirm(PASSWORD)).await;
    assert_eq!(returned(&location.unwrap(), "code"), "0000");
}

#[tokio::test]
async fn a_draft_of_a_partner_that_was_suspended_is_not_confirmed() {
    let world = World::open().await;
    refused_after(
        &world,
        include_str!("sql/suspend_partner.sql"),
        "partner_suspended",
    )
    .await;
}

#[tokio::test]
async fn nobody_is_sent_to_a_host_that_the_partner_has_lost() {
    let world = World::open().await;
    refused_after(
        &world,
        include_str!("sql/move_host.sql"),
        "host_not_registered",
    )
    .await;
}

async fn refused_after(world: &World, change: &str, code: &str) {
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    world.sql(change).await;
    let told = not_accepted(world, &mut user, &page).await;
    let shown = user.get(&page.url).await.unwrap();
    let cancelled = match user.decide(&page, &Choice::Cancel).await {
        Err(UserError::Shown(page)) => *page,
        other => panic!("an error page was due: {other:?}"),
    };
    for answer in [told, shown, cancelled] {
        assert_eq!(answer.status, 403, "{}", answer.text());
        let said = format!("id=\"code\">{code}<");
        assert!(answer.html.contains(&said), "{}", answer.html);
    }
    assert_eq!(world.state(&order_of(&page.url)).await, State::Draft);
}
