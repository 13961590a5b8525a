//! Huifu's own Python SDK against our sandbox of Huifu, and against our own reading of signatures:
//! where the two agree, a partner of Huifu and we would read the same wire alike.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{Form, State};
use axum::routing::post;
use contract::huifu::envelope;
use contract::signing::huifu::verify_callback;
use contract::signing::keys::PublicKey;
use e2e::huifu_sdk::{HuifuSdk, Told};
use sandbox::huifu::{HuifuConfig, HuifuHandle, HuifuSandbox};
use sandbox::{Fen, SigningKey, VerifyingKey};
use serde_json::{Value, json};
use stand::keys::rsa_2048;
use stand::system::{PRODUCT_ID, SYS_ID};

const PATIENCE: Duration = Duration::from_secs(30);

/// A callback as it arrived: every field of its form.
type Callback = Vec<(String, String)>;

/// Takes callbacks and acknowledges them, as Huifu's documents say.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Callback>>>);

impl Listener {
    async fn start() -> Result<(Self, String)> {
        let listener = Self::default();
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/callback", socket.local_addr()?);
        let router = Router::new()
            .route("/callback", post(take))
            .with_state(listener.clone());
        tokio::spawn(async { axum::serve(socket, router).await });
        Ok((listener, url))
    }

    /// The first callback whose text has all of these words.
    async fn waits_for(&self, words: &[&str]) -> Told {
        let what = format!("a callback with {words:?}");
        stand::eventually(PATIENCE, &what, async || {
            let heard = self.0.lock().unwrap();
            let found = heard.iter().find_map(|form| {
                let (text, sign) = signed(form)?;
                words.iter().all(|word| text.contains(word)).then(|| {
                    let (text, sign) = (text.to_owned(), sign.to_owned());
                    Told::Callback { text, sign }
                })
            });
            found.ok_or_else(|| format!("{} others came", heard.len()))
        })
        .await
    }
}

async fn take(State(listener): State<Listener>, Form(form): Form<Callback>) -> String {
    let text: Value = serde_json::from_str(signed(&form).unwrap().0).unwrap();
    let serial = text["req_seq_id"].as_str().unwrap().to_owned();
    listener.0.lock().unwrap().push(form);
    format!("RECV_ORD_ID_{serial}")
}

fn signed(form: &Callback) -> Option<(&str, &str)> {
    let named = |wanted: &str| form.iter().find(|(name, _)| name == wanted);
    let (_, text) = named("resp_data").or_else(|| named("data"))?;
    let (_, sign) = named("sign")?;
    Some((text, sign))
}

/// A Huifu, its SDK, and somebody who takes callbacks.
struct Day {
    huifu: HuifuHandle,
    huifu_key: SigningKey,
    huifu_public: PublicKey,
    sdk: HuifuSdk,
    listener: Listener,
    callback_url: String,
    serial: u32,
}

impl Day {
    async fn begin() -> Result<Self> {
        let (ours, theirs) = (rsa_2048(1), rsa_2048(2));
        let huifu_key = SigningKey::read(&theirs.private_pkcs8_pem)?;
        let merchant = VerifyingKey::read(&ours.public_spki_pem)?;
        let mut config = HuifuConfig::for_tests(merchant, huifu_key.clone());
        SYS_ID.clone_into(&mut config.sys_id);
        PRODUCT_ID.clone_into(&mut config.product_id);
        config.magic_amounts = true;
        let huifu = HuifuSandbox::start(config).await?;
        let sdk = HuifuSdk::install(
            &huifu.base_url,
            (SYS_ID, PRODUCT_ID),
            &ours.private_pkcs8_pem,
            &theirs.public_spki_pem,
        )
        .await?;
        let (listener, callback_url) = Listener::start().await?;
        Ok(Self {
            huifu,
            huifu_key,
            huifu_public: theirs.public_spki_pem.parse()?,
            sdk,
            listener,
            callback_url,
            serial: 0,
        })
    }

    /// Calls an interface under a new serial; `fields` come on top.
    async fn call(&mut self, request: &str, fields: Value) -> Result<Value> {
        self.serial += 1;
        let mut all = json!({ "req_date": today(), "req_seq_id": self.last_serial() });
        let members = fields.as_object().context("fields are an object")?.clone();
        all.as_object_mut().unwrap().extend(members);
        let answer = self.sdk.call(request, all).await?;
        Ok(answer)
    }

    fn last_serial(&self) -> String {
        format!("sdk{:09}", self.serial)
    }

    /// Opens an individual user with a card and D0; answers its huifu_id and what `busi/open` said.
    async fn open_user(&mut self, name: &str) -> Result<(String, Value)> {
        let person = json!({
            "name": name, "cert_type": "00", "cert_no": "110101199003072332",
            "cert_validity_type": "1", "cert_begin_date": "20100101",
            "mobile_no": "13800138000", "address": "上海市徐汇区",
        });
        let opened = self.call("v2_user_basicdata_indv", person).await?;
        assert_eq!(opened["resp_code"], "00000000", "{opened}");
        let huifu_id = opened["huifu_id"].as_str().context("an id")?.to_owned();
        let card = json!({
            "card_type": "1", "card_name": name, "card_no": "6225768888888888",
            "prov_id": "310000", "area_id": "310100", "cert_type": "00",
            "cert_no": "110101199003072332", "cert_validity_type": "1",
            "cert_begin_date": "20100101", "mp": "13800138000",
        });
        let cash = json!([{ "cash_type": "D0", "fix_amt": "1.00", "fee_rate": "0.05" }]);
        let business = json!({
            "huifu_id": huifu_id, "upper_huifu_id": SYS_ID, "card_info": card.to_string(),
            "cash_config": cash.to_string(), "async_return_url": self.callback_url,
        });
        let business = self.call("v2_user_busi_open", business).await?;
        Ok((huifu_id, business))
    }
}

fn today() -> String {
    let beijing = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let now = runtime::clock::now().to_zoned(beijing);
    now.strftime("%Y%m%d").to_string()
}

#[tokio::test]
async fn huifus_own_sdk_opens_a_user_withdraws_and_believes_our_sandbox() -> Result<()> {
    let mut day = Day::begin().await?;
    let (huifu_id, business) = day.open_user("张三").await?;
    assert_eq!(business["resp_code"], "00000000", "{business}");
    let token_no = business["token_no"].as_str().context("a card")?.to_owned();
    day.huifu.open_account(&huifu_id, Fen(50_000));

    let balance = json!({ "huifu_id": huifu_id });
    let balance = day
        .call("v2_trade_acctpayment_balance_query", balance)
        .await?;
    let accounts: Value = serde_json::from_str(balance["acctInfo_list"].as_str().unwrap())?;
    assert_eq!(accounts[0]["avl_bal"], "500.00", "{balance}");

    let withdrawal = json!({
        "huifu_id": huifu_id, "cash_amt": "100.00", "into_acct_date_type": "D0",
        "token_no": token_no, "notify_url": day.callback_url,
    });
    let taken = day
        .call("v2_trade_settlement_encashment", withdrawal)
        .await?;
    assert_eq!(taken["resp_code"], "00000000", "{taken}");
    let serial = day.last_serial();
    let heard = [
        day.listener
            .waits_for(&[&serial, r#""msg_type":"02""#])
            .await,
        day.listener
            .waits_for(&[&serial, r#""msg_type":"01""#])
            .await,
    ];
    assert_eq!(day.sdk.believes(&heard).await?, [true, true]);

    let query = json!({
        "huifu_id": huifu_id, "org_req_date": today(), "org_req_seq_id": serial,
    });
    let found = day.call("v2_trade_settlement_query", query).await?;
    assert_eq!(found["trans_status"], "S", "{found}");
    assert_eq!(found["fee_amt"], "1.05", "{found}");
    Ok(())
}

#[tokio::test]
async fn huifus_own_sdk_follows_a_review_and_believes_its_callback() -> Result<()> {
    let mut day = Day::begin().await?;
    // The sandbox's help: a name that ends like this is looked at before it passes.
    let (huifu_id, business) = day.open_user("张审").await?;
    let apply_no = business["apply_no"]
        .as_str()
        .context("a review")?
        .to_owned();
    let serial = day.last_serial();
    let heard = day.listener.waits_for(&[&serial, "audit_status"]).await;
    assert_eq!(day.sdk.believes(&[heard]).await?, [true]);
    let asked = json!({ "huifu_id": huifu_id, "apply_no": apply_no });
    let status = day.call("v2_user_apply_query", asked).await?;
    assert_eq!(status["apply_status"], "Y", "{status}");
    Ok(())
}

/// What an answer is called, and its body.
type Vector = (&'static str, String);

/// A good answer's `data`.
const PROPER: &str =
    r#"{"hf_seq_id":"0031","resp_code":"00000000","resp_desc":"处理成功","trans_stat":"P"}"#;

fn envelope_of(data: &str, sign: &str) -> String {
    format!(r#"{{"data":{data},"sign":"{sign}"}}"#)
}

/// Answers that Huifu's SDK believes.
fn believed(key: &SigningKey) -> Vec<Vector> {
    let (proper, envelope) = (PROPER, envelope_of);
    let sign = |text: &str| key.sign(text.as_bytes());
    let signed = |text: &str| envelope(text, &sign(text));
    let unsorted =
        r#"{"resp_code":"00000000","hf_seq_id":"0031","resp_desc":"处理成功","trans_stat":"P"}"#;
    let spaced = proper.replace(',', ", ");
    let escaped = proper.replace("处", r"\u5904");
    vec![
        ("as Huifu sends it", signed(proper)),
        (
            "sign before data",
            format!(r#"{{"sign":"{}","data":{proper}}}"#, sign(proper)),
        ),
        (
            "members in another order",
            envelope(unsorted, &sign(proper)),
        ),
        (
            "spaces that were not signed",
            envelope(&spaced, &sign(proper)),
        ),
        (
            "letters escaped after signing",
            envelope(&escaped, &sign(proper)),
        ),
        (
            "markup, quotes and a line break",
            signed(r#"{"resp_code":"00000000","resp_desc":"<a href='x'>&\"\n"}"#),
        ),
        (
            "a list in a text",
            signed(r#"{"acctInfo_list":"[{\"acct_type\":\"01\"}]","resp_code":"00000000"}"#),
        ),
        (
            "an empty member",
            signed(r#"{"resp_code":"00000000","resp_desc":""}"#),
        ),
        (
            "an integer",
            signed(r#"{"count":17,"resp_code":"00000000"}"#),
        ),
    ]
}

/// Answers that Huifu's SDK refuses.
fn refused(key: &SigningKey) -> Vec<Vector> {
    let (proper, envelope) = (PROPER, envelope_of);
    let sign = |text: &str| key.sign(text.as_bytes());
    let altered = proper.replace('P', "S");
    vec![
        (
            "a word changed after signing",
            envelope(&altered, &sign(proper)),
        ),
        (
            "a member added after signing",
            envelope(
                &proper.replace('}', r#","trans_status":"S"}"#),
                &sign(proper),
            ),
        ),
        (
            "a member dropped after signing",
            envelope(r#"{"resp_code":"00000000"}"#, &sign(proper)),
        ),
        (
            "somebody else's key",
            envelope(proper, &other_key().sign(proper.as_bytes())),
        ),
        ("no signature", format!(r#"{{"data":{proper}}}"#)),
        ("an empty signature", envelope(proper, "")),
        (
            "a signature that is no Base64",
            envelope(proper, "not base64!"),
        ),
        ("half a signature", envelope(proper, &sign(proper)[..172])),
        ("no data", format!(r#"{{"sign":"{}"}}"#, sign(proper))),
        ("not JSON", "<html>502</html>".to_owned()),
    ]
}

fn other_key() -> SigningKey {
    SigningKey::read(&rsa_2048(3).private_pkcs8_pem).unwrap()
}

#[tokio::test]
async fn our_client_believes_the_answers_that_huifus_sdk_believes_and_no_others() -> Result<()> {
    let day = Day::begin().await?;
    let good = believed(&day.huifu_key).into_iter().map(|one| (one, true));
    let bad = refused(&day.huifu_key).into_iter().map(|one| (one, false));
    let vectors: Vec<_> = good.chain(bad).collect();
    let bodies: Vec<_> = vectors
        .iter()
        .map(|((_, body), _)| Told::Answer(body.clone()))
        .collect();
    let theirs = day.sdk.believes(&bodies).await?;
    for (((name, body), expected), theirs) in vectors.iter().zip(theirs) {
        let ours = envelope::open::<Value>(body, &day.huifu_public)
            .is_ok_and(|data| data.get("resp_code").is_some());
        assert_eq!(
            (ours, theirs),
            (*expected, *expected),
            "{name}: ours, theirs"
        );
    }
    Ok(())
}

#[tokio::test]
async fn our_client_believes_the_callbacks_that_huifus_sdk_believes_and_no_others() -> Result<()> {
    let day = Day::begin().await?;
    let text = r#"{"cash_amt":"100.00","msg_type":"01","req_seq_id":"A1","trans_status":"S"}"#;
    let sign = day.huifu_key.sign(text.as_bytes());
    let altered = text.replace("100.00", "900.00");
    let cases = [
        (text.to_owned(), sign.clone(), true),
        (altered, sign.clone(), false),
        (text.to_owned(), other_key().sign(text.as_bytes()), false),
        (text.to_owned(), String::new(), false),
    ];
    let told: Vec<_> = cases
        .iter()
        .map(|(text, sign, _)| Told::Callback {
            text: text.clone(),
            sign: sign.clone(),
        })
        .collect();
    let theirs = day.sdk.believes(&told).await?;
    for ((text, sign, expected), theirs) in cases.iter().zip(theirs) {
        let ours = verify_callback(text, sign, &day.huifu_public).is_ok();
        assert_eq!((ours, theirs), (*expected, *expected), "{text} {sign:.8}");
    }
    Ok(())
}
