//! A forgotten password: another one by SMS, and on to where the partner wants the user.

use sandbox::user::{Choice, UserAgent};

use crate::first_password::{NEW, code, password_page, press, wrong};
use crate::world::{PASSWORD, World, returned};

#[tokio::test]
async fn a_reset_lifts_the_lock_and_leads_to_the_partners_from_url() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let from_url = format!("{}/from?basket=7", world.partner.base_url);
    let page = world.page(&mut user, &[("from_url", &from_url)]).await;
    for _ in 0..5 {
        let _ = user.decide(&page, &Choice::confirm("135791")).await;
    }
    let locked = press(&mut user, &page, "confirm", &[("password", PASSWORD)]).await;
    assert_eq!(locked.status, 429);
    assert!(locked.text().contains("通过短信重设密码即可解锁"));

    let asking = user.get(&locked.link("forgotten").unwrap()).await.unwrap();
    assert!(asking.text().contains("重设交易密码"), "{}", asking.text());
    let typing = press(&mut user, &asking, "send", &[]).await;
    let sms = world.sms.newest().unwrap().request;
    assert_eq!(sms.template, "reset_password");
    let typed = [
        ("code", sms.code.as_str()),
        ("new_password", NEW),
        ("repeat", NEW),
    ];
    let done = press(&mut user, &typing, "set", &typed).await;
    assert!(done.text().contains("交易密码已重设"), "{}", done.text());
    assert_eq!(done.link("back").unwrap().as_str(), from_url);
    let page = user.get(&done.link("to-page").unwrap()).await.unwrap();
    let back = user.finish(&page, &Choice::confirm(NEW)).await.unwrap();
    assert_eq!(returned(&back, "code"), "0000");
    // The withdrawal is on its way, so only the partner is left to go to.
    let done = user.get(&done.url).await.unwrap();
    assert!(done.link("to-page").is_none() && done.link("back").is_some());
}

#[tokio::test]
async fn nobody_else_is_told_that_a_password_was_reset() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let done = format!("{}/password/done", page.url.path());
    let shown = user.get(&page.url.join(&done).unwrap()).await.unwrap();
    assert_eq!(shown.status, 303, "{}", shown.text());
}

#[tokio::test]
async fn from_url_is_held_against_the_partners_hosts_once_more() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let asking = password_page(&mut user, &page).await;
    let typing = press(&mut user, &asking, "send", &[]).await;
    world.sql(include_str!("sql/move_host.sql")).await;
    let code = code(&world);
    let typed = [
        ("code", code.as_str()),
        ("new_password", NEW),
        ("repeat", NEW),
    ];
    let shown = press(&mut user, &typing, "set", &typed).await;
    assert_eq!(shown.status, 403);
    assert!(shown.html.contains("id=\"code\">host_not_registered<"));
    assert!(!shown.html.contains(&world.partner.base_url));
}

#[tokio::test]
async fn five_wrong_codes_use_a_code_up_and_the_right_one_comes_too_late() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let asking = password_page(&mut user, &page).await;
    let typing = press(&mut user, &asking, "send", &[]).await;
    let code = code(&world);
    let guess = [
        ("code", wrong(&code)),
        ("new_password", NEW),
        ("repeat", NEW),
    ];
    for left in (1..5).rev() {
        let shown = press(&mut user, &typing, "set", &guess).await;
        assert_eq!(shown.status, 403);
        assert!(shown.html.contains("data-code=\"sms_code_wrong\""));
        let said = format!("还可以尝试 {left} 次");
        assert!(shown.text().contains(&said), "{}", shown.text());
    }
    let used_up = press(&mut user, &typing, "set", &guess).await;
    assert_eq!(used_up.status, 429);
    assert!(used_up.html.contains("data-code=\"sms_code_used_up\""));
    assert!(
        used_up.form_for("set").is_none(),
        "there is nothing to type"
    );
    let right = [
        ("code", code.as_str()),
        ("new_password", NEW),
        ("repeat", NEW),
    ];
    let shown = press(&mut user, &typing, "set", &right).await;
    assert_eq!(shown.status, 429, "{}", shown.text());
    let page = user.get(&page.url).await.unwrap();
    let back = user.finish(&page, &Choice::confirm(PASSWORD)).await;
    assert_eq!(returned(&back.unwrap(), "code"), "0000", "nothing was set");
}

#[tokio::test]
async fn a_code_is_good_once_for_five_minutes_and_in_its_own_browser() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let asking = password_page(&mut user, &page).await;
    let typing = press(&mut user, &asking, "send", &[]).await;
    let right = code(&world);
    let typed = [
        ("code", right.as_str()),
        ("new_password", NEW),
        ("repeat", NEW),
    ];

    // Whoever has the address and the code, and not the browser, is not believed.
    let mut stranger = UserAgent::new().unwrap();
    let strangers = user.get(&page.url).await.unwrap();
    let strangers = password_page(&mut stranger, &strangers).await;
    let csrf = strangers.form_for("send").unwrap().value("csrf").unwrap();
    let mut form = typing.form_for("set").unwrap().clone();
    form = form.with("csrf", csrf).with("action", "set");
    for (name, value) in typed {
        form = form.with(name, value);
    }
    let answer = stranger
        .post(typing.url.as_str(), &form.fields)
        .await
        .unwrap();
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("sms_code_expired"));

    let done = press(&mut user, &typing, "set", &typed).await;
    assert!(done.text().contains("交易密码已重设"), "{}", done.text());
    let again = press(&mut user, &typing, "set", &typed).await;
    assert_eq!(again.status, 422, "{}", again.text());

    world.codes_grow_older("1 day").await;
    press(&mut user, &typing, "send", &[]).await;
    let late = code(&world);
    world.sql(include_str!("sql/codes_expire.sql")).await;
    let typed = [
        ("code", late.as_str()),
        ("new_password", NEW),
        ("repeat", NEW),
    ];
    let shown = press(&mut user, &typing, "set", &typed).await;
    assert_eq!(shown.status, 422);
    assert!(shown.html.contains("data-code=\"sms_code_expired\""));
}

#[tokio::test]
async fn a_form_about_a_password_that_is_not_from_here_does_nothing() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let asking = password_page(&mut user, &page).await;
    let forged = asking.form_for("send").unwrap().clone();
    let forged = forged.with("csrf", "AAAA").with("action", "send");
    let answer = user
        .post(asking.url.as_str(), &forged.fields)
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    assert!(world.sms.messages().is_empty());
    let unknown = asking.form_for("send").unwrap().clone().with("action", "x");
    let answer = user
        .post(asking.url.as_str(), &unknown.fields)
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn a_page_that_is_closed_sets_no_password() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let asking = password_page(&mut user, &page).await;
    user.finish(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    let shown = press(&mut user, &asking, "send", &[]).await;
    assert_eq!(shown.url, page.url);
    assert!(shown.text().contains("提现已受理"), "{}", shown.text());
    assert!(world.sms.messages().is_empty());
}
