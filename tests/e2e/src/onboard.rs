//! What a partner does before its user can withdraw: pictures, an opening, a card, a password.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::ids::WithdrawalId;
use sandbox::partner::Api;
use sandbox::user::UserAgent;
use serde_json::{Value, json};
use stand::forms;
use stand::opsctl::Opsctl;

use crate::register::PASSWORD;
use crate::scene::{PATIENCE, Scene, order_id};

/// Stands in every picture, so that a picture in a log would be found.
pub(crate) const PICTURE_SECRET: &str = "a-face-that-nobody-may-see";

/// Somebody for whom an account was asked for.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// One of the four kinds.
    pub subject: &'static str,
    /// What the sandbox of Huifu decides by.
    pub suffix: &'static str,
    /// In the partner's words.
    pub third_party_user_id: String,
    /// In ours.
    pub htouhui_user_id: String,
    /// The application.
    pub application_id: String,
}

/// A withdrawal, and where it went.
#[derive(Debug, Clone)]
pub struct PaidTo {
    /// Ours.
    pub withdrawal: WithdrawalId,
    /// Huifu's number of the card.
    pub token_no: String,
}

impl Scene {
    /// The partner asks for an account of this kind. `number` makes everything in it its own.
    pub async fn apply(
        &self,
        subject: &'static str,
        suffix: &'static str,
        number: &str,
    ) -> Result<Applicant> {
        let form = self.form(subject, suffix, number).await?;
        let third_party_user_id = format!("applicant-{number}");
        let body = json!({
            "application_no": number,
            "subject": subject,
            "third_party_user_id": third_party_user_id,
            "notify_url": self.notify_url(),
            "form": form,
        });
        let answer = self.asks(Api::Openings, &body).await?;
        Ok(Applicant {
            subject,
            suffix,
            third_party_user_id,
            htouhui_user_id: text(&answer, "htouhui_user_id")?,
            application_id: text(&answer, "application_id")?,
        })
    }

    /// The form of an opening, once every picture in it has been sent in.
    async fn form(&self, subject: &str, suffix: &str, number: &str) -> Result<Value> {
        let named = RefCell::new(BTreeMap::new());
        let note = |file_type: &str| {
            named
                .borrow_mut()
                .insert(file_type.to_owned(), String::new());
            String::new()
        };
        let _ = forms::opening(subject, suffix, &note);
        let mut pictures = named.into_inner();
        for (file_type, id) in &mut pictures {
            let body = json!({
                "material_no": format!("{number}-{file_type}"),
                "file_type": file_type,
                "content": STANDARD.encode(picture(file_type)),
            });
            let answer = self.asks(Api::Materials, &body).await?;
            *id = text(&answer, "material_id")?;
        }
        let mut form = forms::opening(subject, suffix, &|file_type| pictures[file_type].clone());
        // Huifu has each login name once.
        if let Some(login_name) = form["subject"].get_mut("login_name") {
            *login_name = json!(format!("LOGIN{}", number.replace('-', "")));
        }
        Ok(form)
    }

    /// One more card for somebody who has an account; answers the application.
    pub async fn binds(&self, applicant: &Applicant, number: &str) -> Result<String> {
        let form = forms::second_card(applicant.subject, applicant.suffix);
        self.changes(Api::Cards, applicant, number, &form).await
    }

    /// Other fees and a closed cash type for somebody who has an account; answers the application.
    pub async fn changes_cash_rules(&self, applicant: &Applicant, number: &str) -> Result<String> {
        let form = forms::other_cash_rules();
        self.changes(Api::CashRules, applicant, number, &form).await
    }

    async fn changes(
        &self,
        api: Api,
        applicant: &Applicant,
        number: &str,
        form: &Value,
    ) -> Result<String> {
        let body = json!({
            "application_no": number,
            "htouhui_user_id": applicant.htouhui_user_id,
            "notify_url": self.notify_url(),
            "form": form,
        });
        text(&self.asks(api, &body).await?, "application_id")
    }

    /// Calls the API as the partner; the answer must be a good one, signed by us.
    pub async fn asks(&self, api: Api, body: &Value) -> Result<Value> {
        let answer = self.partner.call(api, body).await?;
        ensure!(answer.signed, "{api:?}: the answer is not ours");
        ensure!(
            answer.status == 200,
            "{api:?}: {} {}",
            answer.status,
            answer.body
        );
        Ok(answer.body)
    }

    /// Waits until an application has come to `state`.
    pub async fn comes_to(&self, application_id: &str, state: &str) {
        let what = format!("application {application_id} to be {state}");
        stand::eventually(PATIENCE, &what, async || {
            let body = json!({ "application_id": application_id });
            match self.asks(Api::Applications, &body).await {
                Ok(found) if found["state"] == state => Ok(()),
                Ok(found) => Err(found.to_string()),
                Err(error) => Err(format!("{error:#}")),
            }
        })
        .await;
    }

    /// An account that has passed, whose user has a password and money.
    pub async fn opened(
        &self,
        subject: &'static str,
        suffix: &'static str,
        number: &str,
    ) -> Result<Applicant> {
        let applicant = self.apply(subject, suffix, number).await?;
        self.comes_to(&applicant.application_id, "passed").await;
        self.gets_ready(&applicant).await?;
        Ok(applicant)
    }

    /// A password here and money at Huifu.
    pub async fn gets_ready(&self, applicant: &Applicant) -> Result<()> {
        self.gets_a_password(applicant).await?;
        self.gets_money(applicant).await
    }

    async fn gets_a_password(&self, applicant: &Applicant) -> Result<()> {
        let user = &applicant.htouhui_user_id;
        let set = [
            &["user", "password", user, "--password-stdin"][..],
            &["--yes", "--reason", "first password"],
        ];
        self.opsctl()
            .run_with_input(&set.concat(), PASSWORD)
            .await?;
        Ok(())
    }

    /// Money at Huifu.
    pub async fn gets_money(&self, applicant: &Applicant) -> Result<()> {
        let user = &applicant.htouhui_user_id;
        let sql = self.sql().await?;
        let found = "select huifu_id from users where htouhui_user_id = $1";
        let row = sql.query_one(found, &[user]).await?;
        self.huifu
            .open_account(row.get(0), sandbox::Fen(100_000_000));
        Ok(())
    }

    /// Waits until the partner has accepted the notice about an application, with this status.
    pub async fn hears_of(&self, application_id: &str, status: &str) {
        let what = format!("the notice about {application_id} to be accepted");
        stand::eventually(PATIENCE, &what, async || {
            self.partner.notices().iter().any(|notice| {
                notice.application_id == application_id
                    && notice.status == status
                    && notice.accepted
            })
        })
        .await;
    }

    /// The applicant withdraws to the card that ends in `tail`.
    pub async fn withdraw_to(
        &self,
        applicant: &Applicant,
        money: &str,
        tail: &str,
    ) -> Result<PaidTo> {
        let sql = self.sql().await?;
        let found = "select id, token_no from cards where htouhui_user_id = $1 and tail = $2";
        let card = sql
            .query_one(found, &[&applicant.htouhui_user_id, &tail])
            .await?;
        let mut user = UserAgent::new()?;
        let form = self.partner.signed_form(&as_applicant(applicant, money));
        let page = user.open(&self.partner.withdraw_url(), &form).await?;
        let form = page.form_for("confirm").context("no form to confirm")?;
        let offered = ("card_id".to_owned(), card.get::<_, i64>(0).to_string());
        ensure!(form.radios.contains(&offered), "the card is not offered");
        let form = form
            .clone()
            .with("card_id", &offered.1)
            .with("password", PASSWORD)
            .with("action", "confirm");
        let result = user.submit(form).await?;
        let result = user.get(&result).await?;
        let returned = user.go_back(&result).await?;
        Ok(PaidTo {
            withdrawal: order_id(&returned)?,
            token_no: card.get(1),
        })
    }

    fn notify_url(&self) -> String {
        format!("{}/notify", self.partner.base_url)
    }

    /// The operator's tool, on this scene's database.
    pub fn opsctl(&self) -> Opsctl {
        Opsctl::on(&self.fleet.plan.database_url)
    }
}

/// The fields of a page call that make it this applicant's.
pub fn as_applicant<'a>(applicant: &'a Applicant, money: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("money", money),
        ("third_party_user_id", &applicant.third_party_user_id),
        ("htouhui_user_id", &applicant.htouhui_user_id),
    ]
}

/// The head of a JPEG, then something to look for.
fn picture(file_type: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    bytes.extend_from_slice(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    bytes.extend_from_slice(PICTURE_SECRET.as_bytes());
    bytes.extend_from_slice(file_type.as_bytes());
    bytes.extend_from_slice(&[0xff, 0xd9]);
    bytes
}

fn text(answer: &Value, member: &str) -> Result<String> {
    let text = answer[member].as_str();
    Ok(text
        .with_context(|| format!("no {member} in {answer}"))?
        .to_owned())
}
