//! Withdrawals: looked for, listed where they do not move, and one with its sequence.

use axum::response::Response;

use super::Looked;
use crate::console::answers::withdrawals as answers;
use crate::console::page;
use crate::console::refusal::Refusal;
use crate::console::sheet::{Sheet, Ways};
use crate::console::view::{Field, ListPage, Section, Tab, WithdrawalPage};

/// The first says nothing.
const STATES: &[&str] = &[
    "",
    "draft",
    "accepted",
    "dispatching",
    "submitted",
    "unconfirmed",
    "paid",
    "failed",
    "returned",
    "cancelled",
    "expired",
];

const OPEN_STATES: &[&str] = &["", "accepted", "dispatching", "submitted", "unconfirmed"];

pub(crate) async fn find(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::find(looked.asked()).await?;
    let next = report.json()["next"]
        .as_str()
        .map(|last| looked.further("/withdrawals", "before", last));
    let fields = [
        Field::text("number", "Any number of it", "order_id, out_order_no, …"),
        Field::text("partner", "Partner", ""),
        Field::text("user", "User", ""),
        Field::choice("state", "State", STATES),
        Field::text("since", "Since", "31d"),
        Field::text("until", "Until", "20261122120000"),
        Field::text("amount_from", "From yuan", "0.01"),
        Field::text("amount_to", "To yuan", ""),
    ];
    page::shown(&ListPage {
        frame: looked.frame(Section::Withdrawals),
        title: "Withdrawals",
        told: looked.told().await?,
        tabs: tabs(false),
        fields: looked.filled(&fields),
        sheet: Sheet::of(&report, Ways::default()),
        choosing: None,
        next,
    })
}

pub(crate) async fn stuck(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::stuck(looked.asked()).await?;
    let fields = [
        Field::text("older_than", "Unmoved for", "10m"),
        Field::text("partner", "Partner", ""),
        Field::choice("state", "State", OPEN_STATES),
    ];
    page::shown(&ListPage {
        frame: looked.frame(Section::Withdrawals),
        title: "Withdrawals that do not move",
        told: looked.told().await?,
        tabs: tabs(true),
        fields: looked.filled(&fields),
        sheet: Sheet::of(&report, Ways::default()),
        choosing: None,
        next: None,
    })
}

pub(crate) async fn one(looked: Looked) -> Result<Response, Refusal> {
    let story = answers::story(&looked.asked()).await?;
    let frame = looked.frame(Section::Withdrawals);
    page::shown(&WithdrawalPage::new(frame, &story))
}

fn tabs(stuck: bool) -> Vec<Tab> {
    let tab = |label, path: &str, here| Tab {
        label,
        path: path.to_owned(),
        here,
    };
    vec![
        tab("Find", "/withdrawals", !stuck),
        tab("Those that do not move", "/withdrawals/stuck", stuck),
    ]
}
