//! TCP connections that a handler may cut in the middle of an answer.
//!
//! HTTP libraries do their best to answer politely, and a rude peer is just what the services
//! must survive. So the cut is made below HTTP: a handler says how many more bytes may leave,
//! and the write after them fails, which makes the server drop the connection.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A handler's hold on the connection its request came in on.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    address: SocketAddr,
    writable: Arc<AtomicUsize>,
}

impl Peer {
    /// Lets `bytes` more leave and then drops the connection; 0 drops it without an answer.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.writable.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.address.ip().to_canonical().is_loopback()
    }
}

/// Accepts connections that can be cut.
pub(crate) struct CuttableListener(pub(crate) TcpListener);

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CuttableStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Half an answer must leave before the cut, so nothing may wait to be joined.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "could not set TCP_NODELAY");
        }
        let peer = Peer {
            address,
            writable: Arc::new(AtomicUsize::new(usize::MAX)),
        };
        (CuttableStream { stream, peer }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().peer.clone()
    }
}

pub(crate) struct CuttableStream {
    stream: TcpStream,
    peer: Peer,
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let allowed = this.peer.writable.load(Ordering::Relaxed);
        if allowed == usize::MAX {
            return Pin::new(&mut this.stream).poll_write(context, bytes);
        }
        if allowed == 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let part = &bytes[..bytes.len().min(allowed)];
        let written = Pin::new(&mut this.stream).poll_write(context, part);
        if let Poll::Ready(Ok(count)) = written {
            this.peer.writable.store(allowed - count, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
