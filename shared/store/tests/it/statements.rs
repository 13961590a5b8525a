//! Statements: planned, claimed and asked for within bounds; compared in both directions.

use contract::huifu::statement::{LineState, StatementLine};
use contract::ids::{HuifuId, WithdrawalId};
use contract::money::Fen;
use contract::partner::time::beijing_day;
use contract::withdrawal::{State, Transition};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use store::attempts::{self, AttemptOutcome};
use store::cases;
use store::dead_letters::Decision;
use store::statements::{self, DifferenceKind, File, Key, StatementState};

use crate::world::{World, id, req_seq_id};

/// The day of the world's `now`, as the attempts of `World::open_attempt` have it.
const TODAY: Date = Date::constant(2026, 11, 22);

const CHANNEL: &str = "6666000000000001";
const USER: &str = "6666000021291985";

fn channel() -> HuifuId {
    id(CHANNEL)
}

fn key() -> Key {
    Key {
        day: TODAY,
        member: channel(),
    }
}

fn line(number: u128, fen: i64, state: LineState) -> StatementLine {
    StatementLine {
        line: number as u64 + 1,
        req_seq_id: req_seq_id(number).to_string(),
        req_date: "20261122".parse().unwrap(),
        huifu_id: USER.to_owned(),
        hf_seq_id: Some(format!("HF{number}")),
        cash_amt: Fen::new(fen).unwrap(),
        fee_amt: Some(Fen::new(105).unwrap()),
        state,
    }
}

/// As the world's withdrawals are.
fn paid(number: u128) -> StatementLine {
    line(number, 10_000, LineState::Paid)
}

impl World {
    async fn plan(&self, members: &[HuifuId], last: Date) -> u64 {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: plan").await.unwrap();
        let planned = statements::plan(&tx, self.now, members, last).await;
        tx.commit().await.unwrap();
        planned.unwrap()
    }

    async fn claim(&self, now: Timestamp) -> Option<Key> {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: claim").await.unwrap();
        let until = now + SignedDuration::from_mins(10);
        let claimed = statements::claim(&tx, now, until).await.unwrap();
        tx.commit().await.unwrap();
        claimed
    }

    /// Sent as attempt `number`, and walked on.
    async fn at(&self, number: u128, road: &[Transition]) -> WithdrawalId {
        let id = self.walked_to(number, State::Dispatching).await;
        self.open_attempt(&id, number).await.unwrap();
        for transition in road {
            self.take(&id, *transition).await;
        }
        id
    }

    /// Takes a file with these lines for today and compares it, both ways.
    async fn take_file(&self, lines: &[StatementLine]) {
        self.plan(&[channel()], TODAY).await;
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: take file").await.unwrap();
        let file = File {
            digest: "d1ce",
            lines,
        };
        let taken = statements::take(&tx, self.now, &key(), &file).await;
        assert!(taken.unwrap().is_some());
        statements::compare(&tx, self.now, &key()).await.unwrap();
        assert!(statements::complete(&tx, TODAY, 7).await.unwrap());
        statements::compare_payments(&tx, self.now, TODAY, beijing_day(TODAY))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// What differs today: kind and serial.
    async fn differences(&self) -> Vec<(DifferenceKind, String)> {
        let connection = self.connection().await;
        let found = statements::differences(&connection, TODAY, 100).await;
        let found = found.unwrap().into_iter();
        found.map(|one| (one.kind, one.req_seq_id)).collect()
    }

    async fn open_cases(&self, limit: i64) -> i64 {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: open cases").await.unwrap();
        let count = statements::open_cases(&tx, self.now, TODAY, limit).await;
        tx.commit().await.unwrap();
        count.unwrap()
    }

    async fn open_late_cases(&self, day: Date) -> u64 {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: open cases").await.unwrap();
        let count = statements::open_late_cases(&tx, self.now, day).await;
        tx.commit().await.unwrap();
        count.unwrap()
    }

    async fn case_kinds(&self) -> Vec<String> {
        let connection = self.connection().await;
        let open = cases::list_open(&connection, 100).await.unwrap();
        open.into_iter().map(|case| case.kind).collect()
    }
}

fn serial(number: u128) -> String {
    req_seq_id(number).to_string()
}

#[tokio::test]
async fn a_day_is_planned_once_and_days_that_were_missed_are_made_up_for() {
    let world = World::new().await;
    let (first, second) = (channel(), id("6666000000000002"));
    let yesterday = TODAY - 1.day();
    assert_eq!(world.plan(std::slice::from_ref(&first), yesterday).await, 1);
    assert_eq!(world.plan(std::slice::from_ref(&first), yesterday).await, 0);
    let both = [first, second];
    assert_eq!(world.plan(&both, TODAY + 2.days()).await, 4, "3 and 1");
    assert_eq!(
        world.plan(&both, TODAY + 100.days()).await,
        62,
        "at most 31"
    );
}

#[tokio::test]
async fn a_statement_is_claimed_by_one_until_its_time_runs_out() {
    let world = World::new().await;
    assert_eq!(world.claim(world.now).await, None);
    world.plan(&[channel()], TODAY).await;
    let (mine, yours) = tokio::join!(world.claim(world.now), world.claim(world.now));
    assert!(mine.is_some() != yours.is_some(), "{mine:?} {yours:?}");
    assert_eq!(world.claim(world.later(599)).await, None);
    assert_eq!(world.claim(world.later(600)).await, Some(key()));
}

#[tokio::test]
async fn a_member_is_asked_three_times_a_day_whatever_for() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: ask").await.unwrap();
    let mut counts = Vec::new();
    for day in [TODAY, TODAY, TODAY, TODAY, TODAY + 1.day()] {
        let count = statements::count_question(&tx, world.now, &channel(), day).await;
        counts.push(count.unwrap());
    }
    assert_eq!(counts, [Some(1), Some(2), Some(3), None, Some(1)]);
    let other = statements::count_question(&tx, world.now, &id("66"), TODAY).await;
    assert_eq!(other.unwrap(), Some(1));
}

#[tokio::test]
async fn what_is_put_off_comes_back_and_what_is_set_aside_waits_for_a_person() {
    let world = World::new().await;
    world.plan(&[channel()], TODAY).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: put off").await.unwrap();
    let next = world.later(3600);
    statements::put_off(&tx, world.now, &key(), next, "not ready")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.claim(world.later(3599)).await, None);
    assert_eq!(world.claim(next).await, Some(key()));
    let tx = connection.begin("tests: set aside").await.unwrap();
    statements::set_aside(&tx, world.now, &key(), "line 3: empty")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.claim(world.later(1_000_000)).await, None);
    let tx = connection.begin("tests: run again").await.unwrap();
    let why = Decision {
        by: "lin",
        reason: "Huifu wrote it anew",
    };
    let again = statements::run_again(&tx, next, TODAY, None, &why)
        .await
        .unwrap();
    assert_eq!(again, [CHANNEL]);
    let older = TODAY - 3.days();
    let again = statements::run_again(&tx, next, older, Some(&id("66")), &why).await;
    assert_eq!(again.unwrap(), ["66"]);
    tx.commit().await.unwrap();
    let due = statements::of(&world.connection().await, TODAY)
        .await
        .unwrap();
    assert_eq!(due[0].state, StatementState::Due);
    let trouble = due[0].trouble.as_deref();
    assert_eq!(trouble, Some("asked for by lin: Huifu wrote it anew"));
    assert_eq!(world.claim(next).await.unwrap().day, older);
    assert_eq!(world.claim(next).await, Some(key()));
}

#[tokio::test]
async fn a_clean_day_has_no_differences() {
    let world = World::new().await;
    world.at(1, &[Transition::Submit, Transition::Pay]).await;
    let returned = [Transition::Submit, Transition::Pay, Transition::Return];
    world.at(2, &returned).await;
    world.at(3, &[Transition::Submit, Transition::Fail]).await;
    world.at(4, &[Transition::Submit]).await;
    world.at(5, &[Transition::Refuse]).await;
    world.close(5, AttemptOutcome::Refused).await;
    world
        .take_file(&[
            paid(1),
            line(2, 10_000, LineState::Returned),
            line(3, 10_000, LineState::Failed),
            line(4, 10_000, LineState::Processing),
        ])
        .await;
    assert_eq!(world.differences().await, []);
    assert_eq!(world.open_cases(100).await, 0);
    // A file that was written before the money came back, and one that leaves failures out.
    world.take_file(&[paid(1), paid(2)]).await;
    assert_eq!(world.differences().await, []);
}

#[tokio::test]
async fn each_difference_is_found_and_a_repeat_tells_a_person_once() {
    use DifferenceKind::{
        AmountDiffers, FeeDiffers, MissingAtHuifu, MissingHere, PaidTwice, StateDiffers,
    };
    let world = World::new().await;
    for number in 1..=5 {
        world
            .at(number, &[Transition::Submit, Transition::Pay])
            .await;
    }
    let never_left = world.at(7, &[Transition::NotSent]).await;
    world.close(7, AttemptOutcome::NotSent).await;
    let fee = StatementLine {
        fee_amt: Some(Fen::new(106).unwrap()),
        ..paid(2)
    };
    let lines = [
        line(1, 10_001, LineState::Paid),
        fee,
        line(3, 10_000, LineState::Failed),
        paid(4),
        paid(6),
        line(7, 10_000, LineState::Failed),
        StatementLine {
            line: 99,
            ..paid(4)
        },
    ];
    for _ in 0..2 {
        world.take_file(&lines).await;
        let expected = [
            (AmountDiffers, serial(1)),
            (FeeDiffers, serial(2)),
            (StateDiffers, serial(3)),
            (PaidTwice, serial(4)),
            (MissingHere, serial(6)),
            (StateDiffers, serial(7)),
            (PaidTwice, serial(4)),
            (MissingAtHuifu, serial(5)),
        ];
        assert_eq!(world.differences().await, expected);
        assert_eq!(world.open_cases(100).await, 7);
        let kinds = [
            "statement_amount_differs",
            "statement_state_differs",
            "statement_paid_twice",
            "statement_missing_here",
            "statement_state_differs",
            "statement_missing_at_huifu",
        ];
        assert_eq!(world.case_kinds().await, kinds);
    }
    let open = cases::list_open(&world.connection().await, 100).await;
    let open = open.unwrap();
    assert_eq!(open[0].detail["told_fen"], 10_001);
    assert_eq!(open[0].detail["ours_fen"], 10_000);
    assert_eq!(open[3].withdrawal_id, None);
    assert_eq!(open[4].withdrawal_id, Some(never_left.to_string()));
}

#[tokio::test]
async fn no_more_cases_are_opened_at_once_than_a_person_can_look_at() {
    let world = World::new().await;
    let lines: Vec<_> = (1..=30).map(paid).collect();
    world.take_file(&lines).await;
    assert_eq!(world.open_cases(10).await, 30, "how many there are");
    assert_eq!(world.case_kinds().await.len(), 10);
}

#[tokio::test]
async fn where_huifu_is_ahead_it_is_asked_and_a_person_told_only_if_that_did_not_help() {
    use DifferenceKind::{EndedAtHuifu, ReturnedAtHuifu};
    let world = World::new().await;
    let open = world.at(1, &[Transition::Submit]).await;
    let came_back = world.at(2, &[Transition::Submit, Transition::Pay]).await;
    for number in [1, 2] {
        world.close(number, AttemptOutcome::Submitted).await;
    }
    world
        .take_file(&[paid(1), line(2, 10_000, LineState::Returned)])
        .await;
    let expected = [(EndedAtHuifu, serial(1)), (ReturnedAtHuifu, serial(2))];
    assert_eq!(world.differences().await, expected);
    assert_eq!(world.open_cases(100).await, 0);

    let mut connection = world.connection().await;
    let tx = connection.begin("tests: ask").await.unwrap();
    let asked = statements::ask(&tx, world.later(60), TODAY).await.unwrap();
    assert_eq!(asked, 2);
    let due = attempts::claim_due(&tx, world.later(60), world.later(90), 10).await;
    let due = due.unwrap();
    assert!(
        due.iter()
            .all(|one| one.withdrawal_id == open || one.withdrawal_id == came_back)
    );
    assert_eq!(due.len(), 2);
    tx.commit().await.unwrap();

    // One is answered, the other is not.
    world.take(&open, Transition::Pay).await;
    assert_eq!(world.open_late_cases(TODAY).await, 0, "not on the same day");
    assert_eq!(world.open_late_cases(TODAY + 1.day()).await, 1);
    assert_eq!(world.open_late_cases(TODAY + 1.day()).await, 0, "told once");
    assert_eq!(world.case_kinds().await, ["statement_returned_at_huifu"]);
}

#[tokio::test]
async fn nothing_is_missing_while_a_statement_is() {
    let world = World::new().await;
    let other = id("6666000000000002");
    world.plan(&[channel(), other], TODAY).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: take file").await.unwrap();
    let file = File {
        digest: "d1ce",
        lines: &[],
    };
    statements::take(&tx, world.now, &key(), &file)
        .await
        .unwrap();
    assert!(!statements::complete(&tx, TODAY, 7).await.unwrap());
    assert!(!statements::complete(&tx, TODAY + 1.day(), 7).await.unwrap());
}

#[tokio::test]
async fn what_was_asked_for_before_the_first_statement_is_not_missed() {
    let world = World::new().await;
    world.at(1, &[Transition::Submit, Transition::Pay]).await;
    let raw = world.raw().await;
    raw.execute("update attempts set req_date = '20261121'", &[])
        .await
        .unwrap();
    world.take_file(&[]).await;
    assert_eq!(world.differences().await, []);
}

#[tokio::test]
async fn ten_thousand_lines_are_taken_and_compared_in_seconds() {
    let world = World::new().await;
    let sample = world.at(1, &[Transition::Submit, Transition::Pay]).await;
    let raw = world.raw().await;
    raw.batch_execute(&format!(
        "insert into withdrawals
         select 'W-' || n, partner_id, third_party_user_id, htouhui_user_id, amount_fen, null,
                return_url, notify_url, from_url, null, language, state, false, cash_type, fee_fen,
                arrival_fen, card_id, accepted_at, null, null, notice_sequence, expires_at,
                terminal_at, created_at, updated_at, updated_by
           from withdrawals, generate_series(2, 10000) as n
          where id = '{sample}';
         insert into attempts
         select 'A-' || n, 'W-' || n, req_date, huifu_id, token_no, amount_fen, 'submitted', null,
                null, 0, next_query_at, created_at, updated_at, updated_by
           from attempts, generate_series(2, 10000) as n
          where withdrawal_id = '{sample}';
         insert into timeline (withdrawal_id, at, recorded_by, event, from_state, to_state, detail)
         select 'W-' || n, at, recorded_by, event, from_state, to_state, detail
           from timeline, generate_series(2, 10000) as n
          where withdrawal_id = '{sample}';"
    ))
    .await
    .unwrap();
    let mut lines: Vec<_> = (2..=10_000)
        .map(|number| StatementLine {
            req_seq_id: format!("A-{number}"),
            ..paid(number)
        })
        .collect();
    lines.push(paid(1));
    lines[7_000].cash_amt = Fen::new(10_001).unwrap();
    let started = std::time::Instant::now();
    world.take_file(&lines).await;
    let took = started.elapsed();
    println!("10,000 lines taken and compared in {took:?}");
    let found = world.differences().await;
    assert_eq!(
        found,
        [(DifferenceKind::AmountDiffers, "A-7002".to_owned())]
    );
    assert!(took.as_secs() < 30, "{took:?}");
}
