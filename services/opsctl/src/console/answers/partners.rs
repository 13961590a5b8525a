//! Partners: listed, shown, their lanes, and holding them.

use contract::ids::PartnerId;

use crate::command::{partner, partner_lanes, partner_story};
use crate::console::asked::{Answer, Asked};
use crate::console::refusal::Refusal;
use crate::console::role::Right;
use crate::lanes::Verb;

pub(crate) async fn list(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    asked.parameters.must_be_empty()?;
    Ok(partner::list(&asked.front.connection().await?).await?)
}

pub(crate) async fn show(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    asked.parameters.must_be_empty()?;
    let id = id(&asked)?;
    let shown = partner_story::show(&asked.front.connection().await?, &id).await?;
    shown.ok_or_else(|| Refusal::no("partner", &id))
}

/// Every lane, or those of the partner that the address names.
pub(crate) async fn lanes(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    asked.parameters.must_be_empty()?;
    let partner = (!asked.subject.is_empty())
        .then(|| id(&asked))
        .transpose()?;
    Ok(partner_lanes::of(&asked.front.connection().await?, partner.as_ref()).await?)
}

/// Holds or releases all hosts, or the one that `host` names.
pub(crate) async fn decide(mut asked: Asked, verb: Verb) -> Answer {
    let permit = asked.permit(Right::HoldPartner)?;
    let id = id(&asked)?;
    let host = asked.parameters.take("host").pop();
    asked.parameters.must_be_empty()?;
    let mut connection = asked.front.connection().await?;
    let lane = (&id, host.as_deref());
    Ok(partner_lanes::about(&mut connection, verb, lane, permit.as_ref()).await?)
}

fn id(asked: &Asked) -> Result<PartnerId, Refusal> {
    let id = asked.subject.parse();
    id.map_err(|_| Refusal::no("partner", &asked.subject))
}
