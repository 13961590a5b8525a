//! `opsctl withdrawal ask`: the next question to Huifu is due now.

use clap::Args;
use contract::ids::WithdrawalId;
use runtime::clock;
use store::Connection;
use store::attempts;

use super::question::{self, Subject};
use crate::output::Report;
use crate::permit::PermitArgs;

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The partner's order_id
    order_id: WithdrawalId,
    #[command(flatten)]
    permit: PermitArgs,
}

pub(crate) async fn run(ask: &Ask, connection: &mut Connection) -> anyhow::Result<Report> {
    let permit = ask.permit.permit()?;
    let (id, now) = (&ask.order_id, clock::now());
    let tx = connection.begin("opsctl: ask about withdrawal").await?;
    let decision = question::decision(permit.as_ref());
    let asked = attempts::ask_now(&tx, now, id, &decision).await?;
    let about = Subject {
        noun: "withdrawal",
        id_name: "order_id",
        id: id.as_str(),
    };
    question::told(tx, now, asked, &about, permit.as_ref()).await
}
