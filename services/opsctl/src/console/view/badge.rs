//! A state as a small coloured word. The colour repeats what the word says and says nothing alone.

use askama::Template;
use askama::filters::HtmlSafe;
use contract::withdrawal::State;

/// A word with its colour.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<span class="badge {{ tone.class() }}">{{ word }}</span>"#,
    ext = "html"
)]
pub(crate) struct Badge {
    word: String,
    tone: Tone,
}

/// The template escapes the word, so a page must not escape the badge again.
impl HtmlSafe for Badge {}

/// How much a state asks of whoever reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It ended well.
    Good,
    /// It is under way and nobody has to do anything.
    Busy,
    /// Somebody should keep an eye on it.
    Doubt,
    /// It ended badly, or a person has to decide.
    Bad,
    /// It is over, or it never began.
    Quiet,
}

impl Tone {
    /// The class in the style sheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Doubt => "doubt",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }

    /// Of a withdrawal.
    pub(crate) const fn of_state(state: State) -> Self {
        match state {
            State::Paid => Self::Good,
            State::Accepted | State::Dispatching | State::Submitted => Self::Busy,
            State::Unconfirmed | State::Returned => Self::Doubt,
            State::Failed => Self::Bad,
            State::Draft | State::Cancelled | State::Expired => Self::Quiet,
        }
    }

    /// Of anything else that has a state, by its name: notices, attempts, letters, cases, lanes,
    /// jobs. A name that is not known here is shown without colour.
    fn of_name(name: &str) -> Self {
        if let Some(state) = State::from_name(name) {
            return Self::of_state(state);
        }
        match name {
            "delivered" | "finished" | "replayed" | "closed" | "active" | "passed" => Self::Good,
            "pending" | "running" => Self::Busy,
            "unknown" | "held" | "paused" | "half_open" | "awaiting_approval" | "retiring" => {
                Self::Doubt
            }
            "open" | "dead_lettered" | "refused" | "stopped" => Self::Bad,
            _ => Self::Quiet,
        }
    }
}

impl Badge {
    /// A word in a colour that the caller knows.
    pub(crate) fn toned(word: impl Into<String>, tone: Tone) -> Self {
        Self {
            word: word.into(),
            tone,
        }
    }

    /// A state's name, in the colour that goes with it.
    pub(crate) fn named(name: impl Into<String>) -> Self {
        let word = name.into();
        let tone = Tone::of_name(&word);
        Self { word, tone }
    }
}

impl From<State> for Badge {
    fn from(state: State) -> Self {
        Self::toned(state.as_str(), Tone::of_state(state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_escapes_its_word_and_takes_the_colour_of_its_state() {
        let shown = Badge::named("<b>").to_string();
        assert_eq!(shown, "<span class=\"badge quiet\">&#60;b&#62;</span>");
        for state in State::ALL {
            assert_eq!(Badge::from(state), Badge::named(state.as_str()));
        }
    }
}
