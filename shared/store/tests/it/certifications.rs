//! Certification runs: kept from their beginning on, and finished once.

use contract::ids::CertificationId;
use serde_json::json;
use store::certifications::{self, CertificationResult};
use store::dead_letters::Decision;

use crate::world::{World, partner_id};

fn run(number: u128) -> CertificationId {
    CertificationId::from_parts(1_800_000_000_000, number)
}

#[tokio::test]
async fn a_run_is_seen_before_it_ends_and_ends_once() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let decision = Decision {
        by: "lin",
        reason: "go-live",
    };
    for (number, seconds) in [(1, 0), (2, 10)] {
        let tx = connection.begin("tests: begin run").await.unwrap();
        let partner = partner_id();
        let whose = (&partner, "shop.example");
        certifications::begin(&tx, world.later(seconds), &run(number), whose, &decision)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let sheet = json!({ "answer": { "verdict": "pass", "found": "success" } });
    let mut finished = Vec::new();
    for result in [CertificationResult::Passed, CertificationResult::Failed] {
        let tx = connection.begin("tests: finish run").await.unwrap();
        let end = certifications::finish(&tx, world.later(20), &run(1), result, &sheet).await;
        finished.push(end.unwrap());
        tx.commit().await.unwrap();
    }
    assert_eq!(finished, [true, false]);
    let runs = certifications::of(&connection, &partner_id(), 9).await;
    let runs = runs.unwrap();
    assert_eq!((runs[0].id.clone(), runs[0].result), (run(2), None));
    assert_eq!(runs[1].result, Some(CertificationResult::Passed));
    assert_eq!(runs[1].sheet.as_ref(), Some(&sheet));
    assert_eq!(
        (runs[1].certified_by.as_str(), runs[1].reason.as_str()),
        ("lin", "go-live")
    );
    let newest = certifications::of(&connection, &partner_id(), 1).await;
    assert_eq!(newest.unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_without_an_end_has_no_result_and_nobody_is_called_as_its_user() {
    let world = World::new().await;
    let client = world.raw().await;
    let row =
        "insert into certifications (id, partner_id, host, started_at, finished_at, certified_by,
                   reason, created_at, updated_at, updated_by)
               values ('C1', 'demo-shop', 'h', now(), now(), 'lin', 'x', now(), now(), 'tests')";
    let user = "update users set htouhui_user_id = 'CERTIFY'";
    for (statement, constraint) in [
        (row, "certification_finished_iff_result"),
        (user, "user_is_not_of_certification"),
    ] {
        let error = client.batch_execute(statement).await.unwrap_err();
        let refused = error.as_db_error().unwrap().constraint();
        assert_eq!(refused, Some(constraint));
    }
}
