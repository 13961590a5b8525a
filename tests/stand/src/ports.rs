//! Finds free loopback ports.
//!
//! They lie below the range from which the kernel takes ports for outgoing connections: a
//! client's connection would otherwise now and then sit on a port we were about to listen on.
//!
//! Between finding a port and listening there a test may make a database or start a broker. So that
//! no other process finds the same one meanwhile, each port that was given out is locked, by a file
//! under `.local/ports/`, until the process ends that asked for it.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::folder::inside;

/// Below Linux's outgoing ports (from 32768), above the standard ports of what we start.
const FIRST: u16 = 17_000;
const COUNT: u16 = 15_000;

/// RabbitMQ's own second listener on a standard installation.
const NOT_OURS: [u16; 1] = [25_672];

/// What this process was given, with its locks: closing them would unlock.
static GIVEN: LazyLock<Mutex<HashMap<u16, File>>> = LazyLock::new(Mutex::default);

/// A loopback port nobody listens on, and nobody else of this checkout was given.
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
        if NOT_OURS.contains(&port) || given.contains_key(&port) {
            continue;
        }
        if let Some(lock) = lock(port).filter(|_| is_free(port)) {
            given.insert(port, lock);
            return port;
        }
    }
    panic!("no free port among {COUNT} from {FIRST} on that `.local/ports` lets be locked");
}

/// `None` while another process has it.
fn lock(port: u16) -> Option<File> {
    let path = inside("ports").ok()?.join(port.to_string());
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.ok().filter(|file| file.try_lock().is_ok())
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
        // A lock is its file's and not its process's: this one is refused as another's would be.
        assert!(lock(first).is_none());
        let _listening = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        assert!(!is_free(first));
    }
}
