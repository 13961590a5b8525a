//! What several of each do together, on one machine: replicas behind a door, restarts one by one,
//! releases up and down.
//!
//! What a newcomer would get wrong: a scene of `e2e` has one of each service and hurries where
//! production is patient. Here several of each run with production's pauses, because how long a
//! dead one's work lies is the figure that is asked for.
