//! What a node is told in files: its user, its plug-ins, and of a cluster its peers.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{Server, USER};
use crate::secret;

/// What `deploy/k8s/components/broker/broker.yaml` says too; a test below compares them.
pub(crate) const OF_A_CLUSTER: [&str; 3] = [
    "cluster_partition_handling = pause_minority",
    "queue_leader_locator = balanced",
    "net_ticktime = 15",
];

pub(super) const CERTIFICATE: &str = "certificate.pem";
pub(super) const KEY: &str = "key.pem";

/// What makes a node one of several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Membership {
    peers: Vec<String>,
    cookie: String,
    password: String,
    /// Where it asks for the others' ports.
    directory: u16,
}

impl Membership {
    /// What is the same for all of these nodes.
    pub(crate) fn of(peers: Vec<String>) -> Self {
        Self {
            peers,
            cookie: secret::random_hex(16),
            password: secret::random_hex(16),
            directory: 0,
        }
    }

    /// The same for one node, which asks here for the others' ports.
    pub(crate) fn asking(&self, directory: u16) -> Self {
        Self {
            directory,
            ..self.clone()
        }
    }
}

impl Server {
    /// Its name among Erlang's nodes.
    pub(crate) fn node_name(&self) -> String {
        format!("tixian-{}@localhost", self.instance)
    }

    /// Where other nodes reach it.
    pub(crate) fn distribution_port(&self) -> u16 {
        self.ports.distribution
    }

    /// Makes it one node of several, before its first start. They have their users in common, so
    /// whichever of them makes the user gives it the same password.
    pub(crate) fn join(&mut self, membership: Membership) {
        self.ports.epmd = membership.directory;
        self.password.clone_from(&membership.password);
        self.membership = Some(membership);
    }

    /// Where its management API is.
    pub(crate) fn management_port(&self) -> u16 {
        self.ports.management
    }

    pub(super) fn write_configuration(&self) -> Result<()> {
        fs::create_dir_all(self.folder.join("log"))?;
        let mut configuration = format!(
            "default_user = {USER}\n\
             default_pass = {}\n\
             loopback_users.{USER} = true\n\
             management.tcp.ip = 127.0.0.1\n\
             management.tcp.port = {}\n\
             log.console = false\n",
            self.password, self.ports.management
        );
        if self.tls {
            configuration.push_str(&self.tls_alone()?);
        }
        if let Some(membership) = &self.membership {
            configuration.push_str(&membership.configuration()?);
            self.write_cookie(&membership.cookie)?;
        }
        secret::write(&self.folder.join("rabbitmq.conf"), configuration.as_bytes())?;
        secret::write(
            &self.folder.join("enabled_plugins"),
            b"[rabbitmq_management].\n",
        )?;
        secret::write(&self.folder.join("environment.conf"), b"")?;
        secret::write(&self.folder.join("advanced.config"), b"[].\n")
    }

    fn tls_alone(&self) -> Result<String> {
        let mut lines = "listeners.tcp = none\n".to_owned();
        writeln!(lines, "listeners.ssl.1 = 127.0.0.1:{}", self.ports.amqp)?;
        for (name, file) in [("certfile", CERTIFICATE), ("keyfile", KEY)] {
            let path = self.folder.join(file);
            writeln!(lines, "ssl_options.{name} = {}", path.display())?;
        }
        Ok(lines)
    }

    /// Erlang wants it readable by its owner alone; it is written once, for it is then read-only.
    fn write_cookie(&self, cookie: &str) -> Result<()> {
        let path = self.folder.join(".erlang.cookie");
        if !path.exists() {
            secret::write(&path, cookie.as_bytes())?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o400))?;
        }
        Ok(())
    }
}

impl Membership {
    fn configuration(&self) -> Result<String> {
        let mut lines = String::new();
        for line in OF_A_CLUSTER {
            writeln!(lines, "{line}")?;
        }
        writeln!(
            lines,
            "cluster_formation.peer_discovery_backend = classic_config"
        )?;
        for (place, peer) in self.peers.iter().enumerate() {
            writeln!(
                lines,
                "cluster_formation.classic_config.nodes.{} = {peer}",
                place + 1
            )?;
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_here_is_told_what_the_real_one_is_told() {
        let manifest = "deploy/k8s/components/broker/broker.yaml";
        let manifest = fs::read_to_string(crate::folder::checkout().join(manifest)).unwrap();
        for line in OF_A_CLUSTER {
            assert!(manifest.lines().any(|said| said.trim() == line), "{line}");
        }
    }
}
