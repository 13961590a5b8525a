//! The three pages that most of the console is made of: a list with its filter, one thing with what
//! can be done about it, and the question whether an act is meant.

use askama::Template;
use store::console_sessions::Told;

use super::Frame;
use crate::console::sheet::Sheet;

/// Something to be typed or chosen.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// What it may be; empty for a text.
    pub(crate) choices: &'static [&'static str],
    /// What a text may look like.
    pub(crate) example: &'static str,
}

impl Field {
    /// A text.
    pub(crate) fn text(name: &'static str, label: &'static str, example: &'static str) -> Self {
        Self {
            name,
            label,
            value: String::new(),
            choices: &[],
            example,
        }
    }

    /// One of several words, the first where nothing is said.
    pub(crate) fn choice(
        name: &'static str,
        label: &'static str,
        choices: &'static [&'static str],
    ) -> Self {
        Self {
            choices,
            ..Self::text(name, label, "")
        }
    }
}

/// Another view of the same.
#[derive(Debug, Clone)]
pub(crate) struct Tab {
    pub(crate) label: &'static str,
    pub(crate) path: String,
    pub(crate) here: bool,
}

/// Something that can be done; asks before it does.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) label: &'static str,
    /// What of it is to be done, where one page asks about several.
    pub(crate) verb: &'static str,
    /// The page that asks.
    pub(crate) path: String,
    pub(crate) with: Vec<(&'static str, String)>,
    /// Whether something is given up by it.
    pub(crate) danger: bool,
}

/// Acts on rows that are chosen, or on all that the filter means.
#[derive(Debug)]
pub(crate) struct Choosing {
    pub(crate) path: &'static str,
    pub(crate) filter: Vec<(String, String)>,
    pub(crate) acts: Vec<Act>,
}

/// A list with its filter.
#[derive(Debug, Template)]
#[template(path = "list.html")]
pub(crate) struct ListPage {
    pub(crate) frame: Frame,
    pub(crate) title: &'static str,
    pub(crate) told: Option<Told>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) fields: Vec<Field>,
    pub(crate) sheet: Sheet,
    pub(crate) choosing: Option<Choosing>,
    /// The next page.
    pub(crate) next: Option<String>,
}

/// One thing.
#[derive(Debug, Template)]
#[template(path = "one.html")]
pub(crate) struct OnePage {
    pub(crate) frame: Frame,
    pub(crate) title: String,
    pub(crate) told: Option<Told>,
    pub(crate) sheet: Sheet,
    pub(crate) acts: Vec<Act>,
    /// Where the sheet is fetched again, while it changes by itself.
    pub(crate) live: Option<String>,
    /// How much of it is done, of a hundred.
    pub(crate) progress: Option<i64>,
}

/// Whether an act is meant, with what would come of it.
#[derive(Debug, Template)]
#[template(path = "confirm.html")]
pub(crate) struct ConfirmPage {
    pub(crate) frame: Frame,
    pub(crate) title: String,
    pub(crate) sheet: Sheet,
    /// Whether there is anything to confirm.
    pub(crate) possible: bool,
    pub(crate) path: String,
    pub(crate) csrf: String,
    pub(crate) with: Vec<(String, String)>,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    pub(crate) danger: bool,
    pub(crate) back: String,
}
