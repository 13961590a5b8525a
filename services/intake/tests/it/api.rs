//! Calls of the JSON API, signed both ways, and what they leave in the database.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contract::ids::{ApplicationId, ApplicationNo};
use runtime::data_keys::DataKeys;
use sandbox::partner::{Api, PartnerHandle};
use serde_json::{Value, json};
use stand::forms;
use stand::system::DATA_KEYS;
use store::applications::{Application, ForSending};

use crate::world::World;

pub(crate) const NOTIFY_URL: &str = "http://127.0.0.1/notified";

/// Stands in every picture of a test.
pub(crate) const FACE: &str = "a-face-that-nobody-may-see";

/// Status and body of an answer, which must be signed.
pub(crate) async fn call(partner: &PartnerHandle, api: Api, body: &Value) -> (u16, Value) {
    let answer = partner.call(api, body).await.unwrap();
    assert!(answer.signed, "{api:?}: {}", answer.body);
    (answer.status, answer.body)
}

/// The body of an answer that must be a good one.
pub(crate) async fn good(partner: &PartnerHandle, api: Api, body: &Value) -> Value {
    let (status, answer) = call(partner, api, body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// The refusal of a call: its code, and the fields that it names.
pub(crate) async fn refused(
    partner: &PartnerHandle,
    api: Api,
    body: &Value,
) -> (u16, String, Vec<String>) {
    let (status, problem) = call(partner, api, body).await;
    let fields = problem["errors"].as_array().into_iter().flatten();
    let fields = fields.map(|error| error["field"].as_str().unwrap().to_owned());
    let code = problem["code"].as_str().unwrap_or_default().to_owned();
    (status, code, fields.collect())
}

/// A picture for tests, of so many bytes at least.
pub(crate) fn png(size: usize) -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend_from_slice(FACE.as_bytes());
    picture.resize(picture.len().max(size), b'.');
    picture
}

pub(crate) fn material(number: &str, file_type: &str, content: &[u8]) -> Value {
    json!({
        "material_no": number,
        "file_type": file_type,
        "content": BASE64_STANDARD.encode(content),
    })
}

/// Sends a picture in; answers our number of it.
pub(crate) async fn keep(partner: &PartnerHandle, number: &str, file_type: &str) -> String {
    let body = material(number, file_type, &png(0));
    let answer = good(partner, Api::Materials, &body).await;
    answer["material_id"].as_str().unwrap().to_owned()
}

/// The body of an opening, once its pictures have been sent in.
pub(crate) async fn opening(partner: &PartnerHandle, subject: &str, number: &str) -> Value {
    let wanted = RefCell::new(BTreeMap::new());
    let note = |file_type: &str| {
        wanted
            .borrow_mut()
            .insert(file_type.to_owned(), String::new());
        String::new()
    };
    let _ = forms::opening(subject, "", &note);
    let mut kept = wanted.into_inner();
    for (file_type, id) in &mut kept {
        *id = keep(partner, &format!("{number}-{file_type}"), file_type).await;
    }
    json!({
        "application_no": number,
        "subject": subject,
        "third_party_user_id": format!("applicant-{number}"),
        "notify_url": NOTIFY_URL,
        "form": forms::opening(subject, "", &|file_type| kept[file_type].clone()),
    })
}

/// The body of a card or of cash rules.
pub(crate) fn change(user: &str, number: &str, form: &Value) -> Value {
    json!({
        "application_no": number,
        "htouhui_user_id": user,
        "notify_url": NOTIFY_URL,
        "form": form,
    })
}

pub(crate) fn keys() -> DataKeys {
    DataKeys::parse(DATA_KEYS).unwrap()
}

impl World {
    /// The shop's application of this number.
    pub(crate) async fn application(&self, number: &str) -> Option<Application> {
        let connection = self.store.connection().await.unwrap();
        let number: ApplicationNo = number.parse().unwrap();
        store::applications::find_by_no(&connection, &"shop".parse().unwrap(), &number)
            .await
            .unwrap()
    }

    /// What the dispatcher gets to see of an application.
    pub(crate) async fn for_sending(&self, id: &ApplicationId) -> ForSending {
        let connection = self.store.connection().await.unwrap();
        let found = store::applications::for_sending(&connection, id).await;
        found.unwrap().unwrap()
    }

    /// Whether a text stands in no row of any table.
    pub(crate) async fn hides(&self, text: &str) -> bool {
        let script = include_str!("sql/stands_nowhere.sql");
        self.holds(&script.replace("{text}", text)).await
    }
}
