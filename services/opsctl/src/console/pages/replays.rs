//! Replay jobs: asked for, followed while they run, and acted upon.

use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::Value;

use super::{Done, Looked, outcome};
use crate::console::answers::replays as answers;
use crate::console::page;
use crate::console::parameters::Parameters;
use crate::console::refusal::Refusal;
use crate::console::role::Right;
use crate::console::sheet::{Sheet, Ways};
use crate::console::view::{Act, ConfirmPage, Field, ListPage, OnePage, Section};
use crate::replays::Verb;

const PATH: &str = "/replays";

const STATES: &[&str] = &[
    "",
    "awaiting-approval",
    "running",
    "paused",
    "stopped",
    "finished",
    "cancelled",
];

/// Every verb, its name in addresses, and what its button says.
const VERBS: [(Verb, &str, &str); 4] = [
    (Verb::Approve, "approve", "Approve"),
    (Verb::Resume, "resume", "Resume"),
    (Verb::Pause, "pause", "Pause"),
    (Verb::Cancel, "cancel", "Cancel"),
];

/// The numbers in a set are letters'.
const WAYS: Ways = Ways {
    to: Some("/dead-letters/"),
    choice: false,
};

pub(crate) async fn list(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::list(looked.asked()).await?;
    let sheet = Sheet::of(&report, WAYS);
    let next = sheet.last_of(looked.most());
    let next = next.map(|last| looked.further(PATH, "before", last));
    page::shown(&ListPage {
        frame: looked.frame(Section::Replays),
        title: "Replay jobs",
        told: looked.told().await?,
        tabs: Vec::new(),
        fields: looked.filled(&[Field::choice("state", "State", STATES)]),
        sheet,
        choosing: None,
        next,
    })
}

pub(crate) async fn one(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::show(looked.asked()).await?;
    let json = report.json();
    let job = &json["job"];
    let moves = job["state"] == "running";
    let path = format!("{PATH}/{}", looked.subject);
    page::shown(&OnePage {
        frame: looked.frame(Section::Replays),
        title: format!("Replay {}", looked.subject),
        told: looked.told().await?,
        sheet: Sheet::of(&report, WAYS),
        acts: acts(&looked, job, &path),
        live: moves.then(|| path.clone()),
        progress: job["percent"].as_i64(),
    })
}

/// What this person may do with the job as it stands. The store decides again when it is done.
fn acts(looked: &Looked, job: &Value, path: &str) -> Vec<Act> {
    let person = &looked.visitor.person;
    let may = |verb: Verb| match verb {
        Verb::Approve => person.role.may(Right::Approve) && job["created_by"] != person.name,
        Verb::Pause | Verb::Resume | Verb::Cancel => person.role.may(Right::Replay),
    };
    let fits = |verb: Verb| match job["state"].as_str() {
        Some("awaiting_approval") => matches!(verb, Verb::Approve | Verb::Cancel),
        Some("running") => matches!(verb, Verb::Pause | Verb::Cancel),
        Some("paused" | "stopped") => matches!(verb, Verb::Resume | Verb::Cancel),
        _ => false,
    };
    let fitting = VERBS
        .into_iter()
        .filter(|(verb, _, _)| may(*verb) && fits(*verb));
    let acts = fitting.map(|(verb, name, label)| Act {
        label,
        verb: name,
        path: format!("{path}/{name}"),
        with: Vec::new(),
        danger: verb == Verb::Cancel,
    });
    acts.collect()
}

/// The job as it stands, and whether the act is meant.
pub(crate) async fn ask(looked: Looked, verb: Verb) -> Result<Response, Refusal> {
    let report = answers::act(looked.asked(), verb).await?;
    let found = VERBS.into_iter().find(|(known, _, _)| *known == verb);
    let (_, name, label) = found.ok_or_else(|| Refusal::no("act", &looked.subject))?;
    let back = format!("{PATH}/{}", looked.subject);
    page::shown(&ConfirmPage {
        frame: looked.frame(Section::Replays),
        title: format!("{label} replay {}", looked.subject),
        sheet: Sheet::of(&report, WAYS),
        possible: true,
        path: format!("{back}/{name}"),
        csrf: looked.visitor.csrf.clone(),
        with: Vec::new(),
        fields: Vec::new(),
        button: format!("{label} it"),
        danger: verb == Verb::Cancel,
        back,
    })
}

pub(crate) async fn act(done: Done, verb: Verb) -> Result<Response, Refusal> {
    let asked = done.asked();
    let back = format!("{PATH}/{}", done.subject);
    done.told(answers::act(asked, verb), &back).await
}

/// What would be replayed, and whether and how it is meant.
pub(crate) async fn ask_new(looked: Looked, meant: Parameters) -> Result<Response, Refusal> {
    let report = answers::wish(looked.asked_for(meant.clone())).await?;
    let count = report.json()["count"].as_i64().unwrap_or(0);
    let fields = [
        Field::text("canary", "Canary: so many first", "20"),
        Field::text("pace", "So many a second", "100"),
        Field::text("stop_at", "Stop above so many of 100", "10"),
        Field::choice(
            "again",
            "Also what was replayed 3 times",
            &["false", "true"],
        ),
    ];
    page::shown(&ConfirmPage {
        frame: looked.frame(Section::Replays),
        title: "Replay dead letters".to_owned(),
        sheet: Sheet::of(&report, WAYS),
        possible: count > 0,
        path: PATH.to_owned(),
        csrf: looked.visitor.csrf.clone(),
        with: meant.pairs().to_vec(),
        fields: looked.filled(&fields),
        button: format!("Replay {count}"),
        danger: false,
        back: "/dead-letters".to_owned(),
    })
}

/// Makes the job and leads to it.
pub(crate) async fn make(done: Done) -> Result<Response, Refusal> {
    let report = answers::wish(done.asked()).await?;
    let told = outcome(&report);
    let made = report.json()["id"].as_i64();
    if !told.text.is_empty() {
        done.visitor.tell(&done.front, &told).await?;
    }
    let to = made.map_or_else(|| PATH.to_owned(), |id| format!("{PATH}/{id}"));
    Ok(Redirect::to(&to).into_response())
}
