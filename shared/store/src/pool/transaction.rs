//! A transaction: begun with its first statement, ended in plain sight.
//!
//! What a newcomer would get wrong: `begin` is no journey of its own to the server. It travels with
//! the first statement, and the server runs one after the other; a transaction that is given no
//! statement never existed. Statements that do not need each other's answers travel together too
//! (`try_join!`).
//!
//! **Invariant:** they run in the order in which they were first polled, also where one of them has
//! to be prepared first. Who locks what in which order depends on it.

use std::pin::pin;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::sync::{Mutex, Notify};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

use crate::StoreError;
use crate::progress::Moved;

/// A transaction. Dropping it without [`Transaction::commit`] rolls it back.
pub struct Transaction<'a> {
    client: &'a deadpool_postgres::Client,
    name: &'static str,
    outbox: &'a Notify,
    /// Whether the server knows of it. Held by whoever is sending a statement.
    begun: Mutex<bool>,
    // Atomic only so that statements can be pipelined through a shared reference.
    enqueued: AtomicBool,
    /// Counted once it is durable.
    moved: std::sync::Mutex<Vec<Moved>>,
}

impl<'a> Transaction<'a> {
    /// Nothing is sent yet. The connection must be the caller's alone for as long as this lives.
    pub(super) fn new(
        client: &'a mut deadpool_postgres::Client,
        name: &'static str,
        outbox: &'a Notify,
    ) -> Self {
        Self {
            client,
            name,
            outbox,
            begun: Mutex::new(false),
            enqueued: AtomicBool::new(false),
            moved: std::sync::Mutex::default(),
        }
    }

    /// The name it was begun with.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Makes everything in it durable, wakes the relay if there are messages in it, and counts the
    /// money that it moved.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if std::mem::take(self.begun.get_mut()) {
            self.client.batch_execute("commit").await?;
        }
        if self.enqueued.load(Ordering::Relaxed) {
            self.outbox.notify_one();
        }
        let moved = self.moved.get_mut().unwrap_or_else(PoisonError::into_inner);
        moved.drain(..).for_each(Moved::tell);
        Ok(())
    }

    pub(crate) fn mark_enqueued(&self) {
        self.enqueued.store(true, Ordering::Relaxed);
    }

    pub(crate) fn count_at_commit(&self, moved: Moved) {
        let mut waiting = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(moved);
    }

    pub(crate) async fn execute(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, StoreError> {
        let run = |statement| async move { self.client.execute(&statement, parameters).await };
        self.in_turn(sql, run).await
    }

    pub(crate) async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let run = |statement| async move { self.client.query(&statement, parameters).await };
        self.in_turn(sql, run).await
    }

    pub(crate) async fn query_opt(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, StoreError> {
        let run = |statement| async move { self.client.query_opt(&statement, parameters).await };
        self.in_turn(sql, run).await
    }

    pub(crate) async fn query_one(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Row, StoreError> {
        let run = |statement| async move { self.client.query_one(&statement, parameters).await };
        self.in_turn(sql, run).await
    }

    /// Sends the statement when all that came before have been sent, and waits for its answer
    /// beside whatever comes next.
    async fn in_turn<T, F>(
        &self,
        sql: &str,
        run: impl FnOnce(Statement) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut begun = self.begun.lock().await;
        let statement = self.client.prepare_cached(sql).await?;
        let first = !*begun;
        let begin = async {
            if first {
                self.client.batch_execute("begin").await?;
            }
            Ok(())
        };
        let mut answer = pin!(async { tokio::try_join!(biased; begin, run(statement)) });
        // The first poll sends both; if this is dropped from here on, there is something to undo.
        *begun = true;
        let polled =
            std::future::poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
        drop(begun);
        let ((), answer) = match polled {
            Poll::Ready(answer) => answer?,
            Poll::Pending => answer.await?,
        };
        Ok(answer)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if *self.begun.get_mut() {
            // The first poll sends it. Nobody waits for the answer: whatever the connection is used
            // for next is run after it.
            let rollback = pin!(self.client.batch_execute("rollback"));
            let _ = rollback.poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}
