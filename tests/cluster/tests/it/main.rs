//! One file per thing that several of each must bear; every scene ends with the audit of
//! `e2e::Scene::close`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]
#![expect(
    clippy::print_stdout,
    reason = "a figure is what half of these are played for"
)]

mod broker_nodes;
mod database_primary;
mod letters;
mod release;
mod replicas;
mod restore;
mod rollout;
