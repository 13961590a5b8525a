//! After every test: do our rows, Huifu's book and the partner's notices tell the same story?

mod applications;
mod events;
mod headers;
mod secrets;

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use contract::ids::WithdrawalId;
use contract::withdrawal::{State, Withdrawal};
use sandbox::huifu::BookSnapshot;
use sandbox::partner::Notice;
use store::notices::NoticeState;

use crate::scene::{PATIENCE, Scene};

pub(crate) use headers::stay_out_of_requests;
pub(crate) use secrets::{see_messages, stay_out_of_logs, stay_out_of_rows, stay_out_of_traces};

/// Waits until no message is due and no withdrawal that can move by itself is open. What an
/// operator holds back stays where it is.
pub(crate) async fn settles(scene: &Scene) {
    stand::eventually(PATIENCE, "everything to come to rest", async || {
        let sql = scene.sql().await.map_err(|error| format!("{error:#}"))?;
        let row = sql
            .query_one(
                "select (select count(*) from outbox
                           left join lanes on lanes.id = outbox.lane_id
                          where lanes.held_at is null),
                        (select count(*) from withdrawals
                          where state in ('accepted', 'dispatching', 'submitted', 'unconfirmed')
                            and not held),
                        (select count(*) from applications
                          where state in ('received', 'sending', 'submitted') and not held)",
                &[],
            )
            .await
            .map_err(|error| error.to_string())?;
        let open: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
        (open == [0; 3]).then_some(()).ok_or(format!(
            "{open:?} messages, withdrawals and applications are open"
        ))
    })
    .await;
}

/// Compares everything that was written down, here and elsewhere.
pub(crate) async fn agrees(scene: &Scene) -> Result<()> {
    let (book, heard) = (scene.huifu.book(), scene.partner.notices());
    let ids = scene
        .sql()
        .await?
        .query("select id from withdrawals", &[])
        .await?;
    let mut ours = BTreeSet::new();
    for row in &ids {
        let id: WithdrawalId = row.get::<_, &str>(0).parse()?;
        let serials = serials(scene, &id).await?;
        let withdrawal = scene.find(&id).await?;
        paid_as_it_says(&withdrawal, &serials, &book)?;
        told_as_it_is(scene, &withdrawal, &heard).await?;
        timeline_is_whole(scene, &withdrawal).await?;
        ours.extend(serials);
    }
    for payment in &book.payments {
        ensure!(
            ours.contains(&payment.key.req_seq_id),
            "Huifu has a payment that is not ours"
        );
        ensure!(
            payment.executions <= 1,
            "{} was paid twice",
            payment.key.req_seq_id
        );
    }
    applications::agree(scene, &book, &heard).await?;
    events::are_whole(scene).await?;
    for notice in &heard {
        ensure!(
            notice.verdict.is_good(),
            "the partner was sent a bad notice: {notice:?}"
        );
    }
    Ok(())
}

async fn serials(scene: &Scene, id: &WithdrawalId) -> Result<Vec<String>> {
    let connection = scene.store.connection().await?;
    let attempts = store::attempts::of(&connection, id).await?;
    Ok(attempts
        .into_iter()
        .map(|attempt| attempt.req_seq_id.to_string())
        .collect())
}

/// Never pays twice, and never says what is not so.
fn paid_as_it_says(withdrawal: &Withdrawal, serials: &[String], book: &BookSnapshot) -> Result<()> {
    let id = &withdrawal.request.id;
    let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
    let executions = book.executions(&serials);
    ensure!(executions <= 1, "{id} was paid {executions} times");
    let payments: Vec<_> = book
        .payments
        .iter()
        .filter(|p| serials.contains(&p.key.req_seq_id.as_str()))
        .collect();
    let amount = withdrawal.request.amount.get();
    for payment in &payments {
        ensure!(
            payment.cash_amt.0 == amount,
            "{id} was paid with another amount"
        );
    }
    let is_paid = payments.iter().any(|payment| payment.is_paid());
    let says = withdrawal.state;
    let agrees = match says {
        State::Paid | State::Returned => is_paid,
        State::Failed => payments.iter().all(|payment| payment.outstanding().0 == 0),
        State::Draft | State::Cancelled | State::Expired => serials.is_empty(),
        // Open, and we do not say how it will end.
        State::Accepted | State::Dispatching | State::Submitted | State::Unconfirmed => true,
    };
    ensure!(agrees, "{id} says {}, Huifu's book does not", says.as_str());
    Ok(())
}

/// Never forgets, never lies: each end has its notice, and the partner heard exactly that.
async fn told_as_it_is(scene: &Scene, withdrawal: &Withdrawal, heard: &[Notice]) -> Result<()> {
    let id = &withdrawal.request.id;
    let connection = scene.store.connection().await?;
    let notices = store::notices::of(&connection, id).await?;
    let owed = match withdrawal.state {
        State::Paid | State::Failed => 1,
        State::Returned => 2,
        State::Draft
        | State::Accepted
        | State::Dispatching
        | State::Submitted
        | State::Unconfirmed
        | State::Cancelled
        | State::Expired => 0,
    };
    ensure!(
        notices.len() == owed,
        "{id} has {} notices, not {owed}",
        notices.len()
    );
    for notice in notices {
        let of_this = |one: &&Notice| one.notice_id == notice.id.as_str();
        // Another shop than the sandbox's keeps its own books, and its test looks at them.
        let is_sandboxs = withdrawal
            .request
            .notify_url
            .starts_with(&scene.partner.base_url);
        let was_accepted = !is_sandboxs || heard.iter().filter(of_this).any(|one| one.accepted);
        match notice.state {
            NoticeState::Delivered => ensure!(was_accepted, "{id}: delivered, but not heard"),
            NoticeState::DeadLettered => {}
            NoticeState::Pending => bail!("{id}: a notice is still pending"),
        }
        for one in heard.iter().filter(of_this) {
            let truth = (
                id.as_str(),
                notice.outcome.status(),
                withdrawal.request.amount.to_string(),
            );
            let told = (
                one.order_id.as_str(),
                one.status.as_str(),
                one.money.clone(),
            );
            ensure!(
                truth == told,
                "{id}: the partner heard {told:?}, true is {truth:?}"
            );
        }
    }
    Ok(())
}

async fn timeline_is_whole(scene: &Scene, withdrawal: &Withdrawal) -> Result<()> {
    let id = &withdrawal.request.id;
    let connection = scene.store.connection().await?;
    let mut stands = None;
    for entry in store::timeline::of(&connection, id).await? {
        if let Some(to) = entry.to_state {
            ensure!(
                entry.from_state == stands,
                "{id}: the timeline has a gap before {}",
                entry.event
            );
            stands = Some(to);
        }
    }
    ensure!(
        stands == Some(withdrawal.state),
        "{id}: the timeline ends elsewhere"
    );
    Ok(())
}
