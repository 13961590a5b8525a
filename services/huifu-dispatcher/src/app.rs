//! The wiring of huifu-dispatcher.

use std::sync::Arc;

use anyhow::Context as _;
use runtime::service::Service;

use crate::backlog;
use crate::balance::AskBalance;
use crate::dispatch::Dispatch;
use crate::huifu::{Huifu, Lane};
use crate::onboard::Onboard;
use crate::onboard::ask::Ask;
use crate::reconcile::Reconcile;
use crate::settings::DispatcherSettings;
use crate::statement::Statements;

/// Starts everything: the consumers, the loops that ask, and the relay of what all of them enqueue.
pub async fn start(service: Service<DispatcherSettings>) -> anyhow::Result<()> {
    let settings = &service.settings;
    let huifu = Huifu::new(&settings.huifu).context("the client of Huifu cannot be built")?;
    let huifu = Arc::new(huifu);
    let reconcile = Reconcile::new(
        service.store.clone(),
        Arc::clone(&huifu),
        settings.reconcile.clone(),
    );
    let stopping = service.stopping.clone();
    service
        .tasks
        .spawn("reconcile", async move { reconcile.run(&stopping).await });
    let lane = Lane::new(Arc::clone(&huifu), settings.onboard.concurrency);
    let lane = lane.shown_as("huifu_onboard");
    let ask = Ask::new(service.store.clone(), lane.clone(), &settings.onboard);
    let stopping = service.stopping.clone();
    service
        .tasks
        .spawn("ask", async move { ask.run(&stopping).await });
    let statements = Statements::new(
        service.store.clone(),
        Arc::clone(&huifu),
        settings.statement.clone(),
        settings.signing.clone(),
    );
    let statements = statements.context("the client for statement files cannot be built")?;
    let stopping = service.stopping.clone();
    service
        .tasks
        .spawn("statements", async move { statements.run(&stopping).await });
    let looking = backlog::run(service.store.clone(), service.stopping.clone());
    service.tasks.spawn("backlog", looking);
    service.consume(AskBalance::new(
        service.store.clone(),
        Lane::new(Arc::clone(&huifu), settings.balance.concurrency).shown_as("huifu_balance"),
        settings.balance.clone(),
        service.stopping.clone(),
    ));
    service.consume(Onboard::new(
        service.store.clone(),
        lane,
        settings.onboard.clone(),
        service.stopping.clone(),
    ));
    service.consume(Dispatch::new(
        service.store.clone(),
        huifu,
        settings.dispatch.clone(),
        service.stopping.clone(),
    ));
    service.relay();
    Ok(())
}
