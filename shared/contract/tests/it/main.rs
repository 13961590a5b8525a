//! What outsiders hold us to: signatures made by Huifu's own clients, and those that partners check
//! their own clients with.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod huifu_vectors;
mod partner_vectors;
