//! Sends withdrawals: the whole way a user goes, or straight to the front.

use std::future::Future;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use sandbox::partner::PartnerHandle;
use sandbox::user::{Choice, UserAgent, UserError};
use tokio::sync::Mutex;
use url::Url;

use crate::ledger::{Answer, Entry};
use crate::register::{PASSWORD, User};
use crate::system::System;

/// All users with their browsers, and their partners' shops. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Crowd(Arc<Inner>);

struct Inner {
    shops: Vec<Arc<PartnerHandle>>,
    users: Vec<User>,
    /// Each user's browser; a user does one thing at a time.
    agents: Vec<Mutex<UserAgent>>,
    http: reqwest::Client,
    front: String,
    /// Each user's form to the front, signed once: the partner's signing is not ours to measure.
    forms: Vec<String>,
}

/// Why a user was not told "accepted".
enum Unhappy {
    Refused(String),
    Lost(String),
}

impl Crowd {
    /// Everybody who is registered.
    pub(crate) fn of(system: &System) -> Result<Self> {
        let forms = system.users.iter().map(|user| {
            let shop = &system.shops[user.partner];
            // Its number goes beside it.
            let fields = form(shop, user, None);
            Ok(Url::parse_with_params("http://x/", fields)?
                .query()
                .unwrap_or_default()
                .to_owned())
        });
        let agents = system
            .users
            .iter()
            .map(|_| UserAgent::new().map(Mutex::new));
        Ok(Self(Arc::new(Inner {
            shops: system.shops.clone(),
            users: system.users.clone(),
            agents: agents.collect::<Result<_, UserError>>()?,
            http: system.http.clone(),
            front: format!("http://{}/withdraw", system.front.address()),
            forms: forms.collect::<Result<_>>()?,
        })))
    }

    /// Sends through the whole of intake: signed form, page, password, signed 303 verified.
    pub(crate) fn whole_way(&self, stage: &str) -> impl Fn(usize, Timestamp) -> BoxedEntry + use<> {
        let (crowd, stage) = (self.clone(), stage.to_owned());
        move |number, scheduled| {
            let crowd = crowd.clone();
            let out_order_no = format!("{stage}-{number}");
            Box::pin(async move {
                let answer = crowd.walk(number, &out_order_no).await;
                entry(out_order_no, scheduled, answer)
            })
        }
    }

    /// Sends to the front: signed form, signed 303, nothing between.
    pub(crate) fn short_way(&self, stage: &str) -> impl Fn(usize, Timestamp) -> BoxedEntry + use<> {
        let (crowd, stage) = (self.clone(), stage.to_owned());
        move |number, scheduled| {
            let crowd = crowd.clone();
            let out_order_no = format!("{stage}-{number}");
            Box::pin(async move {
                let answer = crowd.hop(number, &out_order_no).await;
                entry(out_order_no, scheduled, answer)
            })
        }
    }

    async fn walk(&self, number: usize, out_order_no: &str) -> Result<String, Unhappy> {
        let Self(inner) = self;
        let at = number % inner.users.len();
        let user = &inner.users[at];
        let shop = &inner.shops[user.partner];
        let form = form(shop, user, Some(out_order_no));
        let mut agent = inner.agents[at].lock().await;
        let choice = Choice::confirm(PASSWORD);
        let returned = agent.withdraw(&shop.withdraw_url(), &form, &choice).await;
        let returned = returned.map_err(|error| match error {
            UserError::Request(error) => Unhappy::Lost(format!("{error:?}")),
            UserError::Shown(_)
            | UserError::NoForm(..)
            | UserError::NotOffered(_)
            | UserError::NoLocation => Unhappy::Refused(error.to_string()),
        })?;
        let verdict = shop.verify_return(&returned).await;
        if !verdict.is_good() {
            return Err(Unhappy::Refused(format!("a bad return: {verdict:?}")));
        }
        order_id(&returned).map_err(|error| Unhappy::Refused(format!("{error:#}")))
    }

    async fn hop(&self, number: usize, out_order_no: &str) -> Result<String, Unhappy> {
        let Self(inner) = self;
        let request = inner
            .http
            .post(format!("{}?out_order_no={out_order_no}", inner.front))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(inner.forms[number % inner.forms.len()].clone());
        let answer = request.send().await;
        let answer = answer.map_err(|error| Unhappy::Lost(format!("{error:?}")))?;
        let location = answer.headers().get(LOCATION).cloned();
        let Some(location) = location else {
            let said = answer.text().await.unwrap_or_default();
            return Err(Unhappy::Refused(said));
        };
        let accepted = || order_id(&Url::parse(location.to_str()?)?);
        accepted().map_err(|error| Unhappy::Refused(format!("{error:#}")))
    }
}

/// A withdrawal being sent.
pub(crate) type BoxedEntry = std::pin::Pin<Box<dyn Future<Output = Entry> + Send>>;

fn entry(out_order_no: String, scheduled: Timestamp, answer: Result<String, Unhappy>) -> Entry {
    let answer = match answer {
        Ok(order_id) => Answer::Accepted(order_id),
        Err(Unhappy::Refused(why)) => Answer::Refused(why),
        Err(Unhappy::Lost(why)) => Answer::Lost(why),
    };
    Entry {
        out_order_no,
        scheduled,
        answer,
    }
}

fn form(shop: &PartnerHandle, user: &User, out_order_no: Option<&str>) -> Vec<(String, String)> {
    let money = format!("{}.{:02}", user.amount / 100, user.amount % 100);
    shop.signed_form_with(&[
        ("htouhui_user_id", Some(user.id.as_str())),
        ("third_party_user_id", Some(&user.third_party_user_id)),
        ("money", Some(&money)),
        ("out_order_no", out_order_no),
    ])
}

fn order_id(returned: &Url) -> Result<String> {
    let value = |wanted: &str| {
        let found = returned.query_pairs().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned())
    };
    ensure!(value("code").as_deref() == Some("0000"), "not accepted");
    value("order_id").context("the return has no order_id")
}
