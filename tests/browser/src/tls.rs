//! What ends TLS in front of intake, as an ingress does: a certificate of its own, bytes passed on.
//!
//! Without it a browser would be given other cookies than in life: `__Host-` and `Secure` are for
//! https alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Result;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// More than a browser opens to one host.
const AT_ONCE: usize = 64;

/// Listens until it is dropped.
pub(crate) struct Front {
    port: u16,
    task: JoinHandle<()>,
}

impl Front {
    /// On a free port of the loopback interface, in front of `behind`.
    pub(crate) async fn before(behind: u16) -> Result<Self> {
        let acceptor = TlsAcceptor::from(Arc::new(config()?));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let behind = SocketAddr::from((Ipv4Addr::LOCALHOST, behind));
        let task = tokio::spawn(serve(listener, acceptor, behind));
        Ok(Self { port, task })
    }

    /// Where browsers find it.
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn config() -> Result<ServerConfig> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())?;
    Ok(config)
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, behind: SocketAddr) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        if connections.len() >= AT_ONCE {
            connections.join_next().await;
        }
        connections.spawn(pass(stream, acceptor.clone(), behind));
    }
}

/// Until one side hangs up; which side, and how, is for the other one to notice.
async fn pass(stream: TcpStream, acceptor: TlsAcceptor, behind: SocketAddr) -> Option<()> {
    let mut outer = acceptor.accept(stream).await.ok()?;
    let mut inner = TcpStream::connect(behind).await.ok()?;
    copy_bidirectional(&mut outer, &mut inner).await.ok()?;
    Some(())
}
