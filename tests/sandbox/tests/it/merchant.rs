//! A caller of the Huifu sandbox: signs requests, verifies answers, receives callbacks.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::StatusCode;
use sandbox::huifu::{AccountOpening, BoundCard, HuifuConfig, HuifuHandle, HuifuSandbox};
use sandbox::huifu::{FeeRule, Operation, PaymentStatus, signed_text};
use sandbox::{Fen, SigningKey, VerifyingKey};
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

pub(crate) const HUIFU_ID: &str = "6666000021291985";
pub(crate) const TOKEN_NO: &str = "10004053462";
pub(crate) const OPENING: Fen = Fen(10_000_000);
pub(crate) const DATE: &str = "20261122";

pub(crate) static MERCHANT_KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);
static HUIFU_KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);

/// What the receiver does with the next callback; when nothing is scripted it acknowledges.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behave {
    Status(u16),
    WrongBody,
}

/// A callback as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) sign: Option<String>,
    pub(crate) resp_data: String,
    pub(crate) data: Value,
}

impl Received {
    pub(crate) fn letters(&self) -> (String, String) {
        let letter = |name: &str| self.data[name].as_str().unwrap().to_owned();
        (letter("msg_type"), letter("trans_status"))
    }
}

#[derive(Default)]
struct Inbox {
    received: Mutex<Vec<Received>>,
    script: Mutex<VecDeque<Behave>>,
}

pub(crate) struct Merchant {
    pub(crate) huifu: HuifuHandle,
    pub(crate) client: reqwest::Client,
    pub(crate) notify_url: String,
    inbox: Arc<Inbox>,
}

impl Merchant {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut HuifuConfig)) -> Self {
        let mut config = HuifuConfig::for_tests(MERCHANT_KEY.verifying_key(), HUIFU_KEY.clone());
        config.accounts.push(AccountOpening {
            huifu_id: HUIFU_ID.into(),
            acct_id: None,
            balance: OPENING,
        });
        config.cards.push(BoundCard {
            huifu_id: HUIFU_ID.into(),
            token_no: TOKEN_NO.into(),
        });
        let fee: FeeRule = "1.00+0.05%:inner".parse().unwrap();
        config.fees.push((HUIFU_ID.into(), fee));
        change(&mut config);
        let huifu = HuifuSandbox::start(config).await.unwrap();
        let inbox = Arc::new(Inbox::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let notify_url = format!("http://{}/huifu", listener.local_addr().unwrap());
        let receiver = Router::new()
            .route("/huifu", post(receive))
            .with_state(Arc::clone(&inbox));
        tokio::spawn(async move { axum::serve(listener, receiver).await });
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(3))
            .build()
            .unwrap();
        Self {
            huifu,
            client,
            notify_url,
            inbox,
        }
    }

    pub(crate) fn withdrawal(&self, serial: &str, cash_amt: &str) -> Value {
        json!({
            "req_date": DATE, "req_seq_id": serial, "cash_amt": cash_amt, "huifu_id": HUIFU_ID,
            "into_acct_date_type": "T1", "token_no": TOKEN_NO, "notify_url": self.notify_url,
        })
    }

    pub(crate) async fn withdraw(&self, serial: &str, cash_amt: &str) -> Value {
        self.post("encashment", &self.withdrawal(serial, cash_amt))
            .await
    }

    pub(crate) async fn query(&self, serial: &str) -> Value {
        let data = json!({"huifu_id": HUIFU_ID, "org_req_date": DATE, "org_req_seq_id": serial});
        self.post("query", &data).await
    }

    /// Posts and verifies; the answer's data.
    pub(crate) async fn post(&self, path: &str, data: &Value) -> Value {
        let response = self.send(path, &envelope(data)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        verified(&response.text().await.unwrap()).expect("the answer's signature holds")
    }

    /// The same for any interface.
    pub(crate) async fn call(&self, operation: Operation, data: &Value) -> Value {
        let response = self
            .send_to(operation.path(), &envelope(data))
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        verified(&response.text().await.unwrap()).expect("the answer's signature holds")
    }

    /// Posts JSON to an admin's address; the status.
    pub(crate) async fn admin(&self, path: &str, body: Value) -> u16 {
        let (path, body) = (format!("/admin{path}"), body.to_string());
        let answer = self.send_to(&path, &body).await.unwrap();
        answer.status().as_u16()
    }

    pub(crate) async fn send(
        &self,
        path: &str,
        body: &str,
    ) -> Result<reqwest::Response, reqwest::Error> {
        self.send_to(&format!("/v2/trade/settlement/{path}"), body)
            .await
    }

    pub(crate) async fn send_to(
        &self,
        path: &str,
        body: &str,
    ) -> Result<reqwest::Response, reqwest::Error> {
        self.client
            .post(format!("{}{path}", self.huifu.base_url))
            .header("content-type", "application/json;charset=UTF-8")
            .body(body.to_owned())
            .send()
            .await
    }

    pub(crate) fn behave(&self, script: &[Behave]) {
        self.inbox.script.lock().unwrap().extend(script);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.inbox.received.lock().unwrap().clone()
    }

    /// The letters of what came: `("02", "P")`, `("01", "S")`.
    pub(crate) fn letters(&self) -> Vec<(String, String)> {
        self.received().iter().map(Received::letters).collect()
    }

    pub(crate) fn status(&self, serial: &str) -> Option<PaymentStatus> {
        self.huifu
            .book()
            .payment(serial)
            .map(|payment| payment.status)
    }

    /// The book is sound, and money left exactly this often for this serial.
    #[track_caller]
    pub(crate) fn audit(&self, serial: &str, executions: u32) {
        let book = self.huifu.book();
        assert_eq!(book.audit(), Vec::<String>::new());
        assert_eq!(
            book.executions(&[serial]),
            executions,
            "executions of {serial}"
        );
    }
}

pub(crate) fn pairs(letters: &[(&str, &str)]) -> Vec<(String, String)> {
    letters
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

pub(crate) fn huifu_public_key() -> VerifyingKey {
    HUIFU_KEY.verifying_key()
}

pub(crate) fn envelope(data: &Value) -> String {
    let sign = MERCHANT_KEY.sign(signed_text(&data.to_string()).unwrap().as_bytes());
    json!({"sys_id": HUIFU_ID, "product_id": "YYZY", "sign": sign, "data": data}).to_string()
}

/// The data of an answer whose signature holds over the text as it stands in the body.
pub(crate) fn verified(body: &str) -> Option<Value> {
    let answer: Map<String, Value> = serde_json::from_str(body).unwrap();
    let text = body
        .strip_prefix(r#"{"data":"#)?
        .split_once(r#","sign":"#)?
        .0;
    let sign = answer.get("sign")?.as_str()?;
    huifu_public_key()
        .verifies(text.as_bytes(), sign)
        .then(|| answer["data"].clone())
}

async fn receive(State(inbox): State<Arc<Inbox>>, body: String) -> Response {
    let field = |name: &str| {
        form_urlencoded::parse(body.as_bytes())
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.into_owned())
    };
    let resp_data = field("resp_data")
        .or_else(|| field("data"))
        .expect("a callback has resp_data, and that of a review has data");
    let data: Value = serde_json::from_str(&resp_data).unwrap();
    let ack = format!("RECV_ORD_ID_{}", data["req_seq_id"].as_str().unwrap());
    inbox.received.lock().unwrap().push(Received {
        sign: field("sign"),
        resp_data,
        data,
    });
    match inbox.script.lock().unwrap().pop_front() {
        None => ack.into_response(),
        Some(Behave::WrongBody) => format!("{ack}\n").into_response(),
        Some(Behave::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
    }
}
