//! What several of each do together, on one machine: replicas behind doors, restarts one by one,
//! releases up and down.
//!
//! What a newcomer would get wrong: a scene of `e2e` has one of each service and hurries where
//! production is patient. Here several of each run with production's own pauses, because how long
//! a dead one's work lies is the figure that is asked for.

mod cluster;
mod door;
mod load;
mod metrics;
mod outage;
mod under_way;
mod unsent;

pub use cluster::{Cluster, Replicas, Size};
pub use door::Door;
pub use load::{Tally, Users};
pub use outage::{Outage, nothing_is_lost};
pub use under_way::UnderWay;
pub use unsent::hold_unsent;
