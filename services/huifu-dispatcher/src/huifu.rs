//! Huifu, as this service sees it: one call, bounded in everything, for every interface it has.
//!
//! Sealing and opening, and what an answer means, are `contract::huifu`'s; here is only the way
//! there and back. What a failed call proves is said by [`SendError`]: one kind alone, that there
//! was no connection, is proof that nothing was sent. Whatever is sent to change something goes
//! through a verb of its own, such as [`Huifu::encash`], that turns this into one of the three
//! outcomes of sending; [`Huifu::call`] is for questions and for those verbs.

mod brake;
mod client;
mod encashment;
mod error;
mod lane;
mod picture;
mod step;
mod subject;

use std::sync::Arc;

use contract::huifu::envelope::{self, Caller, EnvelopeError};
use contract::signing::keys::{PrivateKey, PublicKey};
use runtime::{backoff, slots};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

pub use encashment::{Found, Taken};
pub use error::{HuifuError, SendError};
pub use lane::Lane;
pub use picture::Picture;
pub use step::StepOutcome;
pub use subject::{ReviewFound, ReviewQuestion, SubjectQuestion};

use crate::settings::HuifuSettings;

/// The right to one request; dropped when it is over.
#[derive(Debug)]
pub struct Room {
    _permit: OwnedSemaphorePermit,
    /// A place in a [`Lane`], given back with the room.
    _place: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// As a part of a lane.
    fn with(self, place: OwnedSemaphorePermit) -> Self {
        Self {
            _place: Some(place),
            ..self
        }
    }
}

/// The way to Huifu. Shared by everyone who sends or asks.
#[derive(Debug)]
pub struct Huifu {
    wire: client::Wire,
    caller: Caller,
    private_key: PrivateKey,
    public_key: PublicKey,
    room: Arc<Semaphore>,
    brake: brake::Brake,
}

impl Huifu {
    /// Connects to nothing yet.
    pub fn new(settings: &HuifuSettings) -> Result<Self, reqwest::Error> {
        let room = Arc::new(Semaphore::new(settings.max_connections));
        slots::watch("huifu", &room, settings.max_connections);
        Ok(Self {
            wire: client::Wire::new(settings)?,
            caller: settings.caller.clone(),
            private_key: settings.private_key.clone(),
            public_key: settings.public_key.clone(),
            room,
            brake: brake::Brake::default(),
        })
    }

    /// Waits until one more request fits, and Huifu is not to be spared; `None` when `stopping`
    /// came first. Taken before an attempt is opened: an attempt that waits for room would look
    /// like one that is on its way.
    pub async fn room(&self, stopping: &CancellationToken) -> Option<Room> {
        let acquired = tokio::select! {
            biased;
            () = stopping.cancelled() => return None,
            acquired = Arc::clone(&self.room).acquire_owned() => acquired,
        };
        let permit = acquired.expect("nobody closes this semaphore");
        while let Some(pause) = self.brake.remaining() {
            if !backoff::pause(pause, stopping).await {
                return None;
            }
        }
        Some(Room {
            _permit: permit,
            _place: None,
        })
    }

    /// One request of the interface at `path` and its answer, verified and read. Sent at most
    /// once. What the answer's `resp_code` means is the caller's to say, and to [`Self::heed`].
    pub async fn call<Request, Answer>(
        &self,
        room: &Room,
        path: &'static str,
        data: &Request,
    ) -> Result<Answer, SendError>
    where
        Request: Serialize,
        Answer: DeserializeOwned,
    {
        let answer = self.exchange(room, path, data).await?;
        answer.map_err(SendError::Envelope)
    }

    /// [`Self::call`], for questions that may be dropped: "too often" said to one of them slows
    /// nobody else. There is a limit for each interface, and a page is no reason to stop sending.
    pub async fn call_aside<Request, Answer>(
        &self,
        _room: &Room,
        path: &'static str,
        data: &Request,
    ) -> Result<Answer, SendError>
    where
        Request: Serialize,
        Answer: DeserializeOwned,
    {
        let body = envelope::seal(data, &self.caller, &self.private_key);
        let text = self.wire.post(path, body).await?;
        envelope::open(&text, &self.public_key).map_err(SendError::Envelope)
    }

    /// [`Self::call`], for verdicts that also judge an answer nobody can believe.
    async fn exchange<Request, Answer>(
        &self,
        _room: &Room,
        path: &'static str,
        data: &Request,
    ) -> Result<Result<Answer, EnvelopeError>, SendError>
    where
        Request: Serialize,
        Answer: DeserializeOwned,
    {
        let body = envelope::seal(data, &self.caller, &self.private_key);
        let posted = self.wire.post(path, body).await;
        let text = posted.inspect_err(|error| self.heed(error))?;
        Ok(envelope::open(&text, &self.public_key))
    }

    /// Spares Huifu for a while if `failure` means "too often".
    pub fn heed(&self, failure: &SendError) {
        self.brake.heed(failure);
    }
}
