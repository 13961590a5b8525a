//! The sequence of one withdrawal: who told what to whom, in the order in which it happened.
//!
//! As in the partner document's diagram, with the user and Huifu beside the two that it knows. It
//! is drawn for eyes and listed for everybody else; both are made of the same hops. Nothing is
//! guessed: a hop is a row of the timeline or a sending of a notice, and what a row does not say is
//! not drawn.

mod drawing;
mod heard;
mod told;

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;

use super::badge::Tone;
use crate::beijing;
use crate::command::withdrawal_story::Story;
use drawing::Drawing;

/// A story may have a thousand rows, and nobody follows so many arrows. The beginning and the end
/// are what one looks for.
const FIRST: usize = 60;
const LAST: usize = 40;

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Actor {
    /// 合作方.
    Partner,
    /// At the page, with a browser.
    User,
    /// 海投汇: we.
    Operator,
    /// 汇付.
    Huifu,
}

impl Actor {
    const ALL: [Self; 4] = [Self::Partner, Self::User, Self::Operator, Self::Huifu];

    /// As the documents call them.
    const fn name(self) -> &'static str {
        match self {
            Self::Partner => "Partner 合作方",
            Self::User => "User 用户",
            Self::Operator => "海投汇",
            Self::Huifu => "Huifu 汇付",
        }
    }

    /// Within a sentence.
    const fn short(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::User => "user",
            Self::Operator => "海投汇",
            Self::Huifu => "Huifu",
        }
    }
}

/// One arrow.
#[derive(Debug, Clone)]
struct Hop {
    at: Timestamp,
    from: Actor,
    to: Actor,
    what: String,
    /// What came of it, or what it said.
    outcome: String,
    tone: Tone,
    /// An answer is drawn dashed.
    answers: bool,
    /// What was sent was not taken, or nothing came: drawn with a cross.
    lost: bool,
}

impl Hop {
    fn new(at: Timestamp, from: Actor, to: Actor, what: impl Into<String>) -> Self {
        Self {
            at,
            from,
            to,
            what: what.into(),
            outcome: String::new(),
            tone: Tone::Quiet,
            answers: false,
            lost: false,
        }
    }

    fn outcome(self, outcome: impl Into<String>) -> Self {
        Self {
            outcome: outcome.into(),
            ..self
        }
    }

    fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    fn answers(self) -> Self {
        Self {
            answers: true,
            ..self
        }
    }

    fn lost(self) -> Self {
        Self { lost: true, ..self }
    }

    /// For the list.
    fn way(&self) -> String {
        if self.from == self.to {
            self.from.short().to_owned()
        } else {
            format!("{} → {}", self.from.short(), self.to.short())
        }
    }

    fn clock(&self) -> String {
        beijing::shown_with_millis(self.at)
    }

    /// What is worth a word where no colour is seen.
    fn mark(&self) -> &'static str {
        match (self.tone, self.lost) {
            (Tone::Doubt, _) => "in doubt",
            (_, true) => "not taken",
            (Tone::Good | Tone::Busy | Tone::Bad | Tone::Quiet, false) => "",
        }
    }
}

/// The drawing and the list.
#[derive(Debug, Template)]
#[template(path = "sequence.html")]
pub(crate) struct Sequence {
    drawing: Drawing,
    hops: Vec<Hop>,
    /// How many were left out, before the last of the list.
    left_out: usize,
}

impl HtmlSafe for Sequence {}

impl Sequence {
    pub(crate) fn of(story: &Story) -> Self {
        let told = story
            .timeline
            .iter()
            .flat_map(|entry| heard::hops(story, entry));
        let mut hops: Vec<Hop> = told.chain(told::hops(&story.notices)).collect();
        // What happened in the same moment stays in the order of the timeline.
        hops.sort_by_key(|hop| hop.at);
        let left_out = hops.len().saturating_sub(FIRST + LAST);
        hops.drain(FIRST.min(hops.len())..FIRST.min(hops.len()) + left_out);
        Self {
            drawing: Drawing::of(&hops, (left_out > 0).then_some((FIRST, left_out))),
            hops,
            left_out,
        }
    }
}

#[cfg(test)]
mod tests;
