//! An epmd for one node: as much of its protocol as a node of RabbitMQ asks.
//!
//! The protocol is in "Distribution Protocol" of Erlang's run-time system, under "EPMD Protocol".
//! A name is known from the start and only its port is told, so nothing is kept of who registers:
//! a node that is not there refuses connections, as the wire to it does.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::ports::free_port;
use crate::switch::WIRES;

const ALIVE2_REQ: u8 = 120;
const ALIVE2_X_RESP: u8 = 118;
const PORT_PLEASE2_REQ: u8 = 122;
const PORT2_RESP: u8 = 119;
const NAMES_REQ: u8 = 110;

/// Tells one node where it finds the others.
#[derive(Debug)]
pub(super) struct Directory {
    port: u16,
    accepting: AbortHandle,
}

impl Directory {
    /// Listens on a free port; `ports` are by the part of a node's name before the `@`.
    pub(super) async fn telling(ports: BTreeMap<String, u16>) -> io::Result<Self> {
        let port = free_port();
        let listener = WIRES
            .spawn(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
            .await??;
        let accepting = WIRES
            .spawn(accept(listener, Arc::new(ports)))
            .abort_handle();
        Ok(Self { port, accepting })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, ports: Arc<BTreeMap<String, u16>>) {
    let mut asked = JoinSet::new();
    loop {
        while asked.try_join_next().is_some() {}
        if let Ok((node, _)) = listener.accept().await {
            asked.spawn(answer(node, Arc::clone(&ports)));
        }
    }
}

async fn answer(mut node: TcpStream, ports: Arc<BTreeMap<String, u16>>) -> io::Result<()> {
    let length = node.read_u16().await?;
    let mut question = vec![0; usize::from(length)];
    node.read_exact(&mut question).await?;
    match question.split_first() {
        Some((&ALIVE2_REQ, _)) => {
            // Result 0 and a creation, which tells one life of a node from the next.
            node.write_all(&[ALIVE2_X_RESP, 0]).await?;
            node.write_u32(creation()).await?;
            // A node counts as registered as long as this connection stands.
            node.read(&mut [0]).await.map(drop)
        }
        Some((&PORT_PLEASE2_REQ, name)) => node.write_all(&port_of(name, &ports)).await,
        // Nobody is named, behind the port that was asked: a node only looks whether its own name
        // is taken.
        Some((&NAMES_REQ, _)) => {
            let asked = node.local_addr()?.port();
            node.write_u32(u32::from(asked)).await
        }
        Some(_) | None => Ok(()),
    }
}

fn port_of(name: &[u8], ports: &BTreeMap<String, u16>) -> Vec<u8> {
    let port = std::str::from_utf8(name)
        .ok()
        .and_then(|name| ports.get(name));
    let Some(port) = port else {
        return vec![PORT2_RESP, 1];
    };
    let length = u16::try_from(name.len()).expect("a question is at most 65535 bytes long");
    let mut told = vec![PORT2_RESP, 0];
    told.extend(port.to_be_bytes());
    // An ordinary node, over TCP, of distribution versions 6 down to 5, and nothing extra.
    told.extend([77, 0, 0, 6, 0, 5]);
    told.extend(length.to_be_bytes());
    told.extend(name);
    told.extend(0_u16.to_be_bytes());
    told
}

/// Never 0 to 3, which are reserved, and hardly ever the same twice.
fn creation() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX) | 4
}
