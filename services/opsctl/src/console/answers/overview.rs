//! The overview.

use runtime::clock;

use crate::console::asked::{Answer, Asked};
use crate::console::refusal::Refusal;
use crate::console::role::Right;
use crate::overview::{self, Overview};

pub(crate) async fn show(asked: Asked) -> Answer {
    Ok(read(&asked).await?.report())
}

/// What is behind the answer, for whoever draws it.
pub(crate) async fn read(asked: &Asked) -> Result<Overview, Refusal> {
    asked.person.must(Right::Look)?;
    asked.parameters.must_be_empty()?;
    let connection = asked.front.connection().await?;
    Ok(overview::read(&connection, clock::now(), &asked.front.past).await?)
}
