//! `opsctl withdrawal ask`: the next question to Huifu is due now.
//!
//! It only asks: what the answer changes is decided as always, and the answer may be the old one. A
//! dry run does the same in a transaction that is rolled back.

use anyhow::bail;
use clap::Args;
use contract::ids::WithdrawalId;
use runtime::clock;
use serde_json::json;
use store::attempts::{self, Asked};
use store::dead_letters::Decision;
use store::{Connection, audit};

use crate::beijing;
use crate::output::Report;
use crate::permit::{Permit, PermitArgs};

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The partner's order_id
    order_id: WithdrawalId,
    #[command(flatten)]
    permit: PermitArgs,
}

/// What stands in the rows of a dry run until they are rolled back.
const NOBODY: Decision<'static> = Decision {
    by: "dry run",
    reason: "dry run",
};

pub(crate) async fn run(ask: &Ask, connection: &mut Connection) -> anyhow::Result<Report> {
    let permit = ask.permit.permit()?;
    let decision = permit.as_ref().map_or(NOBODY, Permit::decision);
    let order_id = &ask.order_id;
    let now = clock::now();
    let tx = connection.begin("opsctl: ask about withdrawal").await?;
    let req_seq_id = match attempts::ask_now(&tx, now, order_id, &decision).await? {
        Asked::Due(req_seq_id) => req_seq_id,
        Asked::UnderWay(at) => bail!(
            "its attempt may still be on its way; it is asked about by itself at {}",
            beijing::shown(at)
        ),
        Asked::NeverThere => {
            bail!("nothing of {order_id} was ever at Huifu: there is nothing to ask")
        }
        Asked::Unknown => bail!("there is no withdrawal {order_id}"),
    };
    let json = json!({
        "dry_run": permit.is_none(), "order_id": order_id, "req_seq_id": req_seq_id,
    });
    let mut lines = vec![match &permit {
        Some(_) => format!("Huifu is asked about {req_seq_id} within seconds."),
        None => format!("Huifu would be asked about {req_seq_id}."),
    }];
    if let Some(permit) = &permit {
        let subject = format!("withdrawal {order_id}");
        let detail = json!({ "req_seq_id": req_seq_id });
        audit::append(&tx, now, &permit.act("withdrawal.ask", &subject, &detail)).await?;
        tx.commit().await?;
        lines.push(format!(
            "What it says stands on the timeline: opsctl withdrawal show {order_id}"
        ));
    } else {
        lines.push("Nothing was changed. Add --yes and --reason TEXT to do it.".to_owned());
    }
    Ok(Report::new(json).line(lines.join("\n")))
}
