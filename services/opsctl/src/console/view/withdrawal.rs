//! One withdrawal: where it stands, its sequence, and everything that is known of it.

use askama::Template;

use super::{Badge, Frame, Sequence};
use crate::command::withdrawal_story::Story;
use crate::console::sheet::{Sheet, Ways};

/// The page.
#[derive(Template)]
#[template(path = "withdrawal.html")]
pub(crate) struct WithdrawalPage {
    frame: Frame,
    order_id: String,
    state: Badge,
    held: bool,
    sequence: Sequence,
    sheet: Sheet,
}

impl WithdrawalPage {
    pub(crate) fn new(frame: Frame, story: &Story) -> Self {
        Self {
            frame,
            order_id: story.withdrawal.request.id.to_string(),
            state: story.withdrawal.state.into(),
            held: story.withdrawal.held,
            sequence: Sequence::of(story),
            sheet: Sheet::of(&story.report(), Ways::default()),
        }
    }
}
