//! Where notices may go: the partner's registered hosts, over https, at public addresses.
//!
//! A partner chooses the URL and rules over its DNS, so without this it could have us post to our
//! own metadata service. The name is looked up by us, every address it has must be public, and the
//! connector is given exactly the addresses that were checked: there is no second lookup that
//! could answer otherwise. A literal address never reaches a resolver, so it is checked before.
//!
//! A kept connection is used again without a new lookup. That is safe: it leads to an address that
//! was checked when it was made.

mod addresses;

use std::io;
use std::net::{IpAddr, SocketAddr};

use contract::partner::url::{LoopbackHttp, PartnerUrl};
use tokio::net::lookup_host;
use url::Host;

/// Why nothing is sent. None of the messages repeats the URL.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Not https, or not a URL as partners may give them.
    #[error("the URL is not one that notices are sent to")]
    Url,
    /// The host was taken off the partner's list after the withdrawal began, or never was on it.
    #[error("the host is not registered for the partner")]
    Host,
    /// One of its addresses is not public; what it is instead.
    #[error("an address of the host is {0}")]
    Address(&'static str),
    /// The name leads nowhere.
    #[error("the host has no address")]
    Nowhere,
}

/// Why a name leads to no address.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// Nobody could say where it leads.
    #[error("the name could not be looked up")]
    Failed(#[source] io::Error),
    /// It leads where nothing is sent to.
    #[error(transparent)]
    Refused(Refused),
}

/// The URL to post to, if all that can be said before a lookup speaks for it.
pub fn check(
    url: &str,
    registered: &[String],
    loopback: LoopbackHttp,
) -> Result<PartnerUrl, Refused> {
    let url = PartnerUrl::parse(url, loopback).map_err(|_| Refused::Url)?;
    if !url.is_on(registered) {
        return Err(Refused::Host);
    }
    literal(&url, loopback)?;
    Ok(url)
}

/// The address that stands in the URL itself, checked; `None` if a name stands there.
pub(crate) fn literal(url: &PartnerUrl, loopback: LoopbackHttp) -> Result<Option<IpAddr>, Refused> {
    let literal: Option<IpAddr> = match url.as_url().host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        Some(Host::Domain(_)) | None => None,
    };
    if let Some(address) = literal {
        check_address(url.host(), address, loopback)?;
    }
    Ok(literal)
}

/// Looks a name up and answers only when every address may be connected to.
pub(crate) async fn lookup(
    name: &str,
    port: u16,
    loopback: LoopbackHttp,
) -> Result<Vec<SocketAddr>, LookupError> {
    let found = lookup_host((name, port)).await;
    let found: Vec<SocketAddr> = found.map_err(LookupError::Failed)?.collect();
    check_all(name, &found, loopback).map_err(LookupError::Refused)?;
    Ok(found)
}

/// One bad address spoils all: whoever mixes them hopes that we will try the next.
fn check_all(host: &str, found: &[SocketAddr], loopback: LoopbackHttp) -> Result<(), Refused> {
    if found.is_empty() {
        return Err(Refused::Nowhere);
    }
    found
        .iter()
        .try_for_each(|address| check_address(host, address.ip(), loopback))
}

fn check_address(host: &str, address: IpAddr, loopback: LoopbackHttp) -> Result<(), Refused> {
    // Any other name that leads to this machine is an attack, even in a test.
    let is_ours = host == "localhost" || host.trim_matches(['[', ']']) == address.to_string();
    if loopback == LoopbackHttp::Allowed && address.is_loopback() && is_ours {
        return Ok(());
    }
    addresses::not_public(address).map_or(Ok(()), |kind| Err(Refused::Address(kind)))
}

#[cfg(test)]
mod tests;
