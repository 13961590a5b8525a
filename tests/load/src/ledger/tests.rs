use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

/// One withdrawal on which everybody agrees.
fn good(number: usize) -> Books {
    let (order, serial) = (format!("W{number}"), format!("R{number}"));
    Books {
        entries: vec![Entry {
            out_order_no: format!("L{number}"),
            scheduled: at(0),
            answer: Answer::Accepted(order.clone()),
        }],
        rows: vec![Row {
            order_id: order.clone(),
            out_order_no: format!("L{number}"),
            state: State::Paid,
            amount: 10_000,
            accepted_at: Some(at(1)),
            serials: vec![serial.clone()],
            notice: Some("delivered".to_owned()),
        }],
        payments: vec![Payment {
            serial,
            executions: 1,
            amount: 10_000,
            paid: true,
            received_at: at(2),
            final_sent_at: Some(at(3)),
        }],
        heard: vec![Heard {
            order_id: order,
            good: true,
            accepted: true,
            status: "1".to_owned(),
            received_at: at(4),
        }],
    }
}

fn differs(books: &Books) -> String {
    let balance = books.balance();
    assert!(!balance.is_exact(), "{balance:?}");
    balance.differences.join("\n")
}

#[test]
fn what_all_books_agree_on_is_exact() {
    let mut books = good(1);
    let second = good(2);
    books.entries.extend(second.entries);
    books.rows.extend(second.rows);
    books.payments.extend(second.payments);
    books.heard.extend(second.heard);
    let balance = books.balance();
    assert!(balance.is_exact(), "{balance:?}");
    assert_eq!(
        (balance.sent, balance.accepted, balance.notified),
        (2, 2, 2)
    );
    assert_eq!(balance.paid, 2);
}

#[test]
fn a_withdrawal_that_vanished_is_missed() {
    let mut books = good(1);
    books.rows.clear();
    books.payments.clear();
    books.heard.clear();
    assert!(differs(&books).contains("there is no row"));
}

#[test]
fn a_second_notice_and_a_second_payment_are_duplicates() {
    let mut books = good(1);
    let again = books.heard[0].clone();
    books.heard.push(again);
    assert_eq!(books.balance().duplicates, 1);
    books.payments[0].executions = 2;
    assert_eq!(books.balance().duplicates, 2);
    assert!(!books.balance().is_exact());
}

#[test]
fn a_notice_that_was_not_taken_is_open_until_it_is_given_up() {
    let mut books = good(1);
    books.heard[0].accepted = false;
    books.rows[0].notice = Some("pending".to_owned());
    let balance = books.balance();
    assert_eq!((balance.open, balance.failed), (1, 0));
    assert!(balance.is_exact());
    books.rows[0].notice = Some("dead_lettered".to_owned());
    let balance = books.balance();
    assert_eq!((balance.open, balance.failed), (0, 1));
    assert!(balance.is_exact());
    books.rows[0].notice = Some("delivered".to_owned());
    assert!(differs(&books).contains("never took it"));
}

#[test]
fn an_answer_that_was_lost_is_found_in_our_rows() {
    let mut books = good(1);
    books.entries[0].answer = Answer::Lost("timeout".to_owned());
    let balance = books.balance();
    assert!(balance.is_exact(), "{balance:?}");
    assert_eq!((balance.unanswered, balance.accepted), (1, 1));
    books.entries[0].answer = Answer::Refused("a page".to_owned());
    assert!(differs(&books).contains("the generator never heard of it"));
}

#[test]
fn a_lie_to_the_partner_a_wrong_amount_and_a_foreign_payment_are_seen() {
    let mut lie = good(1);
    lie.heard[0].status = "0".to_owned();
    assert!(differs(&lie).contains("told something else"));
    let mut amount = good(1);
    amount.payments[0].amount = 1;
    assert!(differs(&amount).contains("another amount"));
    let mut foreign = good(1);
    foreign.payments.extend(good(9).payments);
    assert!(differs(&foreign).contains("not ours"));
    let mut unpaid = good(1);
    unpaid.payments.clear();
    assert!(differs(&unpaid).contains("Huifu's book does not"));
}
