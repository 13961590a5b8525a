//! Each bench of one figure, small: it runs, counts what was sent, and ends. What it reaches on a
//! machine that is testing says nothing.

use load::figures::{Sheet, isolation, letters, memory, statements};

fn names(sheet: &Sheet) -> Vec<&str> {
    sheet.lines.iter().map(|line| line.name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_listed_and_grouped_and_all_of_them_go_back() {
    let sheet = letters::run(letters::Bounds::SMOKE, |_| {}).await.unwrap();
    for name in [
        "listed and grouped",
        "frozen and previewed",
        "replayed without a pace",
    ] {
        assert!(names(&sheet).contains(&name), "{sheet}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn healthy_partners_are_told_beside_hanging_ones() {
    let sheet = isolation::run(isolation::Bounds::SMOKE, |_| {}).await;
    assert_eq!(names(&sheet.unwrap()).len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_are_counted_by_name() {
    let bounds = statements::Bounds::SMOKE;
    let sheet = statements::run(bounds, |_| {}).await.unwrap();
    for name in [
        "  outbox.claim",
        "  outbox.settle",
        "  notices.record_attempt",
    ] {
        assert!(names(&sheet).contains(&name), "{sheet}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_read_beside_notices_that_wait() {
    let sheet = memory::run(memory::Bounds::SMOKE, |_| {}).await.unwrap();
    for name in ["10 waiting", "100 waiting", "10 draining", "100 draining"] {
        assert!(names(&sheet).contains(&name), "{sheet}");
    }
}
