//! Partners: who they are, what waits for them, and holding them.

use axum::response::Response;

use super::{Done, Looked};
use crate::console::answers::partners as answers;
use crate::console::page;
use crate::console::refusal::Refusal;
use crate::console::role::Right;
use crate::console::sheet::{Sheet, Ways, escaped};
use crate::console::view::{Act, ConfirmPage, Field, ListPage, OnePage, Section, Tab};
use crate::lanes::Verb;

const PATH: &str = "/partners";
const LANES: &str = "/partners/lanes";

fn tabs(at: &str) -> Vec<Tab> {
    let tab = |label, path: &str| Tab {
        label,
        path: path.to_owned(),
        here: path == at,
    };
    vec![tab("Partners", PATH), tab("Lanes in trouble", LANES)]
}

pub(crate) async fn list(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::list(looked.asked()).await?;
    shown(
        &looked,
        "Partners",
        PATH,
        Sheet::of(&report, Ways::default()),
    )
    .await
}

pub(crate) async fn lanes(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::lanes(looked.asked()).await?;
    shown(&looked, "Lanes", LANES, Sheet::of(&report, Ways::default())).await
}

async fn shown(
    looked: &Looked,
    title: &'static str,
    at: &str,
    sheet: Sheet,
) -> Result<Response, Refusal> {
    page::shown(&ListPage {
        frame: looked.frame(Section::Partners),
        title,
        told: looked.told().await?,
        tabs: tabs(at),
        fields: Vec::new(),
        sheet,
        choosing: None,
        next: None,
    })
}

pub(crate) async fn one(looked: Looked) -> Result<Response, Refusal> {
    let story = answers::show(looked.asked()).await?;
    let lanes = answers::lanes(looked.asked()).await?;
    let sheet = Sheet::of(&story, Ways::default());
    let may = looked.visitor.person.role.may(Right::HoldPartner);
    let path = |verb: &str| format!("{PATH}/{}/{verb}", escaped(&looked.subject));
    let act = |label, verb: &'static str| Act {
        label,
        verb,
        path: path(verb),
        with: Vec::new(),
        danger: false,
    };
    let acts = [act("Hold", "hold"), act("Release", "release")];
    page::shown(&OnePage {
        frame: looked.frame(Section::Partners),
        title: format!("Partner {}", looked.subject),
        told: looked.told().await?,
        sheet: sheet.and("Lanes", Sheet::of(&lanes, Ways::default())),
        acts: if may { acts.into() } else { Vec::new() },
        live: None,
        progress: None,
    })
}

/// What holding or releasing it would change, and whether it is meant.
pub(crate) async fn ask(looked: Looked, verb: Verb) -> Result<Response, Refusal> {
    let report = answers::decide(looked.asked(), verb).await?;
    let (label, word) = match verb {
        Verb::Hold => ("Hold", "hold"),
        Verb::Release => ("Release", "release"),
    };
    let back = format!("{PATH}/{}", escaped(&looked.subject));
    let host = Field::text("host", "Only this host", "all of them");
    page::shown(&ConfirmPage {
        frame: looked.frame(Section::Partners),
        title: format!("{label} partner {}", looked.subject),
        sheet: Sheet::of(&report, Ways::default()),
        possible: true,
        path: format!("{back}/{word}"),
        csrf: looked.visitor.csrf.clone(),
        with: Vec::new(),
        fields: looked.filled(&[host]),
        button: format!("{label} it"),
        danger: verb == Verb::Hold,
        back,
    })
}

pub(crate) async fn decide(done: Done, verb: Verb) -> Result<Response, Refusal> {
    let asked = done.asked();
    let back = format!("{PATH}/{}", escaped(&done.subject));
    done.told(answers::decide(asked, verb), &back).await
}
