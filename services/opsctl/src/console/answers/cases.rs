//! Cases: listed and shown.

use crate::command::case::{self, List};
use crate::command::case_closing;
use crate::console::asked::{Answer, Asked};
use crate::console::refusal::Refusal;
use crate::console::role::Right;

pub(crate) async fn list(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let list: List = asked.parameters.read()?;
    Ok(case::list(&asked.front.connection().await?, &list).await?)
}

pub(crate) async fn show(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let id = asked.number("case")?;
    let shown = case::show(&asked.front.connection().await?, id).await?;
    shown.ok_or_else(|| Refusal::no("case", id))
}

/// Closes it; what it holds is released if asked.
pub(crate) async fn close(mut asked: Asked) -> Answer {
    let permit = asked.permit(Right::CloseCase)?;
    let id = asked.number("case")?;
    let release = asked.parameters.take_flag("release")?;
    asked.parameters.must_be_empty()?;
    let mut connection = asked.front.connection().await?;
    Ok(case_closing::close(&mut connection, &[id], release, permit.as_ref()).await?)
}
