//! The database is lost with its disk and comes back older, as "Restore" in `deploy/README.md`
//! says: what Huifu paid in the gap is never paid again.

use std::collections::BTreeSet;
use std::time::Duration;

use contract::ids::WithdrawalId;
use contract::withdrawal::State;
use e2e::{Engines, Scene};
use stand::opsctl::Opsctl;
use stand::private::ArchivedDatabase;
use stand::system::Service;

/// The message of what is held looks once a minute whether it still is.
const RESTED: Duration = Duration::from_secs(90);

/// What of the day is where when the disk is lost.
struct Day {
    /// Paid, and archived as paid.
    known: Vec<WithdrawalId>,
    /// Archived as accepted, and paid after that.
    behind: Vec<WithdrawalId>,
    /// Accepted and paid after the last segment that was archived.
    unknown: Vec<WithdrawalId>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_huifu_paid_after_the_last_archived_commit_is_never_paid_again() {
    let mut engine = ArchivedDatabase::create().await.unwrap();
    let engines = Engines::on(Some(engine.handle()), None).await.unwrap();
    let mut scene = Scene::open_with(engines, |_| {}).await.unwrap();
    let paid_on = scene.huifu.today();
    let day = lives(&mut scene, &engine).await;

    scene.fleet.stop_all().await.unwrap();
    engine.lose().await.unwrap();
    engine.restore().await.unwrap();
    let opsctl = Opsctl::on(&scene.fleet.plan.database_url);
    let hold = ["after-restore", "--yes", "--reason", "the disk is lost"];
    println!("{}", opsctl.run(&hold).await.unwrap());
    scene.fleet.start_all().await.unwrap();

    asks_for_a_person(&scene, &opsctl, &day).await;
    // Nobody releases what was paid, and what comes from here on is as on any day.
    let later = scene.withdraw_many(3, "54.00").await.unwrap();
    scene.all_paid(&later).await;
    stays(&scene, &day).await;
    releases_by_mistake(&scene, &opsctl, &day.behind[0]).await;
    if scene.huifu.today() == paid_on {
        scene.reaches(&day.behind[0], State::Paid).await;
        paid_once(&scene, &day);
    } else {
        println!("It became another day in Beijing meanwhile: Huifu would pay a repeat.");
    }
}

async fn lives(scene: &mut Scene, engine: &ArchivedDatabase) -> Day {
    let mut known = scene.withdraw_many(4, "51.00").await.unwrap();
    engine.back_up().await.unwrap();
    known.extend(scene.withdraw_many(4, "51.00").await.unwrap());
    scene.all_paid(&known).await;
    scene.fleet.stop(Service::HuifuDispatcher).await.unwrap();
    let behind = scene.withdraw_many(3, "52.00").await.unwrap();
    engine.archive_now().await.unwrap();
    scene
        .fleet
        .start_one(Service::HuifuDispatcher)
        .await
        .unwrap();
    let unknown = scene.withdraw_many(3, "53.00").await.unwrap();
    scene.all_paid(&behind).await;
    scene.all_paid(&unknown).await;
    Day {
        known,
        behind,
        unknown,
    }
}

/// Every withdrawal that this database has not sent, and nothing else, has a case.
async fn asks_for_a_person(scene: &Scene, opsctl: &Opsctl, day: &Day) {
    let listed = opsctl.run(&["case", "list"]).await.unwrap();
    println!("$ opsctl case list\n{listed}");
    for id in &day.known {
        assert_eq!(scene.find(id).await.unwrap().state, State::Paid);
        assert!(!listed.contains(id.as_str()), "{id} was paid and is known");
    }
    for id in &day.behind {
        assert!(listed.contains(id.as_str()), "{id} has no case:\n{listed}");
    }
    for id in &day.unknown {
        assert!(scene.find(id).await.is_err(), "{id} was never archived");
    }
}

/// Huifu's book, which was not lost: once for each, whatever was done since. What
/// was due before the restore has been taken by now: what came later has been paid.
async fn stays(scene: &Scene, day: &Day) {
    for id in &day.behind {
        let found = scene.find(id).await.unwrap();
        assert_eq!((found.state, found.held), (State::Accepted, true), "{id}");
    }
    paid_once(scene, day);
}

/// On the day itself even a mistake costs nothing: it is sent under the serial that Huifu has seen,
/// refused as a repeat, asked about, and found to be paid.
async fn releases_by_mistake(scene: &Scene, opsctl: &Opsctl, id: &WithdrawalId) {
    let cases = opsctl.json(&["case", "list"]).await.unwrap();
    let of_it = cases.as_array().unwrap().iter();
    let of_it = of_it.filter(|case| case["order_id"] == id.as_str());
    let ids: Vec<String> = of_it.map(|case| case["id"].to_string()).collect();
    let mut close = vec![
        "case",
        "close",
        "--release",
        "--yes",
        "--reason",
        "a mistake",
    ];
    close.extend(ids.iter().map(String::as_str));
    println!("{}", opsctl.run(&close).await.unwrap());
    stand::eventually(RESTED, "it to be sent again", async || {
        scene.find(id).await.unwrap().state != State::Accepted
    })
    .await;
}

fn paid_once(scene: &Scene, day: &Day) {
    let book = scene.huifu.book();
    let serials: BTreeSet<_> = book
        .payments
        .iter()
        .map(|one| &one.key.req_seq_id)
        .collect();
    assert_eq!(
        serials.len(),
        book.payments.len(),
        "a serial is there twice"
    );
    let orders = day.known.len() + day.behind.len() + day.unknown.len() + 3;
    assert_eq!(book.payments.len(), orders, "an order was sent twice");
    let executions: u32 = book.payments.iter().map(|one| one.executions).sum();
    assert_eq!(usize::try_from(executions).unwrap(), orders, "paid twice");
}
