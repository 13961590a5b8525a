//! More dead letters than a person replays one by one. As many as were promised are replayed by the
//! same scene in the package `cluster`.

use e2e::replay::{Size, replayed};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_of_two_people_stops_at_its_canary_goes_on_and_outlives_its_runner() {
    let size = Size {
        letters: 2000,
        out_at_most: 200,
    };
    let figures = replayed(size).await.unwrap();
    assert!(figures.taken >= figures.letters, "{figures:?}");
}
