//! Operators at the console: what nobody took is looked at, replayed and accounted for.

use std::time::Duration;

use browser::{Browser, Desk, Device};
use contract::ids::WithdrawalId;
use contract::withdrawal::State;
use e2e::{Engines, Scene};
use sandbox::partner::Mode;
use stand::system::Service;

const PATIENCE: Duration = Duration::from_secs(60);

/// Every page that can be reached by the navigation, and what it is called in pictures.
const PAGES: [(&str, &str); 9] = [
    ("/dead-letters/groups", "console-groups"),
    ("/replays", "console-replays"),
    ("/withdrawals", "console-withdrawals"),
    ("/withdrawals/stuck", "console-stuck"),
    ("/partners", "console-partners"),
    ("/partners/lanes", "console-lanes"),
    ("/cases", "console-cases"),
    ("/audit", "console-audit"),
    ("/audit/verify", "console-audit-verify"),
];

#[tokio::test]
async fn a_notice_that_nobody_took_is_found_replayed_and_accounted_for() {
    let engines = Engines::shared().await.unwrap();
    let scene = Scene::open_with(engines, |plan| {
        plan.tell(Service::PartnerNotifier, "NOTICE_SCHEDULE_MS", "100");
    })
    .await
    .unwrap();
    let desk = Desk::open(&scene).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for (round, device) in (1..).zip(Device::both()) {
        browser.become_a(device).await.unwrap();
        scene.partner.set_mode(Mode::Down);
        let id = dead(&scene, round).await;
        scene.partner.set_mode(Mode::Ok);
        sign_in(&browser, &desk).await;
        let page = browser.look("console-overview").await.unwrap();
        assert!(page.text.contains("demo-shop"), "{}", page.text);
        find(&browser, &desk, &id, round).await;
        replay(&browser, round).await;
        scene.hears(&id, 1).await;
        let story = format!("/withdrawals/{id}");
        browser.go(&desk.page(&story)).await.unwrap();
        let page = browser.look("console-withdrawal").await.unwrap();
        assert!(page.text.contains("Huifu"), "{}", page.text);
        for (path, name) in PAGES {
            browser.go(&desk.page(path)).await.unwrap();
            browser.look(name).await.unwrap();
        }
        browser.follow(".who button").await.unwrap();
        browser.go(&desk.page("/audit")).await.unwrap();
        let page = browser.read("the door").await.unwrap();
        assert!(page.url.path() == "/sign-in", "{}", page.url);
    }
    browser.close().await.unwrap();
    drop(desk);
    scene.close().await.unwrap();
}

/// A withdrawal whose notice is the dead letter of this number.
async fn dead(scene: &Scene, number: i64) -> WithdrawalId {
    let id = scene.withdraw("77.00").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    stand::eventually(PATIENCE, "a dead letter", async || {
        let connection = scene.store.connection().await.unwrap();
        let found = store::dead_letters::find(&connection, number).await;
        found.unwrap()
    })
    .await;
    id
}

async fn sign_in(browser: &Browser, desk: &Desk) {
    browser.go(&desk.page("/")).await.unwrap();
    browser.look("console-sign-in").await.unwrap();
    let wrong = format!("{}x", desk.console.token("operator"));
    browser.type_into("[name=token]", &wrong).await.unwrap();
    browser.follow("button.go").await.unwrap();
    let page = browser.look("console-turned-away").await.unwrap();
    assert!(page.text.contains("opens nothing"), "{}", page.text);
    let right = desk.console.token("operator");
    browser.type_into("[name=token]", right).await.unwrap();
    browser.follow("button.go").await.unwrap();
}

/// From the list to the letter.
async fn find(browser: &Browser, desk: &Desk, id: &WithdrawalId, letter: i64) {
    let list = desk.page("/dead-letters?partner=demo-shop");
    browser.go(&list).await.unwrap();
    browser.look("console-dead-letters").await.unwrap();
    let link = format!("a[href='/dead-letters/{letter}']");
    browser.follow(&link).await.unwrap();
    let page = browser.look("console-dead-letter").await.unwrap();
    assert!(page.text.contains(id.as_str()), "{}", page.text);
}

/// Asked first, then done, then followed until it is over.
async fn replay(browser: &Browser, job: i64) {
    let replay = "form:has([name=verb][value=replay]) button";
    browser.follow(replay).await.unwrap();
    browser.look("console-replay-asked").await.unwrap();
    let why = "[name=reason]";
    browser.type_into(why, "the shop is back").await.unwrap();
    browser.type_into("[name=ticket]", "OPS-7").await.unwrap();
    browser
        .follow("form.confirm button[type=submit]")
        .await
        .unwrap();
    stand::eventually(PATIENCE, "the replay to be over", async || {
        let page = browser
            .read("the job")
            .await
            .map_err(|error| format!("{error:#}"))?;
        let over = page.text.to_lowercase().contains("finished");
        over.then_some(()).ok_or(page.text)
    })
    .await;
    let page = browser.look("console-replay").await.unwrap();
    assert!(page.url.path() == format!("/replays/{job}"), "{}", page.url);
}
