//! Cases: looked at and closed.

use axum::response::Response;

use super::{Done, Looked};
use crate::console::answers::cases as answers;
use crate::console::page;
use crate::console::refusal::Refusal;
use crate::console::role::Right;
use crate::console::sheet::{Sheet, Ways};
use crate::console::view::{Act, ConfirmPage, Field, ListPage, OnePage, Section};

const STATES: &[&str] = &["open", "closed", "all"];

const WAYS: Ways = Ways {
    to: Some("/cases/"),
    choice: false,
};

pub(crate) async fn list(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::list(looked.asked()).await?;
    page::shown(&ListPage {
        frame: looked.frame(Section::Cases),
        title: "Cases",
        told: looked.told().await?,
        tabs: Vec::new(),
        fields: looked.filled(&[Field::choice("state", "State", STATES)]),
        sheet: Sheet::of(&report, WAYS),
        choosing: None,
        next: None,
    })
}

pub(crate) async fn one(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::show(looked.asked()).await?;
    let may = looked.visitor.person.role.may(Right::CloseCase);
    let path = format!("/cases/{}/close", looked.subject);
    let act = |label, release: &str| Act {
        label,
        verb: "close",
        path: path.clone(),
        with: vec![("release", release.to_owned())],
        danger: false,
    };
    let acts = [
        act("Close and release", "true"),
        act("Close alone", "false"),
    ];
    page::shown(&OnePage {
        frame: looked.frame(Section::Cases),
        title: format!("Case {}", looked.subject),
        told: looked.told().await?,
        sheet: Sheet::of(&report, WAYS),
        acts: if may { acts.into() } else { Vec::new() },
        live: None,
        progress: None,
    })
}

/// What closing it would let move, and whether it is meant.
pub(crate) async fn ask(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::close(looked.asked()).await?;
    page::shown(&ConfirmPage {
        frame: looked.frame(Section::Cases),
        title: format!("Close case {}", looked.subject),
        sheet: Sheet::of(&report, WAYS),
        possible: true,
        path: format!("/cases/{}/close", looked.subject),
        csrf: looked.visitor.csrf.clone(),
        with: looked.query.pairs().to_vec(),
        fields: Vec::new(),
        button: "Close it".to_owned(),
        danger: false,
        back: format!("/cases/{}", looked.subject),
    })
}

pub(crate) async fn close(done: Done) -> Result<Response, Refusal> {
    let asked = done.asked();
    let back = format!("/cases/{}", done.subject);
    done.told(answers::close(asked), &back).await
}
