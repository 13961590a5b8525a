//! A connection to the broker under TLS, with whoever has a certificate for the host in its
//! address.
//!
//! lapin's own settings add authorities to those of the system. Here a file of authorities means
//! these and no others, so the client comes from [`Trust`].

use std::io;
use std::sync::Arc;

use lapin::tcp::RustlsConnector;
use lapin::uri::AMQPUri;
use lapin::{AsyncTcpStream, Connection, ConnectionProperties, Error, ErrorKind};
use store::trust::{Trust, TrustError};
use tokio_rustls::rustls;

pub(super) async fn connect(
    uri: AMQPUri,
    properties: ConnectionProperties,
    trust: &Arc<Trust>,
) -> Result<Connection, Error> {
    let client = trust.client().map_err(io::Error::other)?;
    let connector = RustlsConnector::from(client);
    Connection::connector(
        uri,
        lapin::runtime::default_runtime()?,
        async move |uri: AMQPUri, runtime| {
            let host = uri.authority.host;
            let addresses = runtime.to_socket_addrs((host.clone(), uri.authority.port));
            let stream = AsyncTcpStream::connect(&runtime, addresses).await?;
            Ok(stream.into_rustls(&connector, &host).await?)
        },
        properties,
    )
    .await
}

/// Whether a connection failed because of what TLS is about: a certificate, an authority, or a
/// peer that does not speak it.
pub(super) fn is_about_tls(error: &Error) -> bool {
    let ErrorKind::IOError(error) = error.kind() else {
        return false;
    };
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>() || inner.is::<TrustError>())
}
