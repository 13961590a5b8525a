//! Whether a story ended as it must: our rows, Huifu's book and the shop's notices must agree.

use anyhow::{Context as _, Result, bail};
use sandbox::Fen;
use sandbox::huifu::Payment;
use serde_json::Value;

use super::person::Asked;
use super::stage::Stage;
use super::{SOON, dead_lettered, failed, paid};
use crate::eventually::try_eventually;

/// How a story must end.
pub(super) struct Expected {
    /// Our state.
    pub(super) state: &'static str,
    /// What the shop is told: `1` succeeded, `0` failed.
    pub(super) status: &'static str,
    /// Deliveries the shop did not accept before the one that it did.
    pub(super) refused_notices: usize,
}

/// Compares the three, once our last row is written.
pub(super) async fn check(
    stage: &Stage,
    amount: &str,
    asked: &Asked,
    expected: &Expected,
) -> Result<()> {
    let row = delivered(stage, &asked.order_id).await?;
    let mut wrong = Vec::new();
    let mut must = |what: &str, seen: &str, wanted: &str| {
        if seen != wanted {
            wrong.push(format!("{what} is {seen:?}, not {wanted:?}"));
        }
    };
    must("our state", text(&row["state"]), expected.state);
    must("our fee", text(&row["fee"]), &asked.offer.fee);
    must(
        "our arrival",
        text(&row["arrival_money"]),
        &asked.offer.arrival,
    );

    let book = stage.huifu.book().await?;
    let payments: Vec<&Payment> = book
        .payments
        .iter()
        .filter(|one| one.cash_amt.to_string() == amount)
        .collect();
    let [payment] = payments[..] else {
        bail!("Huifu has {} payments of {amount}", payments.len());
    };
    let serial = text(&row["attempts"][0]["req_seq_id"]);
    must("the serial at Huifu", &payment.key.req_seq_id, serial);
    must("executions at Huifu", &payment.executions.to_string(), "1");
    must("requests at Huifu", &payment.requests.to_string(), "1");
    must(
        "the fee at Huifu",
        &payment.fee_amt.to_string(),
        &asked.offer.fee,
    );
    let gone = if expected.status == "1" {
        payment.cash_amt
    } else {
        Fen(0)
    };
    must(
        "what left the account",
        &payment.outstanding().to_string(),
        &gone.to_string(),
    );

    let notices = stage.shop.notices(&asked.order_id).await?;
    let (accepted, refused): (Vec<_>, Vec<_>) = notices.iter().partition(|one| one.accepted);
    must("accepted notices", &accepted.len().to_string(), "1");
    must(
        "refused notices",
        &refused.len().to_string(),
        &expected.refused_notices.to_string(),
    );
    if let [notice] = accepted[..] {
        must("the shop's status", &notice.status, expected.status);
        must("the shop's fee", &notice.fee, &asked.offer.fee);
        must("the shop's arrival", &notice.arrival, &asked.offer.arrival);
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("order {}: {}", asked.order_id, wrong.join("; "))
}

/// What the whole comes to, once all stories are told.
pub(super) async fn of_everything(stage: &Stage) -> Result<[String; 3]> {
    let book = stage.huifu.book().await?;
    let mut wrong = book.audit();
    let stories = [paid::AMOUNT, failed::AMOUNT, dead_lettered::AMOUNT];
    if book.payments.len() != stories.len() {
        wrong.push(format!("Huifu has {} payments", book.payments.len()));
    }
    for list in [&["dead-letter", "list"][..], &["case", "list"]] {
        let open = stage.opsctl.json(list).await?;
        if open.as_array().is_none_or(|open| !open.is_empty()) {
            wrong.push(format!("`opsctl {}` is not empty: {open}", list.join(" ")));
        }
    }
    if !wrong.is_empty() {
        bail!("not as it must be: {}", wrong.join("; "));
    }
    let executions = book.payments.iter().map(|one| one.executions);
    let notices = stage.shop.all_notices().await?;
    let accepted = notices.iter().filter(|one| one.accepted).count();
    Ok([
        format!(
            "Huifu's book is sound: {} payments, {} executions, 1 booked back",
            book.payments.len(),
            executions.sum::<u32>()
        ),
        format!(
            "The shop verified {accepted} notices and hung up on {}",
            notices.len() - accepted
        ),
        "No dead letter and no case is open".to_owned(),
    ])
}

/// The shop has its notice before we have written down that it has.
async fn delivered(stage: &Stage, order_id: &str) -> Result<Value> {
    try_eventually(SOON, "the delivery to be written down", async || {
        let row = stage.opsctl.json(&["withdrawal", "show", order_id]).await?;
        let notices = row["notices"].as_array().cloned().unwrap_or_default();
        let delivered = notices.iter().all(|one| !one["delivered_at"].is_null());
        (delivered && !notices.is_empty())
            .then(|| row.clone())
            .with_context(|| row["notices"].to_string())
    })
    .await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
