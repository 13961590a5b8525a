//! The first page.

use axum::response::Response;

use super::Looked;
use crate::console::answers::overview as answers;
use crate::console::page;
use crate::console::refusal::Refusal;
use crate::console::view::{OverviewPage, Section};

pub(crate) async fn show(looked: Looked) -> Result<Response, Refusal> {
    let overview = answers::read(&looked.asked()).await?;
    let frame = looked.frame(Section::Overview);
    page::shown(&OverviewPage::new(frame, &overview))
}
