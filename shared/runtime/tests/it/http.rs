//! What surrounds every request: limits, problems, ids.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use contract::partner::{FieldError, FieldProblem, Rule};
use runtime::http_client;
use runtime::http_server::Limits;
use runtime::problem::Problem;
use runtime::service::{Running, Service, start_in_process};
use runtime::settings::Env;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::lifecycle::client;
use crate::world::World;

async fn start(world: &World) -> Running {
    let limits = Limits {
        body: 100,
        request_timeout: Duration::from_millis(200),
        header_timeout: Duration::from_millis(200),
        requests: 1,
        connections: 10,
    };
    let start = async move |service: Service<()>| {
        let router = Router::new()
            .route("/echo", post(async |body: String| body))
            .route(
                "/panic",
                get(async || -> &'static str { panic!("as the test wants") }),
            )
            .route("/hang", get(std::future::pending::<&'static str>))
            .route(
                "/refuse",
                get(async || {
                    Problem::new(http::StatusCode::CONFLICT, "already", "Once is enough.")
                        .in_chinese("一次就够了。")
                        .with_errors(vec![wrong("x"), wrong("y")])
                }),
            );
        service
            .http_within(limits, "127.0.0.1:0".parse()?, router)
            .await?;
        Ok(())
    };
    start_in_process("test-service", Env::new(world.env()), start)
        .await
        .unwrap()
}

fn wrong(field: &'static str) -> FieldProblem {
    let rule = Rule::AtMost(1);
    FieldError { field, rule }.into()
}

async fn problem(response: reqwest::Response) -> (u16, serde_json::Value) {
    let id = response.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let status = response.status().as_u16();
    let body = http_client::read_capped(response, 10_000).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["instance"], id.as_str());
    assert_eq!(body["status"], status);
    (status, body)
}

#[tokio::test]
async fn every_limit_answers_with_a_problem_that_names_its_request() {
    let world = World::new().await;
    let running = start(&world).await;
    let url = |path: &str| format!("http://{}{path}", running.address());
    let client = client();

    let good = client
        .post(url("/echo"))
        .body("hello")
        .send()
        .await
        .unwrap();
    assert_eq!(http_client::read_capped(good, 5).await.unwrap(), "hello");
    let long = client
        .post(url("/echo"))
        .body("x".repeat(101))
        .send()
        .await
        .unwrap();
    let (status, body) = problem(long).await;
    assert_eq!((status, &body["code"]), (413, &"too_long".into()));
    let (status, body) = problem(client.get(url("/panic")).send().await.unwrap()).await;
    assert_eq!((status, &body["code"]), (500, &"internal".into()));
    let (status, body) = problem(client.get(url("/hang")).send().await.unwrap()).await;
    assert_eq!((status, &body["code"]), (503, &"timeout".into()));
    let (status, body) = problem(client.get(url("/refuse")).send().await.unwrap()).await;
    assert_eq!(
        (status, &body["code"], &body["field"]),
        (409, &"already".into(), &"x".into())
    );
    assert_eq!(
        (&body["detail_zh"], &body["errors"][1]["field"]),
        (&"一次就够了。".into(), &"y".into())
    );
    assert!(
        body["errors"][1]["rule"]
            .as_str()
            .unwrap()
            .contains("at most 1")
    );

    let capped = client
        .post(url("/echo"))
        .body("hello")
        .send()
        .await
        .unwrap();
    assert!(http_client::read_capped(capped, 4).await.is_err());
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_client_that_never_ends_its_headers_is_hung_up_on() {
    let world = World::new().await;
    let running = start(&world).await;
    let mut slow = TcpStream::connect(running.address()).await.unwrap();
    slow.write_all(b"GET /refuse HTTP/1.1\r\nhost: x\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    // Ends only because the server closes.
    let _ = slow.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    running.stop().await.unwrap();
}
