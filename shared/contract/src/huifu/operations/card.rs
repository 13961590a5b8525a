//! What may be shown of a card: enough for its owner to know it, too little to use it.

use super::table::Members;

/// A card without its number and its holder's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSummary {
    /// The last four digits.
    pub tail: String,
    /// The holder's name with all but its first character hidden.
    pub holder_masked: String,
    /// The bank, where the form names it.
    pub bank_code: Option<String>,
    /// Whether settlements shall go to it by default.
    pub is_default: bool,
}

impl CardSummary {
    pub(super) fn of(card_info: &Members) -> Self {
        let text = |name| card_info.text(name).unwrap_or_default();
        Self {
            tail: tail(text("card_no")),
            holder_masked: masked(text("card_name")),
            bank_code: card_info.text("bank_code").map(str::to_owned),
            is_default: card_info.text("is_settle_default") == Some("Y"),
        }
    }
}

/// The last four digits.
pub(super) fn tail(card_no: &str) -> String {
    let hidden = card_no.chars().count().saturating_sub(4);
    card_no.chars().skip(hidden).collect()
}

/// The first character and two stars, whatever the length: the length of a name is half of it.
pub(super) fn masked(name: &str) -> String {
    name.chars()
        .next()
        .map(|first| format!("{first}**"))
        .unwrap_or_default()
}
