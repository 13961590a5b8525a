//! Where the database is, and how it is spoken to: under TLS, unless it is on this machine or the
//! address says that it is not to be.
//!
//! libpq's `prefer` encrypts when whoever answers offers it, which somebody in between simply does
//! not. Here there is TLS with a certificate that holds, or none that was asked for.

use std::str::FromStr as _;
use std::sync::Arc;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::trust::{Trust, TrustError};
use crate::{NoConnection, StoreError};

/// The address of a database, with its password, and whom its server is believed.
#[derive(Clone)]
pub struct Address {
    config: Config,
    tls: Tls,
}

/// Shows what may be shown.
impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("***")
    }
}

impl Address {
    /// Reads `postgres://user:password@host:port/database`. `sslmode=require` there is what libpq
    /// calls `verify-full`, and what is meant when nothing is said of another machine;
    /// `sslmode=disable` is meant of this one.
    pub fn new(database_url: &str, trust: Arc<Trust>) -> Result<Self, StoreError> {
        let mut config = Config::from_str(database_url).map_err(StoreError::Address)?;
        if config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(if leaves_this_machine(&config) {
                SslMode::Require
            } else {
                SslMode::Disable
            });
        }
        let trust = match config.get_ssl_mode() {
            SslMode::Disable => Arc::new(Trust::of_nobody()),
            _ => trust,
        };
        Ok(Self {
            config,
            tls: Tls(trust),
        })
    }

    /// Whether passwords and rows would leave this machine for all to read.
    pub fn is_open_to_others(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Disable && leaves_this_machine(&self.config)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    pub(crate) fn tls(&self) -> Tls {
        self.tls.clone()
    }

    /// One connection outside any pool, with what has to be driven for it.
    pub(crate) async fn connect(
        &self,
    ) -> Result<(Client, tokio_postgres::Connection<Socket, TlsStream>), NoConnection> {
        Ok(self.config.connect(self.tls()).await?)
    }
}

/// Whether a host of this name is the machine that we run on.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn leaves_this_machine(config: &Config) -> bool {
    let by_address = config.get_hostaddrs();
    if !by_address.is_empty() {
        return by_address.iter().any(|address| !address.is_loopback());
    }
    config.get_hosts().iter().any(|host| match host {
        Host::Tcp(host) => !is_this_machine(host),
        Host::Unix(_) => false,
    })
}

type TlsStream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// Makes each connection's TLS of whom we believe at that moment.
#[derive(Clone)]
pub(crate) struct Tls(Arc<Trust>);

impl MakeTlsConnect<Socket> for Tls {
    type Stream = TlsStream;
    type TlsConnect = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;
    type Error = TrustError;

    fn make_tls_connect(&mut self, host: &str) -> Result<Self::TlsConnect, Self::Error> {
        let client = self.0.client()?;
        let mut make = MakeRustlsConnect::new((*client).clone());
        let Ok(made) = MakeTlsConnect::<Socket>::make_tls_connect(&mut make, host);
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(host_and_query: &str) -> (SslMode, bool) {
        let url = format!("postgres://tixian:hunter2@{host_and_query}");
        let address = Address::new(&url, Arc::new(Trust::of_system())).expect("an address");
        (address.config.get_ssl_mode(), address.is_open_to_others())
    }

    #[test]
    fn another_machine_is_spoken_to_under_tls_unless_the_address_says_otherwise() {
        for elsewhere in [
            "database:5432/tixian",
            "10.0.0.7/tixian",
            "localhost,database/tixian",
            "localhost/tixian?hostaddr=10.0.0.7",
            "database/tixian?sslmode=prefer",
            "database/tixian?sslmode=require",
        ] {
            assert_eq!(mode(elsewhere), (SslMode::Require, false), "{elsewhere}");
        }
        let open = mode("database/tixian?sslmode=disable");
        assert_eq!(open, (SslMode::Disable, true));
    }

    #[test]
    fn this_machine_is_spoken_to_in_the_clear_unless_the_address_says_otherwise() {
        for here in [
            "127.0.0.1:5433/tixian",
            "[::1]/tixian",
            "localhost/tixian",
            "%2Frun%2Fpostgresql/tixian",
            "database/tixian?hostaddr=127.0.0.1",
        ] {
            assert_eq!(mode(here), (SslMode::Disable, false), "{here}");
        }
        let asked = mode("localhost/tixian?sslmode=require");
        assert_eq!(asked, (SslMode::Require, false));
    }

    #[test]
    fn an_address_shows_nothing_of_itself() {
        let url = "postgres://tixian:hunter2@database/tixian";
        let address = Address::new(url, Arc::new(Trust::of_system())).expect("an address");
        assert_eq!(format!("{address:?}"), "***");
    }
}
