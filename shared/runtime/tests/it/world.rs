//! A database and a virtual host for one test, and a handler that does as it is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::message::{Envelope, Message as _, WithdrawalAccepted};
use contract::topology::{DISPATCH, Queue};
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use runtime::amqp::{Handler, HandlerError, Link, Outgoing, Publisher, Verdict as _};
use runtime::service::{Running, Service, start_in_process};
use runtime::settings::{BrokerSettings, Env, Secret};
use runtime::{clock, ids};
use stand::{RabbitMq, TestDatabase, TestVhost};
use store::dead_letters::{self, DeadLetter, Filter};
use store::{Store, outbox};
use uuid::Uuid;

/// Above everything that a test waits for, on a machine that is compiling something else.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) vhost: TestVhost,
    pub(crate) store: Store,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(stand::rabbitmq().await.unwrap()).await
    }

    pub(crate) async fn on(broker: &RabbitMq) -> Self {
        let database = TestDatabase::create().await.unwrap();
        let vhost = TestVhost::create_on(broker).await.unwrap();
        let store = Store::new(database.url(), 4, "test").unwrap();
        Self {
            database,
            vhost,
            store,
        }
    }

    pub(crate) fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("DATABASE_URL", self.database.url().to_owned()),
            ("DATABASE_POOL_SIZE", "6".to_owned()),
            ("AMQP_URL", self.vhost.amqp_url().to_owned()),
            ("ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
            ("LOG_LEVEL", "warn".to_owned()),
        ]
    }

    /// A service that relays, and handles with `handler` if there is one.
    pub(crate) async fn start(
        &self,
        handler: Option<Obedient>,
        more: &[(&'static str, &str)],
    ) -> Running {
        let mut env = self.env();
        env.extend(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let start = async move |service: Service<()>| {
            service.relay();
            if let Some(handler) = handler {
                service.consume(handler);
            }
            Ok(())
        };
        start_in_process("test-service", Env::new(env), start)
            .await
            .unwrap()
    }

    /// Writes a message that is due now.
    pub(crate) async fn enqueue(&self) -> Uuid {
        let envelope = envelope();
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: enqueue").await.unwrap();
        outbox::enqueue(&tx, &envelope, envelope.at).await.unwrap();
        outbox::notify(&tx).await.unwrap();
        tx.commit().await.unwrap();
        envelope.message_id
    }

    /// Whether somebody still has the duty to carry the message out.
    pub(crate) async fn is_open(&self, message_id: Uuid) -> bool {
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: look").await.unwrap();
        // Rolled back when dropped.
        outbox::settle(&tx, message_id).await.unwrap()
    }

    pub(crate) async fn dead_letters(&self) -> Vec<DeadLetter> {
        let connection = self.store.connection().await.unwrap();
        dead_letters::page(&connection, &Filter::default(), 0, 100)
            .await
            .unwrap()
    }

    /// How many messages wait in a queue; `None` if there is no such queue.
    pub(crate) async fn waiting(&self, queue: &str) -> Option<u32> {
        let properties = lapin::ConnectionProperties::default();
        let connection = lapin::Connection::connect(self.vhost.amqp_url(), properties)
            .await
            .ok()?;
        let channel = connection.create_channel().await.ok()?;
        let options = QueueDeclareOptions::durable().passive();
        let declared = channel
            .queue_declare(queue.into(), options, FieldTable::default())
            .await;
        declared.ok().map(|queue| queue.message_count())
    }

    /// A connection of the bare driver, for what no service of ours would do.
    pub(crate) async fn connect(&self) -> lapin::Connection {
        let properties = lapin::ConnectionProperties::default();
        lapin::Connection::connect(self.vhost.amqp_url(), properties)
            .await
            .unwrap()
    }

    pub(crate) fn publisher(&self) -> Publisher {
        let url = Secret::new(self.vhost.amqp_url());
        let link = Link::new(BrokerSettings::at(url), "test publish");
        Publisher::new(Arc::new(link), "test")
    }
}

pub(crate) fn envelope() -> Envelope<WithdrawalAccepted> {
    Envelope {
        message_id: ids::new_message_id(),
        at: clock::now(),
        causation_id: None,
        traceparent: None,
        body: WithdrawalAccepted {
            withdrawal_id: ids::new_withdrawal_id(),
        },
    }
}

pub(crate) fn outgoing(queue: &Queue) -> Outgoing {
    let envelope = envelope();
    Outgoing {
        message_id: envelope.message_id,
        exchange: queue.exchange.name.to_owned(),
        routing_key: queue.routing_key.to_owned(),
        message_type: WithdrawalAccepted::TYPE.to_owned(),
        correlation_id: envelope.body.withdrawal_id.to_string(),
        causation_id: None,
        traceparent: None,
        at: envelope.at,
        body: serde_json::to_string(&envelope.body).unwrap(),
    }
}

pub(crate) const QUEUE: Queue = DISPATCH;

/// What to do with a delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    Requeue,
    Panic,
    DeadLetter,
}

/// Follows its orders, one a delivery, and afterwards settles what it is given.
#[derive(Clone)]
pub(crate) struct Obedient {
    store: Store,
    orders: Arc<Mutex<Vec<Order>>>,
    calls: Arc<AtomicUsize>,
    settled: Arc<AtomicUsize>,
}

impl Obedient {
    pub(crate) fn new(world: &World, orders: &[Order]) -> Self {
        let orders = orders.iter().rev().copied().collect();
        Self {
            store: world.store.clone(),
            orders: Arc::new(Mutex::new(orders)),
            calls: Arc::default(),
            settled: Arc::default(),
        }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Messages carried out: each is counted once, however often it was delivered.
    pub(crate) fn settled(&self) -> usize {
        self.settled.load(Ordering::SeqCst)
    }

    async fn settle(&self, message_id: Uuid) -> Result<bool, store::StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("test: settle").await?;
        let mine = outbox::settle(&tx, message_id).await?;
        tx.commit().await?;
        Ok(mine)
    }
}

impl Handler for Obedient {
    type Message = WithdrawalAccepted;

    async fn handle(&self, envelope: Envelope<WithdrawalAccepted>) -> Result<(), HandlerError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let order = self.orders.lock().unwrap().pop();
        match order {
            Some(Order::Requeue) => {
                return Err(anyhow::anyhow!("as the test wants")).or_requeue();
            }
            Some(Order::Panic) => panic!("as the test wants"),
            Some(Order::DeadLetter) => return Err(HandlerError::dead_letter("as the test wants")),
            None => {}
        }
        if self.settle(envelope.message_id).await.or_requeue()? {
            self.settled.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }
}
