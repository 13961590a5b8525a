//! Makes a connection: guarded lookup, TCP, TLS, each measured and each failing as itself.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use contract::partner::url::{LoopbackHttp, PartnerUrl};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig};
use tokio_util::task::AbortOnDropHandle;

use super::error_class::Undelivered;
use super::timings::{Stage, Stopwatch};
use crate::url_guard;

/// How long an address is waited for before the next one is tried beside it (RFC 8305 advises a
/// quarter of a second): a name with a dead IPv6 address costs this, not a time-out.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// A name has one or two addresses, a large one eight.
const MOST_ADDRESSES: usize = 8;

/// Of an answer's head. Far more than `success` needs, far less than would hurt.
const MOST_HEAD_BYTES: usize = 64 * 1024;

/// A connection to a partner. Dropping it closes it, whatever is under way on it.
pub(super) struct Link {
    pub(super) sender: SendRequest<Full<Bytes>>,
    pub(super) address: SocketAddr,
    pub(super) certificate: Option<Arc<[u8]>>,
    _driver: AbortOnDropHandle<()>,
}

/// Makes connections.
pub(super) struct Connector {
    loopback: LoopbackHttp,
    tls: TlsConnector,
}

/// TLS 1.2 and 1.3 with the roots that this system trusts, as `reqwest` has them for everybody
/// else.
pub(super) fn tls_of_this_system() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    Ok(builder
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth())
}

impl Connector {
    pub(super) fn new(loopback: LoopbackHttp, mut tls: ClientConfig) -> Self {
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            loopback,
            tls: TlsConnector::from(Arc::new(tls)),
        }
    }

    /// A connection to the URL's host, at an address that was checked. Bounded by whoever calls.
    pub(super) async fn connect(
        &self,
        url: &PartnerUrl,
        stopwatch: &mut Stopwatch,
    ) -> Result<Link, Undelivered> {
        let addresses = self.addresses(url, stopwatch).await?;
        stopwatch.enter(Stage::Connect);
        if let Some(first) = addresses.first() {
            stopwatch.leads_to(*first);
        }
        let (tcp, address) = first_to_connect(&addresses)
            .await
            .map_err(Undelivered::Connect)?;
        stopwatch.leads_to(address);
        tcp.set_nodelay(true).map_err(Undelivered::Connect)?;
        if url.as_url().scheme() == "http" {
            stopwatch.leave();
            return link(tcp, address, None).await;
        }
        stopwatch.enter(Stage::Tls);
        let name = server_name(url).map_err(Undelivered::Tls)?;
        let tls = self.tls.connect(name, tcp).await;
        let tls = tls.map_err(Undelivered::Tls)?;
        stopwatch.leave();
        let certificates = tls.get_ref().1.peer_certificates();
        let certificate = certificates
            .and_then(<[_]>::first)
            .map(|certificate| Arc::from(certificate.as_ref()));
        link(tls, address, certificate).await
    }

    async fn addresses(
        &self,
        url: &PartnerUrl,
        stopwatch: &mut Stopwatch,
    ) -> Result<Vec<SocketAddr>, Undelivered> {
        let port = url.as_url().port_or_known_default().unwrap_or(443);
        let literal = url_guard::literal(url, self.loopback).map_err(Undelivered::Refused)?;
        if let Some(address) = literal {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        stopwatch.enter(Stage::Dns);
        let mut found = url_guard::lookup(url.host(), port, self.loopback).await?;
        stopwatch.leave();
        found.truncate(MOST_ADDRESSES);
        Ok(found)
    }
}

/// A certificate stands for a name or for an address, without the brackets of an URL.
fn server_name(url: &PartnerUrl) -> io::Result<ServerName<'static>> {
    let host = url.host().trim_matches(['[', ']']).to_owned();
    ServerName::try_from(host).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

/// Tries the addresses in their order, the next one as soon as the one before has failed or is
/// slow, and keeps the first that connects.
async fn first_to_connect(addresses: &[SocketAddr]) -> io::Result<(TcpStream, SocketAddr)> {
    let mut waiting = addresses.iter().copied();
    let mut tried = FuturesUnordered::new();
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        if let Some(address) = waiting.next() {
            tried.push(async move { (TcpStream::connect(address).await, address) });
        }
        match timeout(NEXT_ADDRESS_AFTER, tried.next()).await {
            Ok(Some((Ok(stream), address))) => return Ok((stream, address)),
            Ok(Some((Err(error), _))) => failure = error,
            Ok(None) => return Err(failure),
            // Slow: the next address is tried beside it, if there is one.
            Err(_) => {}
        }
    }
}

async fn link(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    address: SocketAddr,
    certificate: Option<Arc<[u8]>>,
) -> Result<Link, Undelivered> {
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(MOST_HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(Undelivered::NoAnswer)?;
    let driver = tokio::spawn(async move {
        // Whoever waits for an answer on it is told; an idle one that ends tells nobody anything.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a partner ended");
        }
    });
    Ok(Link {
        sender,
        address,
        certificate,
        _driver: AbortOnDropHandle::new(driver),
    })
}
