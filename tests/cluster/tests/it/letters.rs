//! As many dead letters as were promised, in the scene that `e2e` plays with fewer.

use e2e::replay::{Size, replayed};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_letters_are_replayed_and_arrive() {
    let size = Size {
        letters: 100_000,
        out_at_most: 10_000,
    };
    let figures = replayed(size).await.unwrap();
    println!("{figures:?}");
    assert!(figures.taken >= figures.letters, "{figures:?}");
}
