//! Tells partners, signed and surely, how each withdrawal and each application ended.
//!
//! A notice is delivered at least once: the partner hears it, and only then is that written down,
//! so a crash in between sends it again with the same `notice_id`. What it tells is read from the
//! committed row each time and never changes. A partner that asks for a notice again, or an
//! operator that replays one, is served by the same queue: all that this service sees is that it is
//! due.
//!
//! A host that does not answer, is slow or has too much to take slows nobody else: what is due for
//! it is parked in PostgreSQL (`store::lanes`), tried now and then with one notice, and fetched by
//! itself, at its pace, when it answers again. Nothing is dropped.
//!
//! **Invariant:** no transaction is open while we wait for a partner, and nothing is sent to an
//! address that `runtime::url_guard` has not allowed.

pub mod app;
mod desk;
mod drainer;
mod hands;
mod lanes;
mod notification;
mod notify;
mod record;
mod retry_schedule;
mod sending;
pub mod settings;
mod verdict;
