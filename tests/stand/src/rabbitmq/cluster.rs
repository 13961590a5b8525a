//! What the nodes of one cluster have in common, and the wires between them.
//!
//! Erlang's nodes find each other through epmd, which says on which port a name listens. Each node
//! here asks a directory of its own, and is told a port of ours: so each direction between two
//! nodes is a wire that can be frozen. No rule of a firewall is needed for it, nor root.

mod directory;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::Server;
use super::server::Membership;
use crate::switch::Switch;
use directory::Directory;

/// The network of one cluster. It must live as long as its nodes do.
#[derive(Debug)]
pub(crate) struct Network {
    /// By the place of the node that calls, then of the one that is called.
    wires: BTreeMap<(usize, usize), Switch>,
    #[expect(dead_code, reason = "held: nodes ask them as long as they run")]
    directories: Vec<Directory>,
}

impl Network {
    /// Makes one cluster of servers that have not been started yet.
    pub(crate) async fn between(servers: &mut [Server]) -> Result<Self> {
        let nodes: Vec<(String, u16)> = servers
            .iter()
            .map(|server| (server.node_name(), server.distribution_port()))
            .collect();
        let peers = nodes.iter().map(|(name, _)| name.clone()).collect();
        let cluster = Membership::of(peers);
        let (mut wires, mut directories) = (BTreeMap::new(), Vec::new());
        for (caller, server) in servers.iter_mut().enumerate() {
            let mut ports = BTreeMap::new();
            for (called, (name, port)) in nodes.iter().enumerate() {
                let (alive, _) = name.split_once('@').context("a node's name has a host")?;
                if caller == called {
                    ports.insert(alive.to_owned(), *port);
                    continue;
                }
                let wire = Switch::to(&[*port]).await?;
                ports.insert(alive.to_owned(), wire.port());
                wires.insert((caller, called), wire);
            }
            let directory = Directory::telling(ports).await?;
            server.join(cluster.asking(directory.port()));
            directories.push(directory);
        }
        Ok(Self { wires, directories })
    }

    /// Cuts one node off from all others: bytes between them get lost, and nobody is told.
    pub(crate) fn cut_off(&self, node: usize) {
        self.of(node).for_each(Switch::freeze);
    }

    /// Mends what [`cut_off`](Self::cut_off) cut.
    pub(crate) fn mend(&self, node: usize) {
        self.of(node).for_each(Switch::thaw);
    }

    fn of(&self, node: usize) -> impl Iterator<Item = &Switch> {
        let wires = self.wires.iter();
        wires
            .filter(move |((caller, called), _)| *caller == node || *called == node)
            .map(|(_, wire)| wire)
    }
}
