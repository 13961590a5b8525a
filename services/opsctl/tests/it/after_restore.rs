//! After a restore: what this database has not sent is held, each with a case, once.

use contract::ids::WithdrawalId;
use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use store::cases;

use crate::world::World;

const DO_IT: &str = " --yes --reason restored";

async fn held(world: &World, id: &WithdrawalId) -> bool {
    let connection = world.connection().await;
    let found = store::withdrawals::find(&connection, id).await.unwrap();
    found.unwrap().held
}

#[tokio::test]
async fn what_was_not_sent_is_held_once_and_its_case_names_the_serial_to_ask_for() {
    let world = World::with_user().await;
    let accepted = world.walked(1, &[]).await;
    let submitted = world.walked(2, &[OpenAttempt, Submit]).await;
    let paid = world.walked(3, &[OpenAttempt, Submit, Pay]).await;
    let tool = world.tool();

    insta::assert_snapshot!("after_restore_dry_run", tool.typed("after-restore"));
    assert!(!held(&world, &accepted).await, "a dry run holds nothing");

    let done = tool.typed(&format!("after-restore{DO_IT}"));
    insta::assert_snapshot!("after_restore", done);
    assert!(held(&world, &accepted).await);
    for sent in [&submitted, &paid] {
        assert!(!held(&world, sent).await, "{sent} was sent from here");
    }
    let connection = world.connection().await;
    let open = cases::list_open(&connection, 10).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].kind, "restored");
    assert_eq!(open[0].withdrawal_id.as_deref(), Some(accepted.as_str()));
    let serial = format!("A{}", &accepted.as_str()[1..]);
    assert_eq!(open[0].detail["next_req_seq_id"], serial);

    let again = tool.typed(&format!("after-restore{DO_IT} --json"));
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["accepted"], serde_json::json!([]), "it has its case");
    assert!(
        tool.typed("audit list")
            .contains("withdrawal.hold_restored")
    );
}

#[tokio::test]
async fn a_second_restore_holds_again_what_was_released_after_the_first() {
    let world = World::with_user().await;
    let accepted = world.walked(1, &[]).await;
    let tool = world.tool();
    tool.typed(&format!("after-restore{DO_IT}"));
    tool.typed("case close 1 --release --yes --reason unpaid");
    assert!(!held(&world, &accepted).await);
    tool.typed(&format!("after-restore{DO_IT}"));
    assert!(held(&world, &accepted).await);
}
