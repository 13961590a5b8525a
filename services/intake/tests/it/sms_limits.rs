//! How many SMS there may be, and what is told when there can be none.

use sandbox::sms::Mode;
use sandbox::user::{Page, UserAgent};

use crate::first_password::{NEW, code, password_page, press};
use crate::world::World;

async fn asking(world: &World, user: &mut UserAgent) -> Page {
    let page = world.page(user, &[]).await;
    password_page(user, &page).await
}

#[tokio::test]
async fn a_second_code_within_a_minute_is_refused_with_the_time_it_takes() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let asking = asking(&world, &mut user).await;
    let typing = press(&mut user, &asking, "send", &[]).await;
    assert!(
        typing.text().contains("秒后可重新获取"),
        "{}",
        typing.text()
    );
    let shown = press(&mut user, &typing, "send", &[]).await;
    assert_eq!(shown.status, 429);
    assert!(shown.html.contains("data-code=\"rate_limited\""));
    assert!(shown.text().contains("秒后再试"), "{}", shown.text());
    assert!(shown.form_for("set").is_some(), "the first code stays good");
    assert_eq!(world.sms.messages().len(), 1);
    // Another withdrawal of the same user is no way around it.
    let mut other = UserAgent::new().unwrap();
    let other_page = self::asking(&world, &mut other).await;
    assert_eq!(
        press(&mut other, &other_page, "send", &[]).await.status,
        429
    );
}

#[tokio::test]
async fn a_user_gets_five_codes_an_hour_and_ten_a_day() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let asking = asking(&world, &mut user).await;
    for (sent, earlier) in [(5, "2 minutes"), (10, "10 minutes")] {
        while world.sms.messages().len() < sent {
            let typing = press(&mut user, &asking, "send", &[]).await;
            assert_eq!(typing.status, 200, "{}", typing.text());
            world.codes_grow_older(earlier).await;
        }
        let shown = press(&mut user, &asking, "send", &[]).await;
        assert_eq!(shown.status, 429, "after {sent}");
        assert!(
            shown.text().contains("（北京时间）后再试"),
            "{}",
            shown.text()
        );
        world.codes_grow_older("1 hour").await;
    }
    let shown = press(&mut user, &asking, "send", &[]).await;
    assert_eq!(shown.status, 429, "ten a day");
    assert_eq!(world.sms.messages().len(), 10);
}

#[tokio::test]
async fn one_address_gets_twenty_codes_an_hour_whoever_asks() {
    let world = World::open_with(&[("TRUSTED_PROXIES", "1")]).await;
    let mut user = UserAgent::new().unwrap();
    let asking = asking(&world, &mut user).await;
    let form = asking
        .form_for("send")
        .unwrap()
        .clone()
        .with("action", "send");
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let send = async |forwarded: &str| {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&form.fields)
            .finish();
        let request = client
            .post(asking.url.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", forwarded)
            .header("cookie", user.cookies());
        let answer = request.body(body).send().await.unwrap();
        world
            .sql(include_str!("sql/codes_go_to_somebody_else.sql"))
            .await;
        answer.status().as_u16()
    };
    for sent in 0..20 {
        assert_eq!(send("6.6.6.6, 198.51.100.7").await, 303, "after {sent}");
    }
    assert_eq!(send("1.1.1.1, 198.51.100.7").await, 429);
    assert_eq!(send("198.51.100.7, 203.0.113.9").await, 303);
    world.sql(include_str!("sql/no_address_in_codes.sql")).await;
}

#[tokio::test]
async fn while_the_gateway_is_away_the_user_is_told_and_nothing_is_counted() {
    let mut world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let asking = asking(&world, &mut user).await;
    world.sms.stop_listening().await;
    let shown = press(&mut user, &asking, "send", &[]).await;
    assert_eq!(shown.status, 503);
    assert!(shown.html.contains("data-code=\"sms_unavailable\""));
    assert!(shown.form_for("set").is_none() && shown.form_for("send").is_some());
    world.sms.listen_again().await.unwrap();
    world.sms.set_mode_for_next(1, Mode::Refuse { code: 503 });
    for expected in [503, 200] {
        world.codes_grow_older("6 seconds").await;
        let shown = press(&mut user, &asking, "send", &[]).await;
        assert_eq!(shown.status, expected, "{}", shown.text());
    }
    assert_eq!(world.sms.messages().len(), 1);
}

#[tokio::test]
async fn a_code_that_may_have_been_sent_is_good_and_counts() {
    for mode in [Mode::Hang, Mode::Down, Mode::Slow { ms: 3_000 }] {
        let world = World::open().await;
        let mut user = UserAgent::new().unwrap();
        let asking = asking(&world, &mut user).await;
        world.sms.set_mode_for_next(1, mode);
        let typing = press(&mut user, &asking, "send", &[]).await;
        assert_eq!(typing.status, 200, "{}", typing.text());
        assert!(typing.text().contains("可能稍有延迟"), "{}", typing.text());
        assert_eq!(press(&mut user, &typing, "send", &[]).await.status, 429);
        let code = code(&world);
        let typed = [
            ("code", code.as_str()),
            ("new_password", NEW),
            ("repeat", NEW),
        ];
        let done = press(&mut user, &typing, "set", &typed).await;
        assert!(done.text().contains("交易密码已重设"), "{}", done.text());
    }
}

#[tokio::test]
async fn a_code_and_a_number_stand_nowhere_in_the_rows() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let asking = asking(&world, &mut user).await;
    press(&mut user, &asking, "send", &[]).await;
    let nowhere = include_str!("sql/stands_nowhere.sql");
    let mobile = nowhere.replace("{text}", crate::world::MOBILE);
    assert!(world.holds(&mobile).await, "the number is in the rows");
    assert!(!world.holds(&nowhere.replace("{text}", "5678")).await);
}
