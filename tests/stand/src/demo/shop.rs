//! The partner of the demo: its signed form, its notices, and whether it is down.

use anyhow::{Context as _, Result, ensure};
use reqwest::Client;
use serde_json::{Map, Value, json};

use super::SOON;
use crate::eventually::try_eventually;
use crate::process::prober;

pub(super) struct Shop {
    base: String,
    withdraw_url: String,
    client: Client,
}

/// One delivery, as the shop has judged it.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    pub(super) order_id: String,
    pub(super) application_id: String,
    pub(super) notice_id: String,
    pub(super) status: String,
    pub(super) fee: String,
    pub(super) arrival: String,
    /// Our signature holds, the fields are as the contract says, and the shop said `success`.
    pub(super) accepted: bool,
    pub(super) reply: String,
}

impl Shop {
    pub(super) fn at(base: &str, intake_url: &str) -> Result<Self> {
        Ok(Self {
            base: base.to_owned(),
            withdraw_url: format!("{intake_url}/withdraw"),
            client: prober()?,
        })
    }

    /// Where the shop's form goes.
    pub(super) fn withdraw_url(&self) -> &str {
        &self.withdraw_url
    }

    /// A fresh form, signed by the shop.
    pub(super) async fn signed_form(&self, money: &str) -> Result<Vec<(String, String)>> {
        let body = self
            .post("/admin/signed-form", &json!({ "money": money }))
            .await?;
        let fields: Map<String, Value> = serde_json::from_slice(&body)?;
        Ok(fields
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect())
    }

    /// Where the shop hears of things.
    pub(super) fn notify_url(&self) -> String {
        format!("{}/notify", self.base)
    }

    /// Signs a call of the JSON API and makes it; the answer must be a good one, signed by us.
    pub(super) async fn call(&self, api: &str, body: &Value) -> Result<Value> {
        let answer = self.post(&format!("/admin/call/{api}"), body).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        ensure!(
            answer["status"] == 200 && answer["signed"] == true,
            "{api}: {answer}"
        );
        Ok(answer["body"].clone())
    }

    /// From now on the shop sends this user to withdraw.
    pub(super) async fn use_user(&self, theirs: &str, ours: &str) -> Result<()> {
        let user = json!({ "third_party_user_id": theirs, "htouhui_user_id": ours });
        self.post("/admin/user", &user).await.map(drop)
    }

    /// From now on connections are closed without an answer.
    pub(super) async fn go_down(&self) -> Result<()> {
        self.post("/admin/mode", &json!({ "mode": "down" }))
            .await
            .map(drop)
    }

    /// From now on good notices are answered with `success`.
    pub(super) async fn come_back(&self) -> Result<()> {
        self.post("/admin/mode", &json!({ "mode": "ok" }))
            .await
            .map(drop)
    }

    /// Every delivery about this order, however it was answered, the oldest first.
    pub(super) async fn notices(&self, order_id: &str) -> Result<Vec<Notice>> {
        let mut notices = self.all_notices().await?;
        notices.retain(|one| one.order_id == order_id);
        Ok(notices)
    }

    /// Every delivery, however it was answered, the oldest first.
    pub(super) async fn all_notices(&self) -> Result<Vec<Notice>> {
        let url = format!("{}/notices.json", self.base);
        let answer = self.client.get(url).send().await?.error_for_status()?;
        let all: Vec<Value> = serde_json::from_slice(&answer.bytes().await?)?;
        Ok(all.iter().map(Notice::read).collect())
    }

    /// Waits for the delivery about this order that the shop accepts.
    pub(super) async fn accepted(&self, order_id: &str) -> Result<Notice> {
        self.takes(|one| one.order_id == order_id).await
    }

    /// Waits for the delivery about this application that the shop accepts.
    pub(super) async fn told_of(&self, application_id: &str) -> Result<Notice> {
        self.takes(|one| one.application_id == application_id).await
    }

    async fn takes(&self, about: impl Fn(&Notice) -> bool) -> Result<Notice> {
        try_eventually(SOON, "the shop to accept a notice", async || {
            let mut notices = self.all_notices().await?;
            notices.retain(&about);
            let accepted = notices.iter().find(|one| one.accepted).cloned();
            accepted.with_context(|| format!("{notices:?}"))
        })
        .await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Vec<u8>> {
        let request = self.client.post(format!("{}{path}", self.base));
        let request = request.header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await?;
        Ok(answer.error_for_status()?.bytes().await?.to_vec())
    }
}

impl Notice {
    fn read(notice: &Value) -> Self {
        let verdict = &notice["verdict"];
        let no_problems = verdict["problems"].as_array().is_some_and(Vec::is_empty);
        Self {
            order_id: text(&notice["order_id"]),
            application_id: text(&notice["application_id"]),
            notice_id: text(&notice["notice_id"]),
            status: text(&notice["status"]),
            fee: text(&notice["fields"]["fee"]),
            arrival: text(&notice["fields"]["arrival_money"]),
            accepted: notice["accepted"] == true
                && verdict["signature_holds"] == true
                && no_problems,
            reply: text(&notice["reply"]),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_whose_signature_does_not_hold_counts_as_not_accepted() {
        let mut notice = json!({
            "notice_id": "n", "status": "1", "accepted": true, "reply": "success",
            "verdict": { "signature_holds": true, "problems": [] },
            "fields": { "fee": "1.05", "arrival_money": "98.95" },
        });
        assert!(Notice::read(&notice).accepted);
        notice["verdict"]["signature_holds"] = json!(false);
        assert!(!Notice::read(&notice).accepted);
        notice["verdict"] = json!({ "signature_holds": true, "problems": ["sequence is missing"] });
        assert!(!Notice::read(&notice).accepted);
    }
}
