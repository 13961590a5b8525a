//! Huifu, as this service sees it: send a withdrawal, ask about one.
//!
//! Sealing and opening, and what an answer means, are `contract::huifu`'s; here the answer becomes
//! one of the three outcomes of sending. Whatever is not clear is [`HuifuError::OutcomeUnknown`].

mod client;
mod error;

use std::sync::Arc;

use contract::huifu::answer::{EncashmentAnswer, QueryAnswer};
use contract::huifu::envelope::{self, Caller, EnvelopeError};
use contract::huifu::{ENCASHMENT_PATH, Encashment, QUERY_PATH, Query, Verdict};
use contract::ids::HuifuId;
use contract::signing::keys::{PrivateKey, PublicKey};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use error::{HuifuError, SendError};

use crate::settings::HuifuSettings;

/// What Huifu said when it took a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Huifu's serial.
    pub hf_seq_id: Option<String>,
    /// Huifu's code.
    pub resp_code: Option<String>,
}

/// What Huifu said about a withdrawal.
#[derive(Debug)]
pub struct Found {
    /// What it means.
    pub verdict: Verdict,
    /// The answer, verified.
    pub answer: QueryAnswer,
}

/// The right to one request; dropped when it is over.
#[derive(Debug)]
pub struct Room {
    _permit: OwnedSemaphorePermit,
}

impl Drop for Room {
    fn drop(&mut self) {
        metrics::gauge!("huifu_requests_in_flight").decrement(1.0);
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
}

impl Huifu {
    /// Connects to nothing yet.
    pub fn new(settings: &HuifuSettings) -> Result<Self, reqwest::Error> {
        Ok(Self {
            wire: client::Wire::new(settings)?,
            caller: settings.caller.clone(),
            private_key: settings.private_key.clone(),
            public_key: settings.public_key.clone(),
            room: Arc::new(Semaphore::new(settings.max_connections)),
        })
    }

    /// Waits until one more request fits. Taken before an attempt is opened: an attempt that waits
    /// for room would look like one that is on its way.
    pub async fn room(&self) -> Room {
        let permit = Arc::clone(&self.room).acquire_owned().await;
        metrics::gauge!("huifu_requests_in_flight").increment(1.0);
        Room {
            _permit: permit.expect("nobody closes this semaphore"),
        }
    }

    /// Sends a withdrawal of `huifu_id`, once.
    pub async fn encash(
        &self,
        _room: &Room,
        encashment: &Encashment,
        huifu_id: &HuifuId,
    ) -> Result<Taken, HuifuError> {
        let body = envelope::seal(encashment, &self.caller, &self.private_key);
        match self.wire.post(ENCASHMENT_PATH, body).await {
            Ok(text) => {
                let answer = envelope::open(&text, &self.public_key);
                judge(answer, encashment, huifu_id)
            }
            Err(error @ SendError::NoConnection(_)) => Err(HuifuError::NotSent(error)),
            Err(error) => Err(HuifuError::OutcomeUnknown(error)),
        }
    }

    /// Asks about a withdrawal. An answer that cannot be believed is an error.
    pub async fn ask(&self, _room: &Room, query: &Query) -> Result<Found, SendError> {
        let body = envelope::seal(query, &self.caller, &self.private_key);
        let text = self.wire.post(QUERY_PATH, body).await?;
        let answer = envelope::open::<QueryAnswer>(&text, &self.public_key);
        let verdict = Verdict::of_query(&answer, query);
        let answer = answer.map_err(SendError::Envelope)?;
        Ok(Found { verdict, answer })
    }
}

fn judge(
    answer: Result<EncashmentAnswer, EnvelopeError>,
    encashment: &Encashment,
    huifu_id: &HuifuId,
) -> Result<Taken, HuifuError> {
    let verdict = Verdict::of_encashment(&answer, encashment);
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Err(HuifuError::OutcomeUnknown(SendError::Envelope(error))),
    };
    // A good signature over somebody else's answer is not an answer to us.
    let foreign = |echoed: &str| echoed != huifu_id.as_str();
    if answer.huifu_id.as_deref().is_some_and(foreign) {
        return Err(HuifuError::OutcomeUnknown(SendError::ForeignAccount));
    }
    match verdict {
        Verdict::Submitted => Ok(Taken {
            hf_seq_id: answer.hf_seq_id,
            resp_code: answer.resp_code,
        }),
        Verdict::Refused(refusal) => Err(HuifuError::Refused(refusal)),
        // The last four cannot come of a synchronous answer; if they ever do, we ask.
        Verdict::Unknown
        | Verdict::NotKnown
        | Verdict::Paid
        | Verdict::Failed(_)
        | Verdict::Returned
        | Verdict::Noted => Err(HuifuError::OutcomeUnknown(SendError::Inconclusive {
            resp_code: answer.resp_code.unwrap_or_default(),
        })),
    }
}
