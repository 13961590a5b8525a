//! The pages: what they show, what they let do, and what browsers are told about them.

use reqwest::{Method, StatusCode};

use super::server::{Console, OPERATOR, READER};
use super::world;

/// Every page that needs no further rows.
const PAGES: [&str; 10] = [
    "/dead-letters",
    "/dead-letters?state=all&partner=shop",
    "/dead-letters/groups",
    "/dead-letters/1",
    "/dead-letters/2",
    "/cases",
    "/cases/1",
    "/audit",
    "/audit/verify",
    "/audit?actor=nobody",
];

#[tokio::test]
async fn every_page_is_bounded_in_what_it_may_load_and_is_kept_by_nobody() {
    let world = world().await;
    let console = Console::open(&world).await;
    let browser = console.browser(READER).await;
    for path in PAGES
        .into_iter()
        .chain(["/nothing", "/cases/99", "/sign-in"])
    {
        let answer = browser.fetch(path).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
             form-action 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
            "{path}"
        );
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(header("content-type").starts_with("text/html"), "{path}");
        let page = answer.text().await.unwrap();
        for inline in [
            " style=",
            "<style",
            " onclick=",
            "javascript:",
            "token=secret",
        ] {
            assert!(!page.contains(inline), "{path}: {inline}");
        }
    }
    let page = browser.page("/cases").await;
    let (_, style) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let style = style.split('"').next().unwrap();
    let style = console.request(Method::GET, style).send().await.unwrap();
    assert_eq!(style.status(), StatusCode::OK);
    assert!(
        style.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}

#[tokio::test]
async fn a_letter_is_shown_with_its_payload_and_whoever_only_reads_has_no_buttons() {
    let world = world().await;
    let console = Console::open(&world).await;
    for (who, may) in [(READER, false), (OPERATOR, true)] {
        let browser = console.browser(who).await;
        let list = browser.page("/dead-letters").await;
        assert!(list.contains("<a href=\"/dead-letters/1\">1</a>"), "{list}");
        assert_eq!(list.contains("Discard…"), may);
        assert_eq!(list.contains("type=\"checkbox\""), may);
        let letter = browser.page("/dead-letters/1").await;
        assert!(letter.contains("&#34;notice_id&#34;: &#34;"), "{letter}");
        assert!(letter.contains("<a href=\"/withdrawals/W"), "{letter}");
        assert!(letter.contains("<a href=\"/partners/shop\">shop</a>"));
        assert_eq!(letter.contains("Discard…"), may);
    }
    let reader = console.browser(READER).await;
    for path in ["/dead-letters/decide?verb=discard&ids=1", "/cases/1/close"] {
        assert_eq!(reader.fetch(path).await.status(), StatusCode::FORBIDDEN);
        let fields = [
            ("verb", "discard"),
            ("ids", "1"),
            ("reason", "a"),
            ("ticket", "b"),
        ];
        let path = path.split('?').next().unwrap();
        let answer = reader.submit(path, &fields).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn letters_are_decided_about_after_a_look_at_what_would_happen() {
    let world = world().await;
    let console = Console::open(&world).await;
    let browser = console.browser(OPERATOR).await;
    let asked = browser
        .page("/dead-letters/decide?which=chosen&ids=2&partner=shop&verb=discard")
        .await;
    assert!(
        asked.contains("1 dead letters would be discarded"),
        "{asked}"
    );
    assert!(asked.contains("name=\"ids\" value=\"2\""), "{asked}");
    assert!(!asked.contains("--yes") && !asked.contains("name=\"partner\""));
    let fields = [
        ("verb", "discard"),
        ("ids", "2"),
        ("reason", "no message <of> ours"),
        ("ticket", "OPS-1"),
    ];
    let done = browser.done("/dead-letters/decide", &fields).await;
    assert!(done.contains("1 dead letters were discarded."), "{done}");
    let next = browser.page("/dead-letters").await;
    assert!(!next.contains("were discarded"), "told once");
    let audit = browser.page("/audit").await;
    assert!(audit.contains("no message &#60;of&#62; ours"), "{audit}");
    assert!(audit.contains("<a href=\"/dead-letters/2\">dead_letter 2</a>"));
    let act = browser.page("/audit/1").await;
    assert!(act.contains("<dt>Role</dt><dd>operator</dd>"), "{act}");

    let all = browser
        .page("/dead-letters/decide?which=filter&class=status&verb=archive")
        .await;
    assert!(
        all.contains("name=\"until\" value=\""),
        "what fails later was not looked at"
    );
    assert!(all.contains("Archive 1"), "{all}");
    let none = browser
        .fetch("/dead-letters/decide?which=chosen&verb=archive")
        .await;
    assert_eq!(none.status(), StatusCode::BAD_REQUEST);
    assert!(none.text().await.unwrap().contains("No letter was chosen."));
}

#[tokio::test]
async fn a_case_is_closed_and_says_so_and_is_not_closed_twice() {
    let world = world().await;
    let console = Console::open(&world).await;
    let browser = console.browser(OPERATOR).await;
    let asked = browser.page("/cases/1/close?release=false").await;
    assert!(asked.contains("Case 1 would be closed."), "{asked}");
    let fields = [
        ("release", "false"),
        ("reason", "theirs"),
        ("ticket", "OPS-2"),
    ];
    let done = browser.done("/cases/1/close", &fields).await;
    assert!(done.contains("Case 1 was closed."), "{done}");
    assert!(
        done.contains("<span class=\"badge good\">closed</span>"),
        "{done}"
    );
    let again = browser.done("/cases/1/close", &fields).await;
    assert!(again.contains("Case 1 was closed before"), "{again}");
    assert!(again.contains("notice bad"), "{again}");
}

#[tokio::test]
async fn health_and_settings_show_no_secret() {
    let world = world().await;
    let console = Console::open(&world).await;
    let live = console
        .request(Method::GET, "/healthz")
        .send()
        .await
        .unwrap();
    assert_eq!(live.text().await.unwrap(), "live\n");
    let ready = format!("http://{}/readyz", console.running.admin);
    let ready = reqwest::get(ready).await.unwrap().text().await.unwrap();
    assert!(
        ready.contains("\"ready\":true") && !ready.contains("broker"),
        "{ready}"
    );
    let secret = "a secret between the proxy and us";
    let tool = world
        .tool()
        .with("ADMIN_LISTEN", "127.0.0.1:0")
        .with("CONSOLE_LISTEN", "127.0.0.1:0")
        .with("CONSOLE_PUBLIC_URL", "https://ops.example")
        .with("CONSOLE_OIDC_PROXIES", "10.0.0.1")
        .with("CONSOLE_OIDC_SECRET", secret);
    let checked = tool.typed("serve --check");
    assert!(checked.contains("CONSOLE_OIDC_SECRET=***\n"), "{checked}");
    assert!(
        !checked.contains(secret) && !checked.contains("AMQP"),
        "{checked}"
    );
    let nobody = world.tool().run(&["serve"]);
    assert_eq!(nobody.code, 64, "{nobody:?}");
    assert!(nobody.stderr.contains("console: CONSOLE_LISTEN is not set"));
    let token = world
        .tool()
        .refused("console token --name <b> --role reader");
    assert_eq!(token.0, 64);
    console.running.stop().await.unwrap();
}
