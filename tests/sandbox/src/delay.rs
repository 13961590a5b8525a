//! The only place that lets time pass.
//!
//! A sandbox that plays a slow Huifu or a slow partner has to be slow; nothing else in the
//! crate may wait for time instead of for a condition.

use std::time::Duration;

#[expect(
    clippy::disallowed_methods,
    reason = "a scripted delay is what is asked for here, not a way to wait for something"
)]
pub(crate) async fn pass(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
