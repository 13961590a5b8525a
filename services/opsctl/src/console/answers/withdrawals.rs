//! Withdrawals: one with its story, those looked for, those that do not move.

use contract::ids::WithdrawalId;

use crate::command::withdrawal_list::{self, Find, StuckArguments};
use crate::command::withdrawal_story::{self, Story};
use crate::console::asked::{Answer, Asked};
use crate::console::refusal::Refusal;
use crate::console::role::Right;

pub(crate) async fn find(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let find: Find = asked.parameters.read()?;
    Ok(withdrawal_list::find(&asked.front.connection().await?, &find).await?)
}

pub(crate) async fn stuck(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let arguments: StuckArguments = asked.parameters.read()?;
    Ok(withdrawal_list::stuck(&asked.front.connection().await?, &arguments).await?)
}

pub(crate) async fn show(asked: Asked) -> Answer {
    Ok(story(&asked).await?.report())
}

/// The story behind the answer, for whoever draws it.
pub(crate) async fn story(asked: &Asked) -> Result<Story, Refusal> {
    asked.person.must(Right::Look)?;
    asked.parameters.must_be_empty()?;
    let none = || Refusal::no("withdrawal", &asked.subject);
    let id: WithdrawalId = asked.subject.parse().map_err(|_| none())?;
    let story = withdrawal_story::read(&asked.front.connection().await?, &id).await?;
    story.ok_or_else(none)
}
