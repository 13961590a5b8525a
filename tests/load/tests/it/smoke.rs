//! A whole run, small: everything starts, travels, is compared, and stops.

use std::time::Duration;

use load::bare::{Bare, Peers};
use load::bench::{Bounds, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_run_has_an_exact_ledger() {
    let report = run(Bounds::smoke(), |_| {}).await.unwrap();
    let balance = &report.balance;
    assert!(balance.is_exact(), "{}", report.table());
    // Four each way to warm up, five at the idle rate.
    assert_eq!((balance.sent, balance.notified), (13, 13));
    assert_eq!(balance.paid, 13);
    assert_eq!(report.idle.whole.count, 5);
    assert_eq!(report.idle.accept_to_huifu.count, 5);
    assert_eq!(report.idle.callback_to_partner.count, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bare_pipeline_brings_every_withdrawal_to_its_end() {
    for peers in [Peers::Signing, Peers::Silent] {
        let bare = Bare::start(peers).await.unwrap();
        let (ramp, span) = (Duration::from_millis(50), Duration::from_millis(200));
        let stretch = bare.saturate(4, ramp, span).await.unwrap();
        assert!(stretch.sent >= 4, "{stretch:?}");
        bare.stop().await.unwrap();
    }
}
