//! A share of the way to Huifu, for work that must not crowd out withdrawals.
//!
//! Whoever has room holds a place in the lane as well, so a lane of four never uses more than four
//! of the connections, however much is waiting in it.

use std::sync::Arc;

use runtime::slots;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{Huifu, Room};

/// A bounded share. Cheap to clone; clones share the bound.
#[derive(Debug, Clone)]
pub struct Lane {
    huifu: Arc<Huifu>,
    places: Arc<Semaphore>,
    most: usize,
}

impl Lane {
    /// At most `places` requests at once.
    pub fn new(huifu: Arc<Huifu>, places: usize) -> Self {
        Self {
            huifu,
            places: Arc::new(Semaphore::new(places)),
            most: places,
        }
    }

    /// Shows under this name how full it is.
    #[must_use]
    pub fn shown_as(self, slots: &'static str) -> Self {
        slots::watch(slots, &self.places, self.most);
        self
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
        Some(self.huifu.room(stopping).await?.with(place))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use runtime::settings::{Env, Settings as _};

    use super::*;
    use crate::settings::HuifuSettings;

    fn huifu(connections: &'static str) -> Arc<Huifu> {
        let (merchant, huifu) = (stand::keys::rsa_2048(0), stand::keys::rsa_2048(1));
        let mut env = Env::new(BTreeMap::from([
            ("HUIFU_BASE_URL", "http://127.0.0.1:9".to_owned()),
            ("HUIFU_SYS_ID", "6666".to_owned()),
            ("HUIFU_PRODUCT_ID", "YYZY".to_owned()),
            ("HUIFU_MERCHANT_PRIVATE_KEY", merchant.private_pkcs8_pem),
            ("HUIFU_PUBLIC_KEY", huifu.public_spki_pem),
            ("HUIFU_MAX_CONNECTIONS", connections.to_owned()),
        ]));
        let settings = HuifuSettings::read(&mut env).unwrap();
        Arc::new(Huifu::new(&settings).unwrap())
    }

    #[tokio::test]
    async fn a_full_lane_leaves_room_for_withdrawals() {
        let huifu = huifu("3");
        let lane = Lane::new(Arc::clone(&huifu), 2);
        let stopping = CancellationToken::new();
        let held = [
            lane.room(&stopping).await,
            lane.clone().room(&stopping).await,
        ];
        assert!(held.iter().all(Option::is_some));
        assert_eq!(lane.places.available_permits(), 0);
        let withdrawal = huifu.room(&stopping).await;
        assert!(
            withdrawal.is_some(),
            "the third connection is not the lane's"
        );
        let [first, _second] = held;
        drop(first);
        assert_eq!(
            lane.places.available_permits(),
            1,
            "given back with the room"
        );
    }

    #[tokio::test]
    async fn whoever_waits_for_a_place_leaves_when_the_service_stops() {
        let lane = Lane::new(huifu("2"), 1);
        let stopping = CancellationToken::new();
        let held = lane.room(&stopping).await;
        let (waiting, ()) = tokio::join!(lane.room(&stopping), async { stopping.cancel() });
        assert!(held.is_some() && waiting.is_none());
    }
}
