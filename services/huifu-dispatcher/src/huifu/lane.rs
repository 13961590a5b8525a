//! A share of the way to Huifu, for work that must not crowd out withdrawals.
//!
//! Whoever has room holds a place in the lane as well, so a lane of four never uses more than four
//! of the connections, however much is waiting in it.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{Huifu, Room};

/// A bounded share. Cheap to clone; clones share the bound.
#[derive(Debug, Clone)]
pub struct Lane {
    huifu: Arc<Huifu>,
    places: Arc<Semaphore>,
}

impl Lane {
    /// At most `places` requests at once.
    pub fn new(huifu: Arc<Huifu>, places: usize) -> Self {
        Self {
            huifu,
            places: Arc::new(Semaphore::new(places)),
        }
    }

    /// Whom the room is for.
    pub fn huifu(&self) -> &Huifu {
        &self.huifu
    }

    /// As [`Huifu::room`], after a place in the lane.
    pub async fn room(&self, stopping: &CancellationToken) -> Option<Room> {
        let place = tokio::select! {
            biased;
            () = stopping.cancelled() => return None,
            place = Arc::clone(&self.places).acquire_owned() => place,
        };
        let place = place.expect("nobody closes this semaphore");
        let mut room = self.huifu.room(stopping).await?;
        room.place = Some(place);
        Some(room)
    }
}
