//! Everything Huifu can do wrong, each with the end it must come to and never two payments.

use contract::withdrawal::State;
use e2e::Scene;
use sandbox::huifu::Fault;

/// What must become of a withdrawal on the day of each fault.
fn days() -> Vec<(Fault, State)> {
    let refused = |code: &str| Fault::Refuse {
        resp_code: code.to_owned(),
    };
    vec![
        (refused("22000003"), State::Failed),
        (refused("90000000"), State::Failed),
        (Fault::InsufficientBalance, State::Failed),
        (Fault::SyncFailure, State::Failed),
        (Fault::FinalFailure, State::Failed),
        (Fault::SyncSuccess, State::Paid),
        (Fault::TimeoutAfterPaying, State::Paid),
        (Fault::CutAnswer, State::Paid),
        (Fault::WrongSignature, State::Paid),
        (Fault::NoSignature, State::Paid),
        (
            Fault::ServerError {
                http_status: 500,
                paid: true,
            },
            State::Paid,
        ),
        (Fault::FinalBeforeAccounting, State::Paid),
        (Fault::CallbackBeforeAnswer, State::Paid),
        (Fault::DuplicateCallbacks { n: 5 }, State::Paid),
        (Fault::NoCallback, State::Paid),
        (Fault::UnsignedCallback, State::Paid),
        (Fault::AlteredCallback, State::Paid),
        (Fault::ForeignOrderInCallback, State::Paid),
    ]
}

#[tokio::test]
async fn each_fault_comes_to_its_end() {
    let scene = Scene::open().await.unwrap();
    for (fault, end) in days() {
        scene.huifu.fail_next(1, fault.clone());
        let id = scene.withdraw("40.00").await.unwrap();
        eprintln!("{fault:?} → {end:?} ({id})");
        scene.reaches(&id, end).await;
        scene.hears(&id, 1).await;
        scene.huifu.clear_faults();
    }
    scene.close().await.unwrap();
}

/// Huifu says that it knows nothing. That is not proof, so it is asked for ever, and shown.
#[tokio::test]
async fn what_huifu_does_not_know_stays_unconfirmed_and_is_never_sent_again() {
    let scene = Scene::open().await.unwrap();
    let faults = [
        Fault::TimeoutWithoutPaying,
        Fault::CutBeforeReading,
        Fault::ServerError {
            http_status: 502,
            paid: false,
        },
    ];
    for fault in faults {
        scene.huifu.fail_next(1, fault.clone());
        let id = scene.withdraw("41.00").await.unwrap();
        scene.reaches(&id, State::Unconfirmed).await;
        asked(&scene, id.as_str(), 2).await;
        let requests = scene
            .huifu
            .book()
            .payments
            .iter()
            .map(|payment| payment.requests)
            .sum::<u32>();
        assert_eq!(requests, 0, "{fault:?}: it was sent again");
        // A person decides; until then it is on the list, so the day may end with it open.
        hold(&scene, id.as_str()).await;
    }
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_payment_in_progress_for_ever_ends_when_huifu_says_so() {
    let scene = Scene::open().await.unwrap();
    for settle in [true, false] {
        scene.huifu.fail_next(1, Fault::ProcessingForever);
        let id = scene.withdraw("42.00").await.unwrap();
        asked(&scene, id.as_str(), 1).await;
        assert_eq!(scene.find(&id).await.unwrap().state, State::Submitted);
        let serial = scene
            .huifu
            .book()
            .payments
            .last()
            .unwrap()
            .key
            .req_seq_id
            .clone();
        if settle {
            assert!(scene.huifu.settle(&serial).await);
            scene.reaches(&id, State::Paid).await;
        } else {
            assert!(scene.huifu.fail(&serial).await);
            scene.reaches(&id, State::Failed).await;
        }
    }
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_callback_with_another_amount_changes_nothing_and_is_a_case_for_a_person() {
    let scene = Scene::open().await.unwrap();
    scene.huifu.fail_next(1, Fault::WrongAmountInCallback);
    let id = scene.withdraw("43.00").await.unwrap();
    case(&scene, id.as_str(), "callback_mismatch").await;
    let payment = scene.huifu.book().payments.last().unwrap().clone();
    assert!(
        !payment.acked("01"),
        "a callback that is not ours was acknowledged"
    );
    hold(&scene, id.as_str()).await;
    scene.close().await.unwrap();
}

#[tokio::test]
async fn two_final_callbacks_that_contradict_each_other_keep_the_first_and_raise_a_case() {
    let scene = Scene::open().await.unwrap();
    scene.huifu.fail_next(1, Fault::ContradictingFinal);
    let id = scene.withdraw("44.00").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    case(&scene, id.as_str(), "contradiction").await;
    assert_eq!(scene.find(&id).await.unwrap().state, State::Paid);
    scene.close().await.unwrap();
}

async fn asked(scene: &Scene, order_id: &str, times: i32) {
    let what = format!("Huifu to be asked {times} times");
    stand::eventually(std::time::Duration::from_secs(60), &what, async || {
        let sql = scene.sql().await.unwrap();
        let counted = "select coalesce(max(query_count), 0) from attempts where withdrawal_id = $1";
        let count: i32 = sql.query_one(counted, &[&order_id]).await.unwrap().get(0);
        count >= times
    })
    .await;
}

async fn case(scene: &Scene, order_id: &str, kind: &str) {
    stand::eventually(std::time::Duration::from_secs(30), kind, async || {
        let connection = scene.store.connection().await.unwrap();
        let cases = store::cases::list_open(&connection, 100).await.unwrap();
        cases
            .iter()
            .any(|case| case.kind == kind && case.withdrawal_id.as_deref() == Some(order_id))
    })
    .await;
}

async fn hold(scene: &Scene, order_id: &str) {
    let sql = scene.sql().await.unwrap();
    sql.execute(
        "update withdrawals set held = true where id = $1",
        &[&order_id],
    )
    .await
    .unwrap();
}
