//! The first page: figures, charts of the last day, and a table for each thing that may be owed.

use askama::Template;
use jiff::Timestamp;

use super::{Badge, Chart, Frame, Series, Tone};
use crate::beijing::{self, age};
use crate::overview::{Hour, Overview, counted};

/// What waits for longer than this is worth a look; most are over within seconds.
const LONG: i64 = 10 * 60;

/// The page.
#[derive(Template)]
#[template(path = "overview.html")]
pub(crate) struct OverviewPage<'a> {
    frame: Frame,
    overview: &'a Overview,
    as_of: String,
    figures: [Figure; 4],
    charts: [Chart; 3],
}

/// A number that is seen first.
struct Figure {
    tone: Tone,
    count: String,
    what: &'static str,
    more: String,
    path: &'static str,
}

impl<'a> OverviewPage<'a> {
    pub(crate) fn new(frame: Frame, overview: &'a Overview) -> Self {
        Self {
            frame,
            as_of: beijing::shown(overview.at),
            figures: [
                open_figure(overview),
                owed_figure(overview),
                letters_figure(overview),
                cases_figure(overview),
            ],
            charts: charts(&overview.hours),
            overview,
        }
    }

    fn age(&self, since: &Timestamp) -> String {
        age(self.overview.at, *since)
    }

    fn age_or_dash(&self, since: &Option<Timestamp>) -> String {
        since.map_or_else(|| "–".to_owned(), |since| age(self.overview.at, since))
    }

    fn counted(&self, count: &i64) -> String {
        counted(*count)
    }

    fn hour(&self, from: &Timestamp) -> String {
        beijing::shown(*from).chars().take(16).collect()
    }

    fn or<'b>(&self, text: &'b Option<String>, otherwise: &'b str) -> &'b str {
        text.as_deref().unwrap_or(otherwise)
    }

    /// The letters of one group, and no others.
    fn letters_path(&self, group: &crate::dead_letters::GroupRow) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("state", "open")
            .append_pair("class", &group.class);
        if let Some(partner) = &group.partner_id {
            query.append_pair("partner", partner);
        }
        if let Some(host) = &group.host {
            query.append_pair("host", host);
        }
        format!("/dead-letters?{}", query.finish())
    }
}

fn figure(count: i64, what: &'static str, path: &'static str, oldest: Option<String>) -> Figure {
    Figure {
        tone: if count == 0 { Tone::Good } else { Tone::Busy },
        count: counted(count),
        what,
        more: oldest.map_or_else(|| "none".to_owned(), |age| format!("oldest {age}")),
        path,
    }
}

/// What is old makes a figure bad that would be busy.
fn aged(figure: Figure, now: Timestamp, oldest: Option<Timestamp>) -> Figure {
    let waits = oldest.map_or(0, |since| now.duration_since(since).as_secs());
    Figure {
        tone: if waits > LONG {
            Tone::Doubt
        } else {
            figure.tone
        },
        ..figure
    }
}

fn open_figure(overview: &Overview) -> Figure {
    let open = &overview.withdrawals;
    let oldest = open.iter().map(|one| one.accepted_since).min();
    let count = open.iter().map(|one| one.count).sum();
    let old = oldest.map(|since| age(overview.at, since));
    let figure = figure(
        count,
        "withdrawals without an end",
        "/withdrawals/stuck",
        old,
    );
    aged(figure, overview.at, oldest)
}

fn owed_figure(overview: &Overview) -> Figure {
    let owed = &overview.undelivered;
    let oldest = owed.iter().map(|one| one.oldest).min();
    let count = owed.iter().map(|one| one.count).sum();
    let old = oldest.map(|since| age(overview.at, since));
    let figure = figure(count, "notices not taken", "/partners", old);
    aged(figure, overview.at, oldest)
}

/// Each letter waits for a person, however young it is.
fn letters_figure(overview: &Overview) -> Figure {
    let letters = &overview.dead_letters;
    let oldest = letters
        .groups
        .iter()
        .map(|group| group.first_failed_at)
        .min();
    let old = oldest.map(|since| age(overview.at, since));
    let figure = figure(letters.count, "open dead letters", "/dead-letters", old);
    Figure {
        tone: if letters.count == 0 {
            Tone::Good
        } else {
            Tone::Bad
        },
        ..figure
    }
}

fn cases_figure(overview: &Overview) -> Figure {
    let count = overview.cases.iter().map(|one| one.count).sum();
    let oldest = overview.cases.iter().map(|one| one.oldest).min();
    let old = oldest.map(|since| age(overview.at, since));
    let figure = figure(count, "open cases", "/cases", old);
    Figure {
        tone: if count == 0 { Tone::Good } else { Tone::Bad },
        ..figure
    }
}

fn charts(hours: &[Hour]) -> [Chart; 3] {
    let from: Vec<Timestamp> = hours.iter().map(|hour| hour.from).collect();
    let counts = |count: fn(&Hour) -> i64| hours.iter().map(count).collect::<Vec<i64>>();
    let series = |label, tone, counts| Series {
        label,
        tone,
        counts,
    };
    let accepted = counts(|hour| hour.accepted);
    let (paid, failed) = (counts(|hour| hour.paid), counts(|hour| hour.failed));
    let returned = counts(|hour| hour.returned);
    let taken = counts(|hour| hour.notices_delivered);
    let not_taken = counts(|hour| hour.notices_failed);
    let given_up = counts(|hour| hour.notices_dead_lettered);
    [
        Chart::new(
            "Withdrawals accepted",
            &from,
            &[series("accepted", Tone::Busy, &accepted)],
        ),
        Chart::new(
            "Withdrawals ended",
            &from,
            &[
                series("paid", Tone::Good, &paid),
                series("failed", Tone::Bad, &failed),
                series("returned", Tone::Doubt, &returned),
            ],
        ),
        Chart::new(
            "Notices sent",
            &from,
            &[
                series("taken", Tone::Good, &taken),
                series("not taken", Tone::Doubt, &not_taken),
                series("given up", Tone::Bad, &given_up),
            ],
        ),
    ]
}
