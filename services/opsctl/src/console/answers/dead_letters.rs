//! Dead letters: listed, grouped, shown and decided about.

use store::dead_letters::Verb;

use crate::command::dead_letter::{self, Chosen, List};
use crate::command::dead_letter_many::{self, WhichOnes};
use crate::console::asked::{Answer, Asked};
use crate::console::refusal::Refusal;
use crate::console::role::Right;

pub(crate) async fn list(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let list: List = asked.parameters.read()?;
    Ok(dead_letter::list(&asked.front.connection().await?, &list).await?)
}

pub(crate) async fn groups(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let chosen: Chosen = asked.parameters.read()?;
    Ok(dead_letter::groups(&asked.front.connection().await?, &chosen).await?)
}

pub(crate) async fn show(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let id = asked.number("dead letter")?;
    let shown = dead_letter::show(&asked.front.connection().await?, id).await?;
    shown.ok_or_else(|| Refusal::no("dead letter", id))
}

/// Decides about those that are named (`ids`), or that the filter means, or about `all`.
pub(crate) async fn decide(mut asked: Asked, verb: Verb) -> Answer {
    let permit = asked.permit(Right::Decide)?;
    let ids = asked.parameters.take_numbers("ids")?;
    let which: WhichOnes = asked.parameters.read()?;
    let filter = which.filter(&ids)?;
    let mut connection = asked.front.connection().await?;
    Ok(dead_letter_many::about(&mut connection, filter, verb, permit.as_ref()).await?)
}
