//! `opsctl user list` and `user show`: who may withdraw, to which cards and for what.
//!
//! Of a card there are four digits, for more of it is not kept; of a mobile number as many, for the
//! rest is sealed; of a password whether there is one.

use anyhow::anyhow;
use clap::{Args, value_parser};
use contract::fee::CashRule;
use contract::ids::{HtouhuiUserId, PartnerId};
use contract::withdrawal::CashType;
use serde_json::{Value, json};
use store::users::{self, Card, User};
use store::{Connection, StoreError};

use super::user_fee;
use crate::beijing::shown_optional;
use crate::output::{Report, Rows};

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this partner
    #[arg(long)]
    partner: Option<PartnerId>,
    /// How many at most, in the order of their ids
    #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

/// A user with what a withdrawal needs.
struct Account {
    user: User,
    cards: Vec<Card>,
    rules: Vec<(CashType, CashRule)>,
}

pub(super) async fn list(connection: &Connection, which: &List) -> anyhow::Result<Report> {
    let mut accounts = Vec::new();
    for user in users::list(connection, which.partner.as_ref(), which.limit).await? {
        accounts.push(Account::read(connection, user).await?);
    }
    let json: Vec<_> = accounts.iter().map(Account::json).collect();
    Ok(Report::new(json).rows(Rows {
        title: String::new(),
        head: vec![
            "USER",
            "PARTNER",
            "AT PARTNER",
            "KIND",
            "HUIFU_ID",
            "PASSWORD",
            "MOBILE",
            "CARDS",
            "OPEN",
        ],
        rows: accounts.iter().map(Account::row).collect(),
        when_empty: "No such users.",
    }))
}

pub(super) async fn show(connection: &Connection, id: &HtouhuiUserId) -> anyhow::Result<Report> {
    let user = users::find(connection, id).await?;
    let user = user.ok_or_else(|| anyhow!("there is no user {id}"))?;
    let account = Account::read(connection, user).await?;
    Ok(Report::new(account.json())
        .facts(account.facts())
        .rows(account.card_rows())
        .rows(account.rule_rows()))
}

impl Account {
    async fn read(connection: &Connection, user: User) -> Result<Self, StoreError> {
        let id = &user.htouhui_user_id;
        Ok(Self {
            cards: users::cards::of(connection, id).await?,
            rules: users::cash_rules::of(connection, id).await?,
            user,
        })
    }

    fn row(&self) -> Vec<String> {
        let user = &self.user;
        let tails = self.cards.iter().map(|card| card.tail.as_str());
        let open = self.rules.iter().map(|(cash_type, _)| cash_type.as_str());
        vec![
            user.htouhui_user_id.to_string(),
            user.partner_id.to_string(),
            user.third_party_user_id.to_string(),
            user.kind.as_str().to_owned(),
            user.huifu_id.to_string(),
            self.password().to_owned(),
            self.mobile(),
            dash_if_empty(tails.collect::<Vec<_>>().join(" ")),
            dash_if_empty(open.collect::<Vec<_>>().join(" ")),
        ]
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let user = &self.user;
        vec![
            ("user", user.htouhui_user_id.to_string()),
            ("partner", user.partner_id.to_string()),
            ("at the partner", user.third_party_user_id.to_string()),
            ("kind", user.kind.as_str().to_owned()),
            ("huifu_id", user.huifu_id.to_string()),
            ("password", self.password().to_owned()),
            ("locked until", shown_optional(user.locked_until)),
            ("mobile", self.mobile()),
        ]
    }

    fn password(&self) -> &'static str {
        if self.user.has_password {
            "set"
        } else {
            "none"
        }
    }

    fn mobile(&self) -> String {
        let tail = self.user.mobile_tail.as_ref();
        tail.map_or_else(|| "-".to_owned(), |tail| format!("*******{tail}"))
    }

    fn card_rows(&self) -> Rows {
        let rows = self.cards.iter().map(|card| {
            vec![
                card.id.to_string(),
                card.tail.clone(),
                card.bank_name.clone(),
                card.token_no.to_string(),
                if card.is_default { "default" } else { "" }.to_owned(),
            ]
        });
        Rows {
            title: "Cards".to_owned(),
            head: vec!["CARD", "TAIL", "BANK", "TOKEN_NO", ""],
            rows: rows.collect(),
            when_empty: "  none",
        }
    }

    fn rule_rows(&self) -> Rows {
        let rows = self.rules.iter().map(|(cash_type, rule)| {
            let weekday = rule.weekday.map(user_fee::words);
            let payer = rule.payer.as_ref().map(ToString::to_string);
            vec![
                cash_type.as_str().to_owned(),
                user_fee::words(rule.price),
                dash_if_empty(weekday.unwrap_or_default()),
                rule.bearer.as_str().to_owned(),
                dash_if_empty(payer.unwrap_or_default()),
            ]
        });
        Rows {
            title: "Cash types that are open".to_owned(),
            head: vec!["TYPE", "COSTS", "ON WORKING DAYS", "BEARER", "PAYER"],
            rows: rows.collect(),
            when_empty: "  none",
        }
    }

    fn json(&self) -> Value {
        let user = &self.user;
        let cards = self.cards.iter().map(|card| {
            json!({
                "id": card.id, "tail": card.tail, "bank_name": card.bank_name,
                "token_no": card.token_no, "is_default": card.is_default,
            })
        });
        let rules = self.rules.iter();
        let rules = rules.map(|(cash_type, rule)| user_fee::as_json(*cash_type, rule));
        json!({
            "htouhui_user_id": user.htouhui_user_id,
            "third_party_user_id": user.third_party_user_id, "partner_id": user.partner_id,
            "kind": user.kind, "huifu_id": user.huifu_id, "has_password": user.has_password,
            "locked_until": user.locked_until, "mobile_tail": user.mobile_tail,
            "cards": cards.collect::<Vec<_>>(),
            "cash_rules": rules.collect::<Vec<_>>(),
        })
    }
}

fn dash_if_empty(text: String) -> String {
    if text.is_empty() {
        return "-".to_owned();
    }
    text
}
