//! Dead letters: found, grouped, looked at and decided about.

use axum::response::Response;
use runtime::clock;
use store::dead_letters::Verb;

use super::{Done, Looked, replays};
use crate::console::answers::dead_letters as answers;
use crate::console::page;
use crate::console::parameters::Parameters;
use crate::console::refusal::Refusal;
use crate::console::role::Right;
use crate::console::sheet::{Sheet, Ways};
use crate::console::view::{Act, Choosing, ConfirmPage, Field, ListPage, OnePage, Section, Tab};

const STATES: &[&str] = &["open", "replayed", "discarded", "archived", "all"];

const PATH: &str = "/dead-letters";
const GROUPS: &str = "/dead-letters/groups";
const DECIDE: &str = "/dead-letters/decide";

/// Every verb with what its button says.
const VERBS: [(Verb, &str, &str); 3] = [
    (Verb::Discard, "discard", "Discard"),
    (Verb::Archive, "archive", "Archive"),
    (Verb::Restore, "restore", "Restore"),
];

fn fields() -> [Field; 11] {
    [
        Field::choice("state", "State", STATES),
        Field::text("partner", "Partner", ""),
        Field::text("class", "Class", "timeout"),
        Field::text("host", "Host", "shop.example"),
        Field::text("service", "Service", ""),
        Field::text("reason_contains", "Reason contains", ""),
        Field::text("since", "Since", "2h"),
        Field::text("until", "Until", "30m"),
        Field::text("amount_from", "Yuan from", "0.01"),
        Field::text("amount_to", "Yuan to", "100.00"),
        Field::text("withdrawal_state", "Withdrawal is", "paid"),
    ]
}

fn tabs(at: &str) -> Vec<Tab> {
    let tab = |label, path: &str| Tab {
        label,
        path: path.to_owned(),
        here: path == at,
    };
    vec![tab("Letters", PATH), tab("Groups", GROUPS)]
}

fn acts(ids: Option<&str>) -> Vec<Act> {
    let replay = ("replay", "Replay", false);
    let decisions = VERBS.map(|(verb, name, label)| (name, label, verb == Verb::Discard));
    let act = |(name, label, danger): (&'static str, &'static str, bool)| Act {
        label,
        verb: name,
        path: DECIDE.to_owned(),
        with: ids
            .map(|id| vec![("verb", name.to_owned()), ("ids", id.to_owned())])
            .unwrap_or_default(),
        danger,
    };
    [replay].into_iter().chain(decisions).map(act).collect()
}

pub(crate) async fn list(looked: Looked) -> Result<Response, Refusal> {
    let may = looked.visitor.person.role.may(Right::Decide);
    let ways = Ways {
        to: Some("/dead-letters/"),
        choice: may,
    };
    let report = answers::list(looked.asked()).await?;
    let sheet = Sheet::of(&report, ways);
    let next = sheet.last_of(looked.most());
    let next = next.map(|last| looked.further(PATH, "after", last));
    let kept = looked.query.pairs().iter();
    let filter = kept.filter(|(name, _)| !matches!(name.as_str(), "after" | "limit" | "state"));
    page::shown(&ListPage {
        frame: looked.frame(Section::DeadLetters),
        title: "Dead letters",
        told: looked.told().await?,
        tabs: tabs(PATH),
        fields: looked.filled(&fields()),
        choosing: may.then(|| Choosing {
            path: DECIDE,
            filter: filter.cloned().collect(),
            acts: acts(None),
        }),
        sheet,
        next,
    })
}

pub(crate) async fn groups(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::groups(looked.asked()).await?;
    page::shown(&ListPage {
        frame: looked.frame(Section::DeadLetters),
        title: "Dead letters in groups",
        told: looked.told().await?,
        tabs: tabs(GROUPS),
        fields: looked.filled(&fields()),
        sheet: Sheet::of(&report, Ways::default()),
        choosing: None,
        next: None,
    })
}

pub(crate) async fn one(looked: Looked) -> Result<Response, Refusal> {
    let report = answers::show(looked.asked()).await?;
    let may = looked.visitor.person.role.may(Right::Decide);
    let ways = Ways {
        to: Some("/dead-letters/"),
        choice: false,
    };
    page::shown(&OnePage {
        frame: looked.frame(Section::DeadLetters),
        title: format!("Dead letter {}", looked.subject),
        told: looked.told().await?,
        sheet: Sheet::of(&report, ways),
        acts: if may {
            acts(Some(&looked.subject))
        } else {
            Vec::new()
        },
        live: None,
        progress: None,
    })
}

/// What would come of it, and whether it is meant.
pub(crate) async fn ask(looked: Looked) -> Result<Response, Refusal> {
    let mut meant = looked.query.clone();
    let name = meant.take("verb").pop().unwrap_or_default();
    let meant = chosen(meant)?;
    if name == "replay" {
        return replays::ask_new(looked, meant).await;
    }
    let (verb, label) = verb(&name)?;
    let report = answers::decide(looked.asked_for(meant.clone()), verb).await?;
    let counted = report.json()["counted"].as_i64().unwrap_or(0);
    let mut with = meant.pairs().to_vec();
    with.push(("verb".to_owned(), label.to_lowercase()));
    if meant.get("ids").is_none() && meant.get("until").is_none() {
        // What fails while the page is looked at was not looked at.
        with.push(("until".to_owned(), clock::now().to_string()));
    }
    let ways = Ways {
        to: Some("/dead-letters/"),
        choice: false,
    };
    page::shown(&ConfirmPage {
        frame: looked.frame(Section::DeadLetters),
        title: format!("{label} dead letters"),
        sheet: Sheet::of(&report, ways),
        possible: counted > 0,
        path: DECIDE.to_owned(),
        csrf: looked.visitor.csrf.clone(),
        with,
        fields: Vec::new(),
        button: format!("{label} {counted}"),
        danger: verb == Verb::Discard,
        back: PATH.to_owned(),
    })
}

pub(crate) async fn decide(done: Done) -> Result<Response, Refusal> {
    let mut asked = done.asked();
    let name = asked.parameters.take("verb").pop().unwrap_or_default();
    let (verb, _) = verb(&name)?;
    done.told(answers::decide(asked, verb), PATH).await
}

/// The verb with its label.
fn verb(name: &str) -> Result<(Verb, &'static str), Refusal> {
    let found = VERBS.into_iter().find(|(_, known, _)| *known == name);
    let found = found.map(|(verb, _, label)| (verb, label));
    found.ok_or_else(|| {
        let text = "A letter is replayed, discarded, archived or restored.";
        Refusal::Malformed(text.to_owned())
    })
}

/// The letters that are meant: those that were chosen, or the filter's.
fn chosen(mut query: Parameters) -> Result<Parameters, Refusal> {
    match query.take("which").pop().as_deref() {
        Some("filter") => {
            query.take("ids");
            // A filter without anything in it means all.
            if query.pairs().is_empty() {
                query = query.with("all", "true");
            }
        }
        Some("chosen") if query.get("ids").is_none() => {
            return Err(Refusal::Malformed("No letter was chosen.".to_owned()));
        }
        Some("chosen") => {
            // Numbers alone: what is chosen is meant, whatever the list was filtered by.
            let ids = query.take("ids");
            query = Parameters::default();
            for id in &ids {
                query = query.with("ids", id);
            }
        }
        _ => {}
    }
    Ok(query)
}
