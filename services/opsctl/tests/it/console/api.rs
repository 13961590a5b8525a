//! The API: what it answers is what `--json` prints, to whom may ask.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::server::{APPROVER, Console, OPERATOR, READER};
use super::world;

/// Every question, beside the command that answers the same.
const QUESTIONS: [(&str, &str); 10] = [
    ("/api/v1/dead-letters", "dead-letter list"),
    (
        "/api/v1/dead-letters?state=all&partner=shop&limit=1",
        "dead-letter list --state all --partner shop --limit 1",
    ),
    ("/api/v1/dead-letters/groups", "dead-letter groups"),
    ("/api/v1/dead-letters/1", "dead-letter show 1"),
    ("/api/v1/cases", "case list"),
    ("/api/v1/cases?state=closed", "case list --state closed"),
    ("/api/v1/cases/1", "case show 1"),
    (
        "/api/v1/audit?act=dead_letter",
        "audit list --act dead_letter",
    ),
    ("/api/v1/audit/1", "audit show 1"),
    ("/api/v1/audit/verify", "audit verify"),
];

fn decision(yes: bool) -> Value {
    json!({ "ids": [2], "yes": yes, "reason": "no message of ours", "ticket": "OPS-1" })
}

#[tokio::test]
async fn it_answers_what_the_command_line_prints() {
    let world = world().await;
    let console = Console::open(&world).await;
    console
        .post(OPERATOR, "/api/v1/dead-letters/discard", &decision(true))
        .await;
    for (path, line) in QUESTIONS {
        let printed = world.tool().typed(&format!("{line} --json"));
        let printed: Value = serde_json::from_str(&printed).unwrap();
        for who in [READER, OPERATOR, APPROVER] {
            let answered = console.get(who, path).await;
            assert_eq!(answered, (StatusCode::OK, printed.clone()), "{path}");
        }
    }
}

#[tokio::test]
async fn each_act_takes_its_role_and_the_audit_tells_which_it_was() {
    let world = world().await;
    let console = Console::open(&world).await;
    let why = json!({ "yes": true, "reason": "looked", "ticket": "OPS-1" });
    let acts = [
        ("/api/v1/dead-letters/discard", decision(true)),
        ("/api/v1/dead-letters/restore", decision(true)),
        ("/api/v1/dead-letters/archive", decision(true)),
        ("/api/v1/cases/1/close", why),
    ];
    for (path, body) in &acts {
        let (status, problem) = console.post(READER, path, body).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(problem["code"], "not_allowed");
        assert_eq!(problem["detail"], "This takes the role of operator.");
    }
    for (path, body) in &acts {
        let (status, answered) = console.post(OPERATOR, path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answered}");
    }
    let (_, entries) = console.get(READER, "/api/v1/audit").await;
    let told: Vec<_> = entries.as_array().unwrap().iter().rev().collect();
    let acts: Vec<_> = told
        .iter()
        .map(|entry| entry["act"].as_str().unwrap())
        .collect();
    let expected = [
        "dead_letter.discard",
        "dead_letter.restore",
        "dead_letter.archive",
        "case.close",
    ];
    assert_eq!(acts, expected);
    for entry in told {
        let who = (&entry["actor"], &entry["role"], &entry["ticket"]);
        assert_eq!(who, (&json!(OPERATOR), &json!("operator"), &json!("OPS-1")));
    }
    let (_, verified) = console.get(READER, "/api/v1/audit/verify").await;
    assert_eq!(verified["whole"], true);
}

#[tokio::test]
async fn nothing_is_done_without_yes_a_reason_and_a_ticket() {
    let world = world().await;
    let console = Console::open(&world).await;
    let path = "/api/v1/dead-letters/discard";
    let (status, told) = console.post(OPERATOR, path, &decision(false)).await;
    assert_eq!((status, &told["dry_run"]), (StatusCode::OK, &json!(true)));
    assert_eq!(told["counted"], 1);
    for body in [
        json!({ "ids": [2], "yes": true, "ticket": "OPS-1" }),
        json!({ "ids": [2], "yes": true, "reason": "noise", "ticket": " " }),
        json!({ "ids": [2], "yes": "please" }),
        json!({ "yes": true, "reason": "noise", "ticket": "OPS-1" }),
        json!({ "ids": ["two"], "yes": true, "reason": "noise", "ticket": "OPS-1" }),
        json!({ "ids": [2], "yes": true, "reason": "a", "ticket": "b", "by": "somebody" }),
        json!({ "ids": [2], "database_url": "postgres://elsewhere/" }),
        json!([2]),
    ] {
        let (status, problem) = console.post(OPERATOR, path, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {problem}");
        assert_eq!(problem["code"], "malformed");
    }
    let (_, letters) = console.get(READER, "/api/v1/dead-letters").await;
    assert_eq!(letters.as_array().unwrap().len(), 2);
    assert_eq!(console.get(READER, "/api/v1/audit").await.1, json!([]));
}

#[tokio::test]
async fn a_token_opens_it_and_nothing_else_does() {
    let world = world().await;
    let console = Console::open(&world).await;
    let browser = console.browser(APPROVER).await;
    let token = console.token(READER);
    for (name, value) in [
        ("x-nothing", String::new()),
        (COOKIE.as_str(), browser.cookie.clone()),
        (AUTHORIZATION.as_str(), format!("Bearer {token}x")),
        (AUTHORIZATION.as_str(), format!("Basic {token}")),
        (AUTHORIZATION.as_str(), "Bearer ".to_owned()),
    ] {
        let request = console.request(Method::GET, "/api/v1/cases");
        let answer = request.header(name, value).send().await.unwrap();
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
        let (status, problem) = super::server::json(answer).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{name}");
        assert_eq!(problem["code"], "token_unknown");
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_understood_has_a_code() {
    let world = world().await;
    let console = Console::open(&world).await;
    for (path, status, code) in [
        ("/api/v1/cases/99", 404, "not_found"),
        ("/api/v1/cases/one", 404, "not_found"),
        ("/api/v1/dead-letters/0", 404, "not_found"),
        ("/api/v1/nothing", 404, "not_found"),
        ("/api/v1/dead-letters?state=some", 400, "malformed"),
        ("/api/v1/dead-letters?since=yesterday", 400, "malformed"),
        ("/api/v1/cases?partner=shop", 400, "malformed"),
    ] {
        let (answered, problem) = console.get(READER, path).await;
        let told = (answered.as_u16(), problem["code"].as_str().unwrap());
        assert_eq!(told, (status, code), "{path}");
    }
    let close = json!({ "yes": true, "reason": "looked", "ticket": "OPS-1" });
    let path = "/api/v1/cases/1/close";
    assert_eq!(console.post(OPERATOR, path, &close).await.0, StatusCode::OK);
    let (status, problem) = console.post(OPERATOR, path, &close).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["code"], "refused");
    let text = "Case 1 was closed before and holds nothing; nothing was changed.";
    assert_eq!(problem["detail"], text);
}
