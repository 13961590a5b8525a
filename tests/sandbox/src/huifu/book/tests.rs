use super::*;
use crate::huifu::fee::FeeMode;

const HUIFU_ID: &str = "6666000021291985";

fn book(limit: usize) -> Book {
    let mut book = Book::new(limit);
    set_balance(&mut book, Fen(10_000), None);
    book
}

fn basic() -> Place {
    Place {
        huifu_id: HUIFU_ID.into(),
        acct_id: derived_acct_id(HUIFU_ID, "01"),
    }
}

fn set_balance(book: &mut Book, balance: Fen, yesterday: Option<Fen>) {
    let today = day_of(now());
    book.accounts.set(&basic(), "01", balance, yesterday, today);
}

fn order(serial: &str, cash_amt: Fen, fee_mode: FeeMode) -> Order {
    Order {
        key: PaymentKey {
            huifu_id: HUIFU_ID.into(),
            req_date: "20261122".into(),
            req_seq_id: serial.into(),
        },
        hf_seq_id: format!("HF{serial}"),
        acct_id: derived_acct_id(HUIFU_ID, "01"),
        token_no: "10004053462".into(),
        cash_type: CashType::T1,
        cash_amt,
        fee_amt: Fen(105),
        fee_payer: (fee_mode == FeeMode::Outer).then(basic),
        remark: None,
        notify_url: None,
    }
}

fn now() -> Timestamp {
    "2026-11-22T04:00:00Z".parse().unwrap()
}

#[test]
fn an_execution_debits_the_amount_and_an_outer_fee_besides() {
    let mut book = book(9);
    book.execute(order("A", Fen(1_000), FeeMode::Inner), now())
        .unwrap();
    assert_eq!(book.snapshot().balance(HUIFU_ID), Fen(9_000));
    book.execute(order("B", Fen(1_000), FeeMode::Outer), now())
        .unwrap();
    assert_eq!(book.snapshot().balance(HUIFU_ID), Fen(7_895));
    assert_eq!(book.snapshot().executions(&["A", "B"]), 2);
    assert_eq!(book.snapshot().audit(), Vec::<String>::new());
}

#[test]
fn a_balance_must_cover_the_outer_fee_too() {
    let mut book = book(9);
    assert_eq!(
        book.execute(order("A", Fen(9_900), FeeMode::Outer), now()),
        Err(Short::Balance)
    );
    assert_eq!(book.snapshot().balance(HUIFU_ID), Fen(10_000));
    assert_eq!(book.snapshot().payment("A").unwrap().executions, 0);
    book.execute(order("B", Fen(10_000), FeeMode::Inner), now())
        .unwrap();
    assert_eq!(book.snapshot().audit(), Vec::<String>::new());
}

#[test]
fn a_failure_books_everything_back_once() {
    let mut book = book(9);
    let order = order("A", Fen(1_000), FeeMode::Outer);
    let key = order.key.clone();
    book.execute(order, now()).unwrap();
    assert!(book.fail(&key, now()));
    assert!(!book.fail(&key, now()));
    assert!(!book.settle(&key, now()));
    assert_eq!(book.snapshot().balance(HUIFU_ID), Fen(10_000));
    assert_eq!(book.snapshot().audit(), Vec::<String>::new());
}

#[test]
fn only_a_success_can_be_returned_by_the_bank_and_only_once() {
    let mut book = book(9);
    let order = order("A", Fen(1_000), FeeMode::Inner);
    let key = order.key.clone();
    book.execute(order, now()).unwrap();
    assert!(!book.bank_return(&key, now()));
    assert!(book.settle(&key, now()));
    assert!(book.bank_return(&key, now()));
    assert!(!book.bank_return(&key, now()));
    assert_eq!(book.snapshot().balance(HUIFU_ID), Fen(10_000));
    assert_eq!(book.snapshot().audit(), Vec::<String>::new());
}

#[test]
fn a_full_book_forgets_the_oldest_payment_and_keeps_its_sums() {
    let mut book = book(2);
    for serial in ["A", "B", "C"] {
        book.execute(order(serial, Fen(1_000), FeeMode::Inner), now())
            .unwrap();
    }
    let snapshot = book.snapshot();
    assert_eq!((snapshot.payments.len(), snapshot.forgotten), (2, 1));
    assert!(snapshot.payment("A").is_none());
    assert_eq!(snapshot.balance(HUIFU_ID), Fen(7_000));
    assert_eq!(snapshot.audit(), Vec::<String>::new());
}

#[test]
fn the_audit_finds_a_booking_that_was_lost() {
    let mut book = book(9);
    book.execute(order("A", Fen(1_000), FeeMode::Inner), now())
        .unwrap();
    let mut snapshot = book.snapshot();
    snapshot.payments[0].bookings.clear();
    assert_eq!(snapshot.audit().len(), 2);
}

#[test]
fn a_deposit_raises_the_opening_balance() {
    let mut book = book(9);
    book.execute(order("A", Fen(1_000), FeeMode::Inner), now())
        .unwrap();
    set_balance(&mut book, Fen(50_000), None);
    assert_eq!(book.snapshot().accounts[0].opening, Fen(51_000));
    assert_eq!(book.snapshot().audit(), Vec::<String>::new());
}
