//! The statement of a day: what a clean one says, what each wrong one brings, and what is done when
//! there is none.

use contract::withdrawal::{State, Transition};
use jiff::SignedDuration;
use sandbox::huifu::{Fault, LineStatus, Operation, Selector, StatementChange, StatementLine};
use store::notices;
use store::statements::{DifferenceKind, StatementState};
use tokio_util::sync::CancellationToken;

use crate::books::Books;
use crate::world::HUIFU_ID;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn off_by(serial: &str, fen: i64) -> StatementChange {
    StatementChange::AddToAmount {
        req_seq_id: serial.to_owned(),
        fen: sandbox::Fen(fen),
    }
}

#[tokio::test]
async fn a_clean_day_has_nothing_to_say() {
    let books = Books::open().await;
    books.paid(10_000).await;
    let (failed, serial) = books.sent(10_001).await;
    assert!(books.world.huifu.fail(&serial).await);
    books.take(&failed, Transition::Fail).await;
    let (returned, serial) = books.paid(10_002).await;
    assert!(books.world.huifu.bank_return(&serial));
    books.take(&returned, Transition::Return).await;
    books.sent(10_003).await;
    assert_eq!(
        books.at(books.noon).await,
        1,
        "the day before it, which is empty"
    );
    assert_eq!(books.next_noon().await, 1);
    let statement = books.statement().await;
    assert_eq!(statement.state, StatementState::Taken);
    assert_eq!((statement.version, statement.line_count), (1, Some(4)));
    assert_eq!(books.differences().await, []);
    assert_eq!(books.case_kinds().await, [""; 0]);
    assert_eq!(books.next_noon().await, 0, "once is enough");
}

#[tokio::test]
async fn one_fen_is_found_and_listed_and_told_once() {
    let books = Books::open().await;
    books.paid(10_000).await;
    let (id, serial) = books.paid(10_001).await;
    books
        .world
        .huifu
        .change_statement(books.day, off_by(&serial, 1));
    let expected = [(DifferenceKind::AmountDiffers, serial.clone())];
    assert_eq!(books.next_noon().await, 1);
    assert_eq!(books.differences().await, expected);
    assert_eq!(books.again().await, 1);
    assert_eq!(books.differences().await, expected);
    let cases = books.cases().await;
    assert_eq!(cases.len(), 1, "a repeat tells nothing new");
    assert_eq!(cases[0].kind, "statement_amount_differs");
    assert_eq!(cases[0].withdrawal_id.as_deref(), Some(id.as_str()));
    assert_eq!(cases[0].detail["told_fen"], 10_002);
    assert_eq!(cases[0].detail["ours_fen"], 10_001);
    // Huifu corrects its file.
    books.world.huifu.restore_statement(books.day);
    assert_eq!(books.again().await, 1);
    assert_eq!(books.differences().await, []);
    assert_eq!(books.statement().await.version, 3);
}

#[tokio::test]
async fn what_is_missing_on_either_side_is_found() {
    let books = Books::open().await;
    books.paid(10_000).await;
    let (_, dropped) = books.paid(10_001).await;
    let huifu = &books.world.huifu;
    let drop = StatementChange::Drop {
        req_seq_id: dropped.clone(),
    };
    huifu.change_statement(books.day, drop);
    let line = StatementLine {
        trade_date: "20261121".to_owned(),
        req_seq_id: "SOMEBODY-ELSES".to_owned(),
        req_date: "20261121".to_owned(),
        hf_seq_id: "HF1".to_owned(),
        huifu_id: HUIFU_ID.to_owned(),
        acct_id: "A1".to_owned(),
        cash_amt: sandbox::Fen(1),
        fee_amt: sandbox::Fen(0),
        cash_type: "D0".to_owned(),
        status: LineStatus::Succeeded,
        finished_at: "20261121120000".to_owned(),
    };
    huifu.change_statement(books.day, StatementChange::Foreign { line });
    assert_eq!(books.next_noon().await, 1);
    let expected = [
        (DifferenceKind::MissingHere, "SOMEBODY-ELSES".to_owned()),
        (DifferenceKind::MissingAtHuifu, dropped),
    ];
    assert_eq!(books.differences().await, expected);
    let kinds = ["statement_missing_here", "statement_missing_at_huifu"];
    assert_eq!(books.case_kinds().await, kinds);
}

#[tokio::test]
async fn two_ends_that_exclude_each_other_are_a_case() {
    let books = Books::open().await;
    let (id, serial) = books.sent(10_000).await;
    assert!(books.world.huifu.fail(&serial).await);
    books.take(&id, Transition::Pay).await;
    books.next_noon().await;
    let expected = [(DifferenceKind::StateDiffers, serial)];
    assert_eq!(books.differences().await, expected);
    assert_eq!(books.world.see(&id).await.state, State::Paid, "and no more");
}

#[tokio::test]
async fn a_return_that_only_the_statement_tells_is_asked_about_and_becomes_a_second_notice() {
    let books = Books::open().await;
    let (id, serial) = books.paid(10_000).await;
    assert!(books.world.huifu.bank_return(&serial));
    books.next_noon().await;
    let expected = [(DifferenceKind::ReturnedAtHuifu, serial)];
    assert_eq!(books.differences().await, expected);
    assert_eq!(books.case_kinds().await, [""; 0], "a question first");
    assert_eq!(
        books.world.see(&id).await.state,
        State::Paid,
        "a file ends nothing"
    );
    let next_noon = books.noon + HOUR * 24;
    assert_eq!(books.world.round(next_noon).await, 1);
    assert_eq!(books.world.see(&id).await.state, State::Returned);
    let connection = books.world.store.connection().await.unwrap();
    let told = notices::of(&connection, &id).await.unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|one| (one.sequence, one.outcome.as_str()))
        .collect();
    assert_eq!(told, [(1, "paid"), (2, "returned")]);
    books.at(next_noon + HOUR * 24).await;
    assert_eq!(books.case_kinds().await, [""; 0]);
}

#[tokio::test]
async fn an_end_that_a_question_does_not_confirm_by_the_next_day_is_a_case() {
    let books = Books::open().await;
    let (_, serial) = books.sent(10_000).await;
    assert!(books.world.huifu.settle(&serial).await);
    books.next_noon().await;
    let expected = [(DifferenceKind::EndedAtHuifu, serial)];
    assert_eq!(books.differences().await, expected);
    assert_eq!(books.case_kinds().await, [""; 0]);
    // Nobody asks in this test.
    books.at(books.noon + HOUR * 48).await;
    assert_eq!(books.case_kinds().await, ["statement_ended_at_huifu"]);
}

#[tokio::test]
async fn a_file_that_is_not_ready_is_asked_for_three_times_and_then_tomorrow() {
    let books = Books::open().await;
    books.paid(10_000).await;
    books.world.huifu.hold_statement(books.day, true);
    let ten = books.noon + HOUR * 22;
    assert_eq!(books.at(books.noon).await, 1, "the day before it");
    for hours in [0, 1, 3] {
        let now = ten + HOUR * hours;
        assert_eq!(books.at(now).await, 1, "{hours}");
        assert_eq!(
            books.at(now + HOUR - SignedDuration::from_secs(1)).await,
            0,
            "{hours}"
        );
    }
    let statement = books.statement().await;
    assert_eq!(statement.trouble.as_deref(), Some("the file is not ready"));
    assert_eq!(statement.next_try_at, Some(ten + HOUR * 24));
    assert_eq!(books.case_kinds().await, ["statement_unavailable"]);
    books.world.huifu.hold_statement(books.day, false);
    assert_eq!(
        books.at(ten + HOUR * 24).await,
        2,
        "this day's and the next one's"
    );
    assert_eq!(books.statement().await.state, StatementState::Taken);
}

#[tokio::test]
async fn a_day_on_which_nothing_ran_is_made_up_for() {
    let books = Books::open().await;
    assert_eq!(books.next_noon().await, 1);
    assert_eq!(books.at(books.noon + HOUR * 24 * 4).await, 3);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_waits_for_a_person_and_is_read_again_when_asked() {
    let columns = r#"{"columns":{"cash_amt":"出金金额"}}"#;
    let books = Books::open_with(|settings| settings.layout = columns.parse().unwrap()).await;
    books.paid(10_000).await;
    books.next_noon().await;
    let statement = books.statement().await;
    assert_eq!(statement.state, StatementState::SetAside);
    let trouble = "line 1, column 出金金额: the header has no such column";
    assert_eq!(statement.trouble.as_deref(), Some(trouble));
    assert_eq!(books.case_kinds().await, ["statement_unusable"]);
    books.again().await;
    assert_eq!(
        books.case_kinds().await.len(),
        1,
        "the same trouble is told once"
    );
    // Somebody reads the file, and tells us its layout.
    let told = books.replica(|settings| settings.layout = "{}".parse().unwrap());
    books.wish_again().await;
    let stopping = CancellationToken::new();
    let worked = told.round(books.noon + HOUR * 24, &stopping).await;
    assert_eq!(worked.unwrap(), 1);
    let statement = books.statement().await;
    assert_eq!(statement.state, StatementState::Taken);
    assert_eq!((statement.trouble, statement.line_count), (None, Some(1)));
}

#[tokio::test]
async fn a_file_from_elsewhere_or_beyond_all_bounds_is_not_taken() {
    let elsewhere = Books::open_with(|settings| {
        settings.hosts = vec!["files.huifu.example".to_owned()];
    })
    .await;
    elsewhere.next_noon().await;
    let trouble = elsewhere.statement().await.trouble;
    let said = "STATEMENT_HOSTS does not have the host 127.0.0.1";
    assert_eq!(trouble.as_deref(), Some(said));
    let too_large = Books::open_with(|settings| settings.max_bytes = 20).await;
    too_large.next_noon().await;
    let statement = too_large.statement().await;
    assert_eq!(statement.state, StatementState::SetAside);
    let said = "the files are larger than STATEMENT_MAX_BYTES";
    assert_eq!(statement.trouble.as_deref(), Some(said));
}

#[tokio::test]
async fn a_huifu_that_fails_is_asked_again() {
    let books = Books::open().await;
    let huifu = &books.world.huifu;
    let faults = [
        (Operation::StatementQuery, Fault::NoSignature),
        (
            Operation::StatementFile,
            Fault::ServerError {
                http_status: 500,
                paid: false,
            },
        ),
    ];
    let mut now = books.noon + HOUR * 24;
    for (operation, fault) in faults {
        huifu.set_fault(Selector::operation(operation), &[fault], Some(1));
        assert_eq!(books.at(now).await, 1);
        let statement = books.statement().await;
        assert_eq!(statement.state, StatementState::Due, "{operation:?}");
        assert!(statement.trouble.is_some());
        now = statement.next_try_at.unwrap();
    }
    assert_eq!(books.at(now).await, 1);
    assert_eq!(books.statement().await.state, StatementState::Taken);
    assert_eq!(books.case_kinds().await, [""; 0]);
}

#[tokio::test]
async fn two_replicas_ask_for_a_file_once() {
    let books = Books::open().await;
    books.paid(10_000).await;
    let next_noon = books.noon + HOUR * 24;
    books.set_huifus_clock(next_noon);
    let (mine, yours) = (books.replica(|_| {}), books.replica(|_| {}));
    let stopping = CancellationToken::new();
    let (mine, yours) = tokio::join!(
        mine.round(next_noon, &stopping),
        yours.round(next_noon, &stopping)
    );
    assert_eq!(mine.unwrap() + yours.unwrap(), 1);
    assert_eq!(books.world.huifu.questions(Operation::StatementQuery), 1);
    assert_eq!(books.statement().await.version, 1);
}
