//! What has its end is asked about later, because a bank may return the money.

use contract::ids::WithdrawalId;
use contract::withdrawal::{State, Transition, return_check};
use jiff::Timestamp;
use store::attempts::{self, Asked, AttemptOutcome};
use store::dead_letters::Decision;

use crate::world::{World, req_seq_id};

const WHY: Decision<'static> = Decision {
    by: "lin",
    reason: "the user says that the money came back",
};

impl World {
    async fn next_question(&self, number: u128) -> Option<Timestamp> {
        let connection = self.connection().await;
        let found = attempts::find(&connection, &req_seq_id(number)).await;
        found.unwrap().unwrap().next_query_at
    }

    /// Under way, with one attempt.
    async fn sent(&self, number: u128) -> WithdrawalId {
        let id = self.walked_to(number, State::Dispatching).await;
        self.open_attempt(&id, number).await.unwrap();
        id
    }

    pub(crate) async fn close(&self, number: u128, outcome: AttemptOutcome) {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: close attempt").await.unwrap();
        let serial = req_seq_id(number);
        attempts::close(&tx, self.now, &serial, outcome, None, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn ask_now(&self, id: &WithdrawalId, now: Timestamp) -> Asked {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: ask").await.unwrap();
        let asked = attempts::ask_now(&tx, now, id, &WHY).await.unwrap();
        tx.commit().await.unwrap();
        asked
    }

    async fn ask_soon(&self, id: &WithdrawalId, at: Timestamp) -> bool {
        let connection = self.connection().await;
        let single = connection.single("tests: ask soon");
        attempts::ask_soon(single, self.now, id, at).await.unwrap()
    }

    /// How many times the timeline says that somebody wished to ask.
    async fn wishes(&self, id: &WithdrawalId) -> usize {
        let connection = self.connection().await;
        let told = store::timeline::of(&connection, id).await.unwrap();
        let wished = told.iter().filter(|entry| entry.event == "ask");
        wished
            .inspect(|entry| assert_eq!(entry.detail["by"], "lin"))
            .count()
    }
}

#[tokio::test]
async fn paid_and_failed_are_asked_about_a_day_later_and_returned_no_more() {
    let world = World::new().await;
    let a_day_later = return_check::first(State::Paid, world.now);
    let paid = world.sent(1).await;
    world.take(&paid, Transition::Pay).await;
    assert_eq!(world.next_question(1).await, a_day_later);
    world.take(&paid, Transition::Return).await;
    assert_eq!(world.next_question(1).await, None);

    let failed = world.sent(2).await;
    world.take(&failed, Transition::Submit).await;
    world.take(&failed, Transition::Fail).await;
    assert_eq!(world.next_question(2).await, a_day_later);
}

#[tokio::test]
async fn what_huifu_refused_or_never_got_is_not_asked_about() {
    let world = World::new().await;
    let refused = world.sent(1).await;
    world.take(&refused, Transition::Refuse).await;
    world.close(1, AttemptOutcome::Refused).await;
    assert_eq!(world.next_question(1).await, None);

    let unsent = world.sent(2).await;
    world.close(2, AttemptOutcome::NotSent).await;
    world.take(&unsent, Transition::NotSent).await;
    world.take(&unsent, Transition::OpenAttempt).await;
    world.open_attempt(&unsent, 3).await.unwrap();
    world.take(&unsent, Transition::Pay).await;
    assert_eq!(world.next_question(2).await, None);
    assert!(world.next_question(3).await.is_some());
}

#[tokio::test]
async fn an_operator_makes_the_next_question_due_also_after_the_last_one() {
    let world = World::new().await;
    let paid = world.sent(1).await;
    world.close(1, AttemptOutcome::Submitted).await;
    world.take(&paid, Transition::Pay).await;
    let raw = world.raw().await;
    raw.execute("update attempts set next_query_at = null", &[])
        .await
        .unwrap();
    let later = world.later(30 * 86_400);
    assert_eq!(world.ask_now(&paid, later).await, Asked::Due(req_seq_id(1)));
    assert_eq!(world.next_question(1).await, Some(later));
    assert_eq!(world.wishes(&paid).await, 1);
}

#[tokio::test]
async fn a_sending_that_may_not_be_over_is_not_asked_about_early() {
    let world = World::new().await;
    let sent = world.sent(1).await;
    let by_itself = Asked::UnderWay(world.later(30));
    assert_eq!(world.ask_now(&sent, world.now).await, by_itself);
    assert_eq!(world.next_question(1).await, Some(world.later(30)));
    assert_eq!(world.wishes(&sent).await, 0, "nothing was done");
}

#[tokio::test]
async fn what_a_dead_sender_left_is_asked_about_soon_and_once() {
    let world = World::new().await;
    let sent = world.sent(1).await;
    assert!(world.ask_soon(&sent, world.later(2)).await);
    assert_eq!(world.next_question(1).await, Some(world.later(2)));
    assert!(!world.ask_soon(&sent, world.later(5)).await, "put off");

    let heard_of = world.sent(2).await;
    world.close(2, AttemptOutcome::Submitted).await;
    let by_itself = world.next_question(2).await;
    assert!(!world.ask_soon(&heard_of, world.later(2)).await);
    assert_eq!(world.next_question(2).await, by_itself);
}

#[tokio::test]
async fn there_is_nothing_to_ask_about_what_never_was_at_huifu() {
    let world = World::new().await;
    let accepted = world.walked_to(1, State::Accepted).await;
    assert_eq!(world.ask_now(&accepted, world.now).await, Asked::NeverThere);
    let refused = world.sent(2).await;
    world.close(2, AttemptOutcome::Refused).await;
    assert_eq!(world.ask_now(&refused, world.now).await, Asked::NeverThere);
    let unknown = WithdrawalId::from_parts(1, 1);
    assert_eq!(world.ask_now(&unknown, world.now).await, Asked::Unknown);
}

#[tokio::test]
async fn a_claim_reads_what_is_due_and_not_what_waits_for_days() {
    let world = World::new().await;
    let sample = world.sent(1).await;
    let raw = world.raw().await;
    // Eight days of ended withdrawals, and a few that are due.
    raw.batch_execute(&format!(
        "insert into withdrawals
         select 'W-' || n, partner_id, third_party_user_id, htouhui_user_id, amount_fen, null,
                return_url, notify_url, from_url, null, language, 'draft', false, null, null, null,
                null, null, null, null, 0, expires_at, null, created_at, updated_at, updated_by
           from withdrawals, generate_series(1, 20000) as n
          where id = '{sample}';
         insert into attempts
         select 'A-' || n, 'W-' || n, req_date, huifu_id, token_no, amount_fen, 'submitted', null,
                null, 0, next_query_at + n * interval '30 seconds', created_at, updated_at, updated_by
           from attempts, generate_series(1, 20000) as n
          where withdrawal_id = '{sample}';
         analyze attempts;"
    ))
    .await
    .unwrap();
    let plan = raw
        .query(
            "explain (analyze, buffers, timing off, summary off)
             select req_seq_id from attempts
              where next_query_at <= timestamptz '2026-11-22T04:05:00Z'
              order by next_query_at
              limit 16
                for update skip locked",
            &[],
        )
        .await
        .unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    assert!(
        plan.contains("Index Scan using attempts_to_ask_about"),
        "{plan}"
    );
    let pages: u32 = plan
        .split_once("shared hit=")
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect())
        .and_then(|digits: String| digits.parse().ok())
        .unwrap_or(0);
    assert!(pages < 100, "{pages} pages for ten attempts:\n{plan}");
}
