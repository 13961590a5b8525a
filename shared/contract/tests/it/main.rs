//! What outsiders hold us to: signatures made by Huifu's own clients, those that partners check
//! their own clients with, and the document of the queues.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod asyncapi;
mod huifu_vectors;
mod partner_vectors;
