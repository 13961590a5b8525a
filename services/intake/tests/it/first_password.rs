//! A user without a transaction password sets the first one, and goes on with the withdrawal.

use contract::withdrawal::State;
use sandbox::user::{Choice, Page, UserAgent};

use crate::world::{MOBILE, TWO_CARDS, UNREACHABLE, World, order_of, returned};

pub(crate) const NEW: &str = "806142";

/// The page of a fresh withdrawal of the user who has no password.
pub(crate) async fn newcomers_page(world: &World, user: &mut UserAgent) -> Page {
    let fields = [
        ("htouhui_user_id", TWO_CARDS),
        ("third_party_user_id", "two-cards"),
    ];
    world.page(user, &fields).await
}

/// The page where a password is set, as it is opened from there.
pub(crate) async fn password_page(user: &mut UserAgent, page: &Page) -> Page {
    let url = page.url.join(&format!("{}/password", page.url.path()));
    user.get(&url.unwrap()).await.unwrap()
}

/// Presses the button of this action; what is shown then.
pub(crate) async fn press(
    user: &mut UserAgent,
    page: &Page,
    action: &str,
    typed: &[(&str, &str)],
) -> Page {
    let mut form = page.form_for(action).unwrap().clone();
    form = form.with("action", action);
    for (name, value) in typed {
        form = form.with(name, value);
    }
    match user.submit(form).await {
        Ok(location) => user.get(&location).await.unwrap(),
        Err(sandbox::user::UserError::Shown(page)) => *page,
        Err(error) => panic!("{error}"),
    }
}

/// The code that the user has just read.
pub(crate) fn code(world: &World) -> String {
    world.sms.newest().expect("an SMS came").request.code
}

/// A code that is not the one that was sent.
pub(crate) fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn a_user_without_a_password_sets_one_by_sms_and_confirms_with_it() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = newcomers_page(&world, &mut user).await;
    assert!(page.text().contains("您还没有交易密码"), "{}", page.text());
    let asking = user.get(&page.link("set-password").unwrap()).await.unwrap();
    assert_eq!(asking.status, 200);
    assert!(asking.text().contains("设置交易密码"));
    assert!(asking.text().contains("尾号 5678") && !asking.html.contains(MOBILE));
    assert!(asking.form_for("set").is_none(), "there is no code yet");

    let typing = press(&mut user, &asking, "send", &[]).await;
    assert_eq!(typing.url.path(), asking.url.path());
    assert!(typing.text().contains("验证码已发送至尾号 5678 的手机"));
    let sms = world.sms.newest().unwrap().request;
    assert_eq!((sms.mobile.as_str(), sms.lang.as_str()), (MOBILE, "zh-CN"));
    assert_eq!(
        (sms.template.as_str(), sms.valid_seconds),
        ("set_password", 300)
    );
    assert!(sms.text.contains("设置交易密码"), "{}", sms.text);

    let typed = [
        ("code", sms.code.as_str()),
        ("new_password", NEW),
        ("repeat", NEW),
    ];
    let page = press(&mut user, &typing, "set", &typed).await;
    assert!(page.text().contains("交易密码已设置"), "{}", page.text());
    assert!(!page.html.contains(NEW) && !page.html.contains(&sms.code));
    let back = user.finish(&page, &Choice::confirm(NEW)).await.unwrap();
    assert_eq!(returned(&back, "code"), "0000");
    let id = order_of(&page.url);
    assert_eq!(world.state(&id).await, State::Accepted);
    let events = world.events(&id).await;
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    assert_eq!(events, ["open", "password_code", "password_set", "confirm"]);
}

#[tokio::test]
async fn a_password_that_anybody_would_guess_is_refused_before_the_code_is_looked_at() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = newcomers_page(&world, &mut user).await;
    let asking = password_page(&mut user, &page).await;
    let typing = press(&mut user, &asking, "send", &[]).await;
    let code = code(&world);
    for (typed_code, new, repeat, told, field) in [
        (
            code.as_str(),
            "12345",
            "12345",
            "password_unfit",
            "new_password",
        ),
        (
            &code,
            "1234567",
            "1234567",
            "password_unfit",
            "new_password",
        ),
        (&code, "80614a", "80614a", "password_unfit", "new_password"),
        (&code, "888888", "888888", "password_unfit", "new_password"),
        (&code, "123456", "123456", "password_unfit", "new_password"),
        (&code, NEW, "806143", "password_repeat_differs", "repeat"),
        (&code, NEW, "", "password_repeat_differs", "repeat"),
        ("12345", NEW, NEW, "field_malformed", "code"),
        ("", NEW, NEW, "field_malformed", "code"),
    ] {
        let typed = [
            ("code", typed_code),
            ("new_password", new),
            ("repeat", repeat),
        ];
        let shown = press(&mut user, &typing, "set", &typed).await;
        assert!((400..500).contains(&shown.status), "{told}");
        let said = format!("data-code=\"{told}\"");
        assert!(shown.html.contains(&said), "{told}: {}", shown.html);
        let (_, input) = shown.html.split_once(&format!("id=\"{field}\"")).unwrap();
        let (input, _) = input.split_once('>').unwrap();
        assert!(
            input.contains("aria-invalid=\"true\"") && input.contains("aria-describedby=\"alert"),
            "{told}: {input}"
        );
        assert!(!new.is_empty() && !shown.html.contains(&format!("value=\"{new}\"")));
    }
    // None of them was a guess at the code.
    let typed = [
        ("code", code.as_str()),
        ("new_password", NEW),
        ("repeat", NEW),
    ];
    let page = press(&mut user, &typing, "set", &typed).await;
    assert!(page.text().contains("交易密码已设置"), "{}", page.text());
}

#[tokio::test]
async fn without_a_registered_mobile_the_page_says_whom_to_ask() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let fields = [
        ("htouhui_user_id", UNREACHABLE),
        ("third_party_user_id", "unreachable"),
    ];
    let page = world.page(&mut user, &fields).await;
    let shown = password_page(&mut user, &page).await;
    assert_eq!(shown.status, 403);
    assert!(shown.html.contains("data-code=\"mobile_missing\""));
    assert!(shown.text().contains("阳光小店"), "{}", shown.text());
    assert!(shown.forms.is_empty());
    // Whoever sends the form all the same gets no further.
    let csrf = page.form_for("cancel").unwrap().value("csrf").unwrap();
    let form = [("csrf", csrf), ("action", "send")];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = user.post(shown.url.as_str(), &form).await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(world.sms.messages().is_empty());
}
