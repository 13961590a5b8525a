//! The broker: the only code that names lapin, and the rules it keeps.
//!
//! - Names come only from `contract::topology`. It is declared whenever a channel is opened, with
//!   every limit as an argument, so a broker that lost everything is set up again by the services.
//! - Published means persistent, mandatory and confirmed, and the confirmation *matched*: only an
//!   ack of a message that was not returned is success. After anything else the channel is thrown
//!   away: a publisher that reconnected during an election can be nacked for ever on its channel.
//! - Acked means the effect is committed, always. `Ok(false)` of the driver is
//!   [`SettleError::ChannelGone`], not success.
//! - Publishing and consuming have separate connections: a broker that blocks publishers must
//!   still be able to hear acks.
//! - A message that needs a person becomes a row in PostgreSQL and is then acked. What the broker
//!   itself calls dead is drained into the same table. The broker is never the last to know.
//! - Every loop has a bound, and every wait ends when the service stops.
//!
//! The driver's own recovery is not used: it replays consumers, but not the question whether what
//! was published before the break arrived. We open anew and let the outbox say what is left.

mod consume;
mod dead_letter;
mod delivery;
mod handler;
mod link;
mod meter;
mod properties;
mod publish;
mod step;
mod tls;
mod topology;
mod work;

pub use delivery::{Delivery, SettleError};
pub use handler::{Handler, HandlerError, Verdict};
pub use link::{Link, LinkError};
pub use properties::{Outgoing, Unreadable};
pub use publish::{PublishError, Publisher};

pub(crate) use link::close;
pub(crate) use topology::{Holding, holding};
pub(crate) use work::{Bench, drain_dead_letters, work};
