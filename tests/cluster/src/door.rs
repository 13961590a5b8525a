//! What a Service of Kubernetes with its Ingress does for those in front: new connections go in
//! turn to replicas that say they are ready, and to nobody else.
//!
//! What a newcomer would get wrong: a connection belongs to its replica until one of both ends
//! closes it. Whoever is dismissed gets no new one, and must end those it has by itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use stand::system::Replica;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// Between two looks at `/readyz`. Kubernetes looks every five seconds, but learns of a container
/// that has ended within one.
const LOOK: Duration = Duration::from_millis(500);

/// Longer than a replica that is ready needs to be seen so.
const SEEN: Duration = Duration::from_secs(30);

/// A door; closed, with every connection through it, when it is dropped.
pub struct Door {
    behind: Arc<Mutex<Behind>>,
    _open: JoinSet<()>,
}

#[derive(Default)]
struct Behind {
    rooms: Vec<Room>,
    next: usize,
}

struct Room {
    replica: Replica,
    address: SocketAddr,
    ready_url: String,
    ready: bool,
}

impl Door {
    /// Listens on loopback; nobody is behind it yet.
    pub async fn open(port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let behind = Arc::<Mutex<Behind>>::default();
        let looker = reqwest::Client::builder()
            .no_proxy()
            .timeout(LOOK)
            .build()?;
        let mut open = JoinSet::new();
        open.spawn(look(Arc::clone(&behind), looker));
        open.spawn(let_in(listener, Arc::clone(&behind)));
        Ok(Self {
            behind,
            _open: open,
        })
    }

    /// A replica that is let in to as soon as it says that it is ready.
    pub fn admit(&self, replica: Replica, port: u16, ready_url: String) {
        lock(&self.behind).rooms.push(Room {
            replica,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            ready_url,
            ready: false,
        });
    }

    /// Waits until a replica was seen to be ready.
    pub async fn waits_for(&self, replica: Replica) -> Result<()> {
        let what = format!("{} to be seen ready", replica.name());
        stand::try_eventually(SEEN, &what, async || {
            let behind = lock(&self.behind);
            let mut rooms = behind.rooms.iter();
            rooms.any(|room| room.replica == replica && room.ready)
        })
        .await
    }

    /// A replica that gets no new connection from now on.
    pub fn dismiss(&self, replica: Replica) {
        lock(&self.behind)
            .rooms
            .retain(|room| room.replica != replica);
    }
}

fn lock(behind: &Mutex<Behind>) -> MutexGuard<'_, Behind> {
    behind.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn look(behind: Arc<Mutex<Behind>>, looker: reqwest::Client) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let asked: Vec<_> = {
            let behind = lock(&behind);
            let rooms = behind.rooms.iter();
            rooms
                .map(|room| (room.replica, room.ready_url.clone()))
                .collect()
        };
        for (replica, url) in asked {
            let answer = looker.get(url).send().await;
            let ready = answer.is_ok_and(|answer| answer.status().is_success());
            let mut behind = lock(&behind);
            let mut rooms = behind.rooms.iter_mut();
            if let Some(room) = rooms.find(|room| room.replica == replica) {
                room.ready = ready;
            }
        }
    }
}

async fn let_in(listener: TcpListener, behind: Arc<Mutex<Behind>>) {
    let mut connections = JoinSet::new();
    loop {
        // Those that have ended are let go of.
        while connections.try_join_next().is_some() {}
        // Loopback: what fails here was given up by the client.
        if let Ok((client, _)) = listener.accept().await {
            connections.spawn(lead(client, Arc::clone(&behind)));
        }
    }
}

/// Dropped unanswered when nobody is there.
async fn lead(mut client: TcpStream, behind: Arc<Mutex<Behind>>) {
    let turns = lock(&behind).rooms.len();
    for _ in 0..turns {
        let Some(address) = next(&behind) else { return };
        // Nothing was sent yet, so another one may be asked, as an Ingress does.
        let Ok(mut replica) = TcpStream::connect(address).await else {
            continue;
        };
        // Requests are small, and are answered before the next comes.
        let _ = (client.set_nodelay(true), replica.set_nodelay(true));
        // However it ends, whoever was cut off knows it by itself.
        let _ = copy_bidirectional(&mut client, &mut replica).await;
        return;
    }
}

fn next(behind: &Mutex<Behind>) -> Option<SocketAddr> {
    let mut behind = lock(behind);
    behind.next = behind.next.wrapping_add(1);
    let turn = behind.next;
    let ready: Vec<_> = behind.rooms.iter().filter(|room| room.ready).collect();
    let room = ready.get(turn.checked_rem(ready.len())?)?;
    Some(room.address)
}
