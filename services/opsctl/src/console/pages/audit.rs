//! The audit: looked through and verified.

use axum::response::Response;

use super::Looked;
use crate::console::answers::audit as answers;
use crate::console::page;
use crate::console::refusal::Refusal;
use crate::console::sheet::{Sheet, Ways};
use crate::console::view::{Field, ListPage, OnePage, Section, Tab};

const PATH: &str = "/audit";
const VERIFY: &str = "/audit/verify";

const WAYS: Ways = Ways {
    to: Some("/audit/"),
    choice: false,
};

fn tabs(at: &str) -> Vec<Tab> {
    let tab = |label, path: &str| Tab {
        label,
        path: path.to_owned(),
        here: path == at,
    };
    vec![tab("Acts", PATH), tab("Verify the chain", VERIFY)]
}

pub(crate) async fn list(looked: Looked) -> Result<Response, Refusal> {
    let fields = [
        Field::text("actor", "By", ""),
        Field::text("act", "Act", "dead_letter"),
        Field::text("subject", "Of", "case 7"),
        Field::text("ticket", "Ticket", ""),
    ];
    let report = answers::list(looked.asked()).await?;
    let sheet = Sheet::of(&report, WAYS);
    let next = sheet.last_of(looked.most());
    let next = next.map(|last| looked.further(PATH, "before", last));
    page::shown(&ListPage {
        frame: looked.frame(Section::Audit),
        title: "Audit",
        told: looked.told().await?,
        tabs: tabs(PATH),
        fields: looked.filled(&fields),
        sheet,
        choosing: None,
        next,
    })
}

pub(crate) async fn verify(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::verify(looked.asked()).await?;
    page::shown(&ListPage {
        frame: looked.frame(Section::Audit),
        title: "Is the audit whole?",
        told: looked.told().await?,
        tabs: tabs(VERIFY),
        fields: looked.filled(&[Field::text("anchor", "Against the head", "NUMBER:HASH")]),
        sheet: Sheet::of(&report, WAYS),
        choosing: None,
        next: None,
    })
}

pub(crate) async fn one(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::show(looked.asked()).await?;
    page::shown(&OnePage {
        frame: looked.frame(Section::Audit),
        title: format!("Act {}", looked.subject),
        told: looked.told().await?,
        sheet: Sheet::of(&report, WAYS),
        acts: Vec::new(),
        live: None,
        progress: None,
    })
}
