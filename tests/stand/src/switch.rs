//! One address for several servers, as a Service of Kubernetes is, and a wire that can be frozen.
//!
//! It knows nothing of what passes. A new connection goes to the next of its targets in turn, and
//! is closed at once where nobody listens there; one that stands stays with its target whatever
//! the switch is told later. Frozen, it does what a cut cable does: bytes are neither passed nor
//! refused, and neither end is told. What was on its way is passed on once it is thawed.

use std::io;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use crate::ports::free_port;

/// A test's own runtime stands still while something is dropped; what passes here must not.
pub(crate) static WIRES: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("wires")
        .enable_all()
        .build()
        .expect("a process that runs tests can start one more thread")
});

const BUFFER: usize = 16 * 1024;

/// A port on loopback whose connections are passed on. Dropping it closes them.
#[derive(Debug)]
pub struct Switch {
    port: u16,
    targets: watch::Sender<Vec<u16>>,
    open: watch::Sender<bool>,
    accepting: AbortHandle,
}

impl Switch {
    /// Listens on a free port, and passes connections on to `targets` in turn.
    ///
    /// # Errors
    /// When somebody has taken the port meanwhile.
    pub async fn to(targets: &[u16]) -> io::Result<Self> {
        let port = free_port();
        let listener = WIRES
            .spawn(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
            .await??;
        let (targets, told) = watch::channel(targets.to_vec());
        let (open, flow) = watch::channel(true);
        let accepting = WIRES.spawn(accept(listener, told, flow)).abort_handle();
        Ok(Self {
            port,
            targets,
            open,
            accepting,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where connections go that are made from here on.
    pub fn point_to(&self, targets: &[u16]) {
        self.targets.send_replace(targets.to_vec());
    }

    /// Lets nothing pass any more, and tells nobody.
    pub fn freeze(&self) {
        self.open.send_replace(false);
    }

    /// Lets everything pass again, and first what has waited.
    pub fn thaw(&self) {
        self.open.send_replace(true);
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        // The connections belong to that task, and end with it.
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    targets: watch::Receiver<Vec<u16>>,
    flow: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    for turn in 0_usize.. {
        while connections.try_join_next().is_some() {}
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        let target = {
            let targets = targets.borrow();
            let next = turn.checked_rem(targets.len());
            next.and_then(|next| targets.get(next).copied())
        };
        // Without a target the connection is closed, and so is one that nobody takes there.
        if let Some(target) = target {
            connections.spawn(pass_on(client, target, flow.clone()));
        }
    }
}

async fn pass_on(
    client: TcpStream,
    target: u16,
    mut flow: watch::Receiver<bool>,
) -> io::Result<()> {
    thawed(&mut flow).await?;
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Who hangs up on one side is gone for the other.
    tokio::select! {
        ended = pump(from_client, to_server, flow.clone()) => ended,
        ended = pump(from_server, to_client, flow) => ended,
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut flow: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = from.read(&mut buffer).await;
        // An end is news too, and news does not pass.
        thawed(&mut flow).await?;
        let read = buffer.get(..count?).unwrap_or_default();
        if read.is_empty() {
            return Ok(());
        }
        to.write_all(read).await?;
    }
}

async fn thawed(flow: &mut watch::Receiver<bool>) -> io::Result<()> {
    let open = flow.wait_for(|open| *open).await;
    open.map(drop).map_err(io::Error::other)
}
