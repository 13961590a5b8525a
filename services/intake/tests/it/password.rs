//! Wrong passwords: counted, told, and locked.

use contract::withdrawal::State;
use sandbox::user::{Choice, Page, UserAgent, UserError};

use crate::world::{PASSWORD, World, order_of, returned};

async fn wrong(user: &mut UserAgent, page: &Page, password: &str) -> Page {
    match user.decide(page, &Choice::confirm(password)).await {
        Err(UserError::Shown(page)) => *page,
        other => panic!("the page was due again: {other:?}"),
    }
}

#[tokio::test]
async fn five_wrong_tries_lock_the_password_even_for_the_right_one() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    for left in (1..5).rev() {
        let told = wrong(&mut user, &page, "135791").await;
        assert_eq!(told.status, 403);
        let sentence = format!("还可以尝试 {left} 次");
        assert!(told.text().contains(&sentence), "{}", told.text());
        assert!(told.html.contains("data-code=\"password_wrong\""));
        assert!(!told.html.contains("135791"));
        assert!(told.form_for("confirm").is_some(), "the user can try again");
    }
    let locked = wrong(&mut user, &page, "135791").await;
    assert_eq!(locked.status, 429);
    assert!(locked.text().contains("已锁定至"), "{}", locked.text());
    assert!(locked.html.contains("data-code=\"password_locked\""));
    let still = wrong(&mut user, &page, PASSWORD).await;
    assert_eq!(still.status, 429, "the right password comes too late");
    let looked_at = user.get(&page.url).await.unwrap();
    assert_eq!(looked_at.status, 200, "nothing was tried");
    assert!(
        looked_at.text().contains("已锁定至"),
        "{}",
        looked_at.text()
    );
    // Another withdrawal of the same user is no way around it.
    let other = world.page(&mut user, &[]).await;
    assert_eq!(wrong(&mut user, &other, PASSWORD).await.status, 429);
    assert_eq!(world.state(&order_of(&page.url)).await, State::Draft);
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn guesses_sent_all_at_once_are_counted_too() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let mut guesses = Vec::new();
    for guess in 0..20 {
        let (mut user, page) = (user.clone(), page.clone());
        let password = format!("9000{guess:02}");
        guesses.push(tokio::spawn(async move {
            wrong(&mut user, &page, &password).await.status
        }));
    }
    let mut checked = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            403 => checked += 1,
            429 => {}
            other => panic!("{other}"),
        }
    }
    assert!(
        checked <= 4,
        "{checked} guesses were told that they are wrong and not locked"
    );
    assert_eq!(wrong(&mut user, &page, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn a_right_password_forgets_the_wrong_ones() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    for _ in 0..2 {
        let page = world.page(&mut user, &[]).await;
        for _ in 0..4 {
            assert_eq!(wrong(&mut user, &page, "135791").await.status, 403);
        }
        let location = user
            .finish(&page, &Choice::confirm(PASSWORD))
            .await
            .unwrap();
        assert_eq!(returned(&location, "code"), "0000");
    }
}
