//! Replay jobs: shown before they are made, made, listed, and acted upon.

use clap::Args;

use crate::command::dead_letter_many::WhichOnes;
use crate::command::replay::{self, List};
use crate::command::replay_wish::{self, How};
use crate::console::asked::{Answer, Asked};
use crate::console::refusal::Refusal;
use crate::console::role::Right;
use crate::replays::Verb;

/// What is to be replayed, and how.
#[derive(Debug, Args)]
struct Wish {
    #[command(flatten)]
    which: WhichOnes,
    #[command(flatten)]
    how: How,
}

pub(crate) async fn list(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let list: List = asked.parameters.read()?;
    Ok(replay::list(&asked.front.connection().await?, &list).await?)
}

pub(crate) async fn show(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let id = asked.number("replay")?;
    let shown = replay::show(&asked.front.connection().await?, id).await?;
    shown.ok_or_else(|| Refusal::no("replay", id))
}

/// Makes a job of those that are named (`ids`), or that the filter means, or of `all`; the console
/// runs it.
pub(crate) async fn wish(mut asked: Asked) -> Answer {
    let permit = asked.permit(Right::Replay)?;
    let ids = asked.parameters.take_numbers("ids")?;
    let wish: Wish = asked.parameters.read()?;
    let filter = wish.which.filter(&ids)?;
    let mut connection = asked.front.connection().await?;
    let limits = &asked.front.replays;
    let report =
        replay_wish::about(&mut connection, filter, &wish.how, limits, permit.as_ref()).await?;
    Ok(report)
}

/// Approves, pauses, resumes or cancels one.
pub(crate) async fn act(mut asked: Asked, verb: Verb) -> Answer {
    let right = match verb {
        Verb::Approve => Right::Approve,
        Verb::Pause | Verb::Resume | Verb::Cancel => Right::Replay,
    };
    let permit = asked.permit(right)?;
    let id = asked.number("replay")?;
    asked.parameters.must_be_empty()?;
    let mut connection = asked.front.connection().await?;
    let report = replay::about(&mut connection, id, verb, permit.as_ref()).await?;
    let report = report.ok_or_else(|| Refusal::no("replay", id))?;
    match report.json()["refused"].as_str() {
        Some(why) => Err(Refusal::Refused(why.to_owned())),
        None => Ok(report),
    }
}
