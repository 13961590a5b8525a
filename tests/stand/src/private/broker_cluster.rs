//! Three nodes of RabbitMQ behind one address, as `deploy/k8s/components/broker` has them.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::{join_all, try_join_all};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Owned;
use crate::engine::{Engine as _, Stop};
use crate::rabbitmq::{self, Network};
use crate::switch::Switch;
use crate::{elsewhere, folder};

const NODES: usize = 3;

#[derive(Deserialize)]
struct Definitions {
    parameters: Vec<Policy>,
}

#[derive(Deserialize)]
struct Policy {
    component: String,
    name: String,
    value: Box<RawValue>,
}

/// A cluster nobody else uses, any node of which can be killed, started and cut off. Clients reach
/// it by one address, and come to its nodes in turn.
#[derive(Debug)]
pub struct BrokerCluster {
    nodes: Vec<Owned<rabbitmq::Server>>,
    network: Network,
    #[expect(dead_code, reason = "held: clients come through them")]
    doors: [Switch; 2],
    handle: rabbitmq::RabbitMq,
}

impl BrokerCluster {
    /// Makes and starts a new one; twenty seconds and 140 MB a node.
    ///
    /// # Errors
    /// When RabbitMQ is not installed or does not start.
    pub async fn create() -> Result<Self> {
        let mut servers: Vec<_> = (0..NODES)
            .map(|node| rabbitmq::Server::create(&format!("node{node}")))
            .collect::<Result<_>>()?;
        let network = Network::between(&mut servers).await?;
        let amqp: Vec<u16> = servers.iter().map(|server| server.port()).collect();
        let management: Vec<u16> = servers.iter().map(|one| one.management_port()).collect();
        let doors = [Switch::to(&amqp).await?, Switch::to(&management).await?];
        let first = servers.first().context("a cluster has a first node")?;
        let handle = first.handle_at(doors[0].port(), doors[1].port())?;
        let nodes = servers.into_iter().map(Owned::note);
        let mut cluster = Self {
            nodes: nodes.collect::<Result<_>>()?,
            network,
            doors,
            handle,
        };
        // Together, for they wait for each other; where one fails, all are removed.
        try_join_all(cluster.nodes.iter_mut().map(Owned::start_again)).await?;
        Ok(cluster)
    }

    /// What [`TestVhost::create_on`](crate::TestVhost::create_on) takes.
    #[must_use]
    pub fn handle(&self) -> &rabbitmq::RabbitMq {
        &self.handle
    }

    /// Gives a virtual host what `deploy/rabbitmq/policies.json` gives the real one.
    ///
    /// # Errors
    /// When the file cannot be read, or the management API does not take it.
    pub async fn impose_policies(&self, vhost: &str) -> Result<()> {
        let file = folder::checkout().join("deploy/rabbitmq/policies.json");
        let definitions: Definitions = serde_json::from_slice(&fs::read(file)?)?;
        for policy in &definitions.parameters {
            ensure!(policy.component == "operator_policy", "not an operator's");
            let management = self.handle.management();
            management
                .set_operator_policy(vhost, &policy.name, policy.value.get())
                .await?;
        }
        Ok(())
    }

    /// Stops one node as a power cut would.
    ///
    /// # Errors
    /// When its process cannot be ended.
    pub async fn kill_9(&mut self, node: usize) -> Result<()> {
        self.node(node)?.server.stop(Stop::Kill).await
    }

    /// Starts one node again, and returns once it serves clients.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&mut self, node: usize) -> Result<()> {
        self.node(node)?.start_again().await
    }

    /// Cuts one node off from the two others; its clients still reach it, and nobody is told.
    pub fn cut_off(&self, node: usize) {
        self.network.cut_off(node);
    }

    /// Lets a node that was cut off find the others again.
    pub fn mend(&self, node: usize) {
        self.network.mend(node);
    }

    /// Whether a node takes connections of clients: one that has paused itself does not.
    ///
    /// # Errors
    /// When there is no such node.
    pub async fn takes_clients(&self, node: usize) -> Result<bool> {
        let port = self.nodes.get(node).context("no such node")?.server.port();
        Ok(tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_ok())
    }

    /// Which node leads this queue at the moment.
    ///
    /// # Errors
    /// When nobody can tell, or no node that is ours.
    pub async fn leader(&self, vhost: &str, queue: &str) -> Result<usize> {
        let leader = self.handle.management().leader(vhost, queue).await?;
        let ours = |node: &Owned<rabbitmq::Server>| node.server.node_name() == leader;
        self.nodes.iter().position(ours).context("no node of ours")
    }

    fn node(&mut self, node: usize) -> Result<&mut Owned<rabbitmq::Server>> {
        self.nodes.get_mut(node).context("no such node")
    }
}

impl Drop for BrokerCluster {
    fn drop(&mut self) {
        let nodes = std::mem::take(&mut self.nodes);
        elsewhere::finish(async {
            let removed = join_all(nodes.into_iter().map(Owned::remove)).await;
            removed.into_iter().collect()
        });
    }
}
