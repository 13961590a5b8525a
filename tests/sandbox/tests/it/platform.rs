//! A platform for the partner sandbox to talk to: publishes keys, shows a page, signs notices.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, header};
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use sandbox::SigningKey;
use sandbox::partner::{PartnerConfig, PartnerHandle, PartnerSandbox};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

pub(crate) static PARTNER_KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);
pub(crate) static PLATFORM_KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);
pub(crate) static NEXT_KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);

pub(crate) type Fields = BTreeMap<String, String>;

#[derive(Default)]
pub(crate) struct Site {
    keys: Mutex<Vec<(String, SigningKey)>>,
    pub(crate) fetches: Mutex<u32>,
    /// The last page call and the last confirmation.
    pub(crate) called: Mutex<Fields>,
    pub(crate) confirmed: Mutex<Fields>,
}

pub(crate) struct Platform {
    pub(crate) site: Arc<Site>,
    pub(crate) partner: PartnerHandle,
    pub(crate) client: reqwest::Client,
}

impl Platform {
    pub(crate) async fn start() -> Self {
        let site = Arc::new(Site::default());
        site.publish("p1", &PLATFORM_KEY);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/.well-known/jwks.json", get(jwks))
            .route("/withdraw", post(withdraw))
            .route("/page/1", get(page).post(decide))
            .with_state(Arc::clone(&site));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let config = PartnerConfig::for_tests("shop", "k1", PARTNER_KEY.clone());
        let partner = PartnerSandbox::start(config).await.unwrap();
        let jwks = format!("{base}/.well-known/jwks.json");
        partner.connect_to(base.parse().unwrap(), jwks.parse().unwrap());
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            site,
            partner,
            client,
        }
    }

    pub(crate) async fn notify(
        &self,
        fields: &Fields,
    ) -> Result<reqwest::Response, reqwest::Error> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.client
            .post(format!("{}/notify", self.partner.base_url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
    }

    pub(crate) async fn admin(&self, path: &str, body: serde_json::Value) -> reqwest::Response {
        let url = format!("{}/admin/{path}", self.partner.base_url);
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap()
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let url = format!("{}{path}", self.partner.base_url);
        self.client
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }
}

impl Site {
    pub(crate) fn publish(&self, kid: &str, key: &SigningKey) {
        self.keys
            .lock()
            .unwrap()
            .push((kid.to_owned(), key.clone()));
    }
}

/// A good notice to this partner, signed.
pub(crate) fn notice(partner: &PartnerHandle, notice_id: &str, sequence: u32) -> Fields {
    let mut fields = common();
    let form: Fields = partner.signed_form(&[]).into_iter().collect();
    fields.insert("timestamp".to_owned(), form["timestamp"].clone());
    for (name, value) in [
        ("third_party_user_id", "shop-user-1"),
        ("htouhui_user_id", "10000001"),
        ("money", "100.00"),
        ("status", "1"),
        ("order_id", "W01"),
        ("out_order_no", "T1"),
        ("notice_id", notice_id),
        ("sequence", &sequence.to_string()),
        ("fee", "1.05"),
        ("arrival_money", "98.95"),
        ("cash_type", "T1"),
        ("finished_at", "20261122120000"),
        ("reason_code", ""),
        ("reason", "已到账"),
    ] {
        fields.insert(name.to_owned(), value.to_owned());
    }
    signed(fields, &PLATFORM_KEY)
}

/// The common fields but the timestamp, which a form of the partner has to tell: the only clock
/// in this crate is the sandbox's own.
fn common() -> Fields {
    let pairs = [
        ("partner_id", "shop"),
        ("version", "1.0"),
        ("sign_type", "RSA2"),
        ("key_id", "p1"),
        ("nonce", "n1"),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Signs by hand, as the contract says it.
pub(crate) fn signed(mut fields: Fields, key: &SigningKey) -> Fields {
    fields.remove("sign");
    let full: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    fields.insert("sign".to_owned(), key.sign(full.join("&").as_bytes()));
    fields
}

async fn jwks(State(site): State<Arc<Site>>) -> String {
    *site.fetches.lock().unwrap() += 1;
    let keys = site.keys.lock().unwrap();
    let keys = keys.iter().map(|(kid, key)| {
        let public = rsa::RsaPublicKey::from_public_key_pem(&key.verifying_key().to_pem()).unwrap();
        json!({
            "kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig",
            "n": URL_SAFE_NO_PAD.encode(public.n().to_bytes_be()),
            "e": URL_SAFE_NO_PAD.encode(public.e().to_bytes_be()),
        })
    });
    let other = json!({"kty": "EC", "kid": "ec", "crv": "P-256", "x": "AA", "y": "AA"});
    json!({"keys": keys.chain([other]).collect::<Vec<_>>()}).to_string()
}

fn read(body: &str) -> Fields {
    form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

async fn withdraw(State(site): State<Arc<Site>>, body: String) -> Response {
    let call = read(&body);
    let refused = call.get("money").is_some_and(|money| money == "0.00");
    *site.called.lock().unwrap() = call;
    if refused {
        return (StatusCode::BAD_REQUEST, Html("<h1>金额有误 MONEY</h1>")).into_response();
    }
    let headers = [
        (header::LOCATION, "/page/1"),
        (header::SET_COOKIE, "draft=d1; Path=/; Secure"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

async fn page(headers: HeaderMap) -> Response {
    if headers
        .get(header::COOKIE)
        .is_none_or(|value| value != "draft=d1")
    {
        return StatusCode::FORBIDDEN.into_response();
    }
    Html(
        r#"<form method="post" action="/page/1?step=confirm"><input type="hidden" name="csrf" value="c1">
        <input type="radio" name="cash_type" value="D0"><input type="radio" name="cash_type" value="T1" checked>
        <input type="password" name="password"><button name="action" value="confirm">确认</button></form>
        <form method="post"><input type="hidden" name="csrf" value="c1">
        <button name="action" value="cancel">取消</button></form>"#,
    )
    .into_response()
}

async fn decide(
    State(site): State<Arc<Site>>,
    Query(query): Query<Fields>,
    body: String,
) -> Response {
    let form = read(&body);
    let confirmed = form["action"] == "confirm" && query.contains_key("step");
    *site.confirmed.lock().unwrap() = form;
    let call = site.called.lock().unwrap().clone();
    let mut answer = common();
    answer.insert("timestamp".to_owned(), call["timestamp"].clone());
    for name in ["htouhui_user_id", "third_party_user_id", "money"] {
        answer.insert(name.to_owned(), call[name].clone());
    }
    answer.insert("order_id".to_owned(), "W01".to_owned());
    let (code, message) = if confirmed {
        ("0000", "已受理")
    } else {
        ("1001", "用户取消")
    };
    answer.insert("code".to_owned(), code.to_owned());
    answer.insert("message".to_owned(), message.to_owned());
    let mut url: url::Url = call["return_url"].parse().unwrap();
    url.query_pairs_mut()
        .extend_pairs(signed(answer, &PLATFORM_KEY));
    (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string())]).into_response()
}
