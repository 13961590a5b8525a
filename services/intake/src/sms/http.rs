//! The gateway over HTTP, with a JSON of our own that an adapter of any provider can take:
//!
//! ```text
//! POST SMS_GATEWAY_URL
//! Authorization: Bearer SMS_GATEWAY_TOKEN
//! Content-Type: application/json
//!
//! {"request_id": "0199…", "mobile": "13764190263", "template": "set_password",
//!  "lang": "zh-CN", "code": "204913", "valid_seconds": 300, "text": "【海投汇】…"}
//! ```
//!
//! `template` is `set_password` or `reset_password`, `lang` is `zh-CN` or `en`. Whoever may send
//! registered templates alone fills theirs from `code` and `valid_seconds`; whoever may send any
//! text sends `text`. The same `request_id` twice is one SMS. Any 2xx means that it was taken, any
//! other status that it was not; the body of the answer is not read.

use std::sync::Arc;
use std::time::Duration;

use contract::withdrawal::Language;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Error};
use runtime::http_client::{self, Limits, Metered, Peer, provably_not_sent};
use runtime::settings::Secret;
use runtime::slots;
use serde_json::json;
use store::sms_codes::Purpose;
use tokio::sync::Semaphore;
use url::Url;

use super::settings::SmsSettings;
use super::{Cause, Message, Sending, SmsError, SmsGateway};

/// A person waits for each, and a gateway that is slow must not fill the house with waiting.
const AT_ONCE: usize = 32;

/// To be connected, TLS included.
const CONNECT: Duration = Duration::from_secs(2);

/// The gateway, and its address.
pub(crate) struct HttpGateway {
    client: Client,
    url: Url,
    token: Secret,
    places: Arc<Semaphore>,
}

impl HttpGateway {
    pub(crate) fn new(settings: &SmsSettings) -> Result<Self, Error> {
        let limits = Limits {
            connect_timeout: CONNECT.min(settings.timeout),
            total_timeout: settings.timeout,
            idle_per_host: 4,
        };
        let places = Arc::new(Semaphore::new(AT_ONCE));
        slots::watch("sms", &places, AT_ONCE);
        Ok(Self {
            client: http_client::build(&limits)?,
            url: settings.gateway_url.clone(),
            token: settings.gateway_token.clone(),
            places,
        })
    }

    async fn post(&self, message: &Message<'_>) -> Result<(), SmsError> {
        let Ok(_place) = self.places.try_acquire() else {
            return Err(SmsError::NotSent(Cause::Busy));
        };
        let request = self
            .client
            .post(self.url.clone())
            .header(AUTHORIZATION, format!("Bearer {}", self.token.expose()))
            .header(CONTENT_TYPE, "application/json")
            .body(body(message));
        let metered = Metered::begin(Peer::SmsGateway, "POST", None);
        let answer = request.send().await;
        let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
        metered.end(status, answer.is_err().then_some("no_answer"));
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(SmsError::NotSent(Cause::Status(answer.status().as_u16()))),
            Err(error) if provably_not_sent(&error) => Err(SmsError::NotSent(Cause::Away)),
            Err(_) => Err(SmsError::Unknown(Cause::NoAnswer)),
        }
    }
}

impl SmsGateway for HttpGateway {
    fn send<'a>(&'a self, message: &'a Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

fn body(message: &Message<'_>) -> String {
    json!({
        "request_id": message.request_id,
        "mobile": message.mobile.expose(),
        "template": message.purpose.as_str(),
        "lang": message.language.as_str(),
        "code": message.code.expose(),
        "valid_seconds": message.valid_for.as_secs(),
        "text": text(message),
    })
    .to_string()
}

/// What the user reads. It says what the code is for, so that nobody gives it away for something
/// else.
fn text(message: &Message<'_>) -> String {
    let (code, minutes) = (message.code.expose(), message.valid_for.as_secs() / 60);
    match (message.language, message.purpose) {
        (Language::Chinese, Purpose::SetPassword) => format!(
            "【海投汇】验证码 {code}，用于设置交易密码，{minutes} 分钟内有效。请勿告诉任何人。"
        ),
        (Language::Chinese, Purpose::ResetPassword) => format!(
            "【海投汇】验证码 {code}，用于重设交易密码，{minutes} 分钟内有效。如非本人操作，请忽略，切勿告诉任何人。"
        ),
        (Language::English, Purpose::SetPassword) => format!(
            "[Haitouhui] {code} is your code to set a transaction password. It is good for \
             {minutes} minutes. Tell it to nobody."
        ),
        (Language::English, Purpose::ResetPassword) => format!(
            "[Haitouhui] {code} is your code to reset the transaction password. It is good for \
             {minutes} minutes. If this was not you, ignore it, and tell it to nobody."
        ),
    }
}
