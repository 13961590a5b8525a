//! The audit: listed, shown and verified.

use crate::command::audit::{self, List, Verify};
use crate::console::asked::{Answer, Asked};
use crate::console::refusal::Refusal;
use crate::console::role::Right;

pub(crate) async fn list(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let list: List = asked.parameters.read()?;
    Ok(audit::list(&asked.front.connection().await?, list).await?)
}

pub(crate) async fn show(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let number = asked.number("row of the audit")?;
    let shown = audit::show(&asked.front.connection().await?, number).await?;
    shown.ok_or_else(|| Refusal::no("row of the audit", number))
}

pub(crate) async fn verify(asked: Asked) -> Answer {
    asked.person.must(Right::Look)?;
    let verify: Verify = asked.parameters.read()?;
    Ok(audit::verify(&asked.front.connection().await?, &verify).await?)
}
