//! Asking Huifu out of turn.

use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use store::{attempts, timeline};

use crate::world::World;

#[tokio::test]
async fn the_next_question_is_made_due_with_who_and_why_or_not_at_all() {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit]).await;
    world.sent_to_huifu(&id).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: pay").await.unwrap();
    world.take(&tx, &id, Pay, 9).await;
    tx.commit().await.unwrap();
    let tool = world.tool();
    let next = async || {
        let connection = world.connection().await;
        let attempt = attempts::of(&connection, &id).await.unwrap().remove(0);
        attempt.next_query_at.unwrap()
    };
    let by_itself = next().await;
    let dry = tool.answer(&["withdrawal", "ask", id.as_str()]);
    insta::assert_snapshot!("withdrawal_ask_dry_run", dry);
    assert_eq!(next().await, by_itself);
    let ask = [
        "withdrawal",
        "ask",
        id.as_str(),
        "--yes",
        "--reason",
        "the user rang",
    ];
    insta::assert_snapshot!("withdrawal_ask", tool.answer(&ask));
    assert_ne!(next().await, by_itself);
    let told = timeline::of(&connection, &id).await.unwrap();
    let told = told.last().unwrap();
    assert_eq!(
        (told.event.as_str(), told.recorded_by.as_str()),
        ("ask", "opsctl: ask about withdrawal")
    );
    assert_eq!(told.detail["by"], "sre");
    assert_eq!(told.detail["reason"], "the user rang");
}

#[tokio::test]
async fn there_is_nothing_to_ask_about_what_never_was_at_huifu() {
    let world = World::with_user().await;
    let id = world.walked(1, &[]).await;
    let (code, said) = world.tool().refused(&format!("withdrawal ask {id}"));
    assert_eq!(code, 1);
    assert!(said.contains("was ever at Huifu"), "{said}");
    let unknown = "withdrawal ask W01KASGXE00000000000000000A";
    let (code, said) = world.tool().refused(unknown);
    assert_eq!(code, 1);
    assert!(said.contains("there is no withdrawal"), "{said}");
}
