//! Finds free loopback ports.
//!
//! They lie below the range from which the kernel takes ports for outgoing connections: a
//! client's connection would otherwise now and then sit on a port we were about to listen on.

use std::collections::HashSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Below Linux's outgoing ports (from 32768), above the standard ports of what we start.
const FIRST: u16 = 17_000;
const COUNT: u16 = 15_000;

/// RabbitMQ's own second listener on a standard installation.
const NOT_OURS: [u16; 1] = [25_672];

/// A port is given out once per process, even when nobody listens on it yet.
static GIVEN: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);

/// A loopback port nobody listens on, chosen at random so that two processes asking at the same
/// time hardly ever get the same one.
///
/// # Panics
/// When there is no free port, or the system has no randomness.
#[must_use]
pub fn free_port() -> u16 {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..1_000 {
        let random = getrandom::u32().expect("the system has a source of randomness");
        let offset = u16::try_from(random % u32::from(COUNT))
            .expect("the remainder of a division by a u16 is a u16");
        let port = FIRST + offset;
        if !NOT_OURS.contains(&port) && is_free(port) && given.insert(port) {
            return port;
        }
    }
    panic!("no free port among {COUNT} from {FIRST} on");
}

/// Whether nobody listens on this port, on loopback or on every address.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_given_once_and_can_be_listened_on() {
        let first = free_port();
        let second = free_port();
        assert_ne!(first, second);
        let _listening = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        assert!(!is_free(first));
    }
}
