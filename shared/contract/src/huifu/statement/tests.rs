//! The sandbox's file, other layouts of the same facts, and everything that is no statement.

use proptest::prelude::*;

use super::*;

const HEADER: &str = "交易日期,请求流水号,请求日期,全局流水号,商户号,账户号,取现金额,手续费金额,取现类型,交易状态,完成时间";

fn file(lines: &[&str]) -> Vec<u8> {
    let all: Vec<&str> = [HEADER].into_iter().chain(lines.iter().copied()).collect();
    format!("{}\r\n", all.join("\r\n")).into_bytes()
}

fn read(lines: &[&str]) -> Result<Vec<StatementLine>, StatementError> {
    StatementLayout::default().read(&file(lines))
}

const PAID: &str =
    "20261121,A1,20261121,HF1,6666000021291985,A00001,100.00,1.05,D0,成功,20261121120853";

#[test]
fn the_sandboxes_file_is_read() {
    let returned = "20261121,A2,2026-11-20,,6666000021291985,,0.01,,T1,退汇,";
    let lines = read(&[PAID, returned]).unwrap();
    assert_eq!(
        lines[0],
        StatementLine {
            line: 2,
            req_seq_id: "A1".to_owned(),
            req_date: "20261121".parse().unwrap(),
            huifu_id: "6666000021291985".to_owned(),
            hf_seq_id: Some("HF1".to_owned()),
            cash_amt: Fen::new(10_000).unwrap(),
            fee_amt: Some(Fen::new(105).unwrap()),
            state: LineState::Paid,
        }
    );
    assert_eq!(lines[1].req_date.to_string(), "20261120");
    assert_eq!((lines[1].line, lines[1].state), (3, LineState::Returned));
    assert_eq!((&lines[1].hf_seq_id, lines[1].fee_amt), (&None, None));
    assert_eq!(read(&[]), Ok(Vec::new()), "a day without withdrawals");
}

#[test]
fn a_mark_blanks_and_quotation_marks_are_not_part_of_a_value() {
    let quoted = PAID.replace("A1", "\"\tA1 \"").replace("成功", "\"成功\"");
    let marked = [b"\xef\xbb\xbf", file(&[&quoted]).as_slice()].concat();
    let lines = StatementLayout::default().read(&marked).unwrap();
    assert_eq!(lines[0].req_seq_id, "A1");
}

#[test]
fn trouble_names_the_line_and_the_column_and_never_the_value() {
    for (good, bad, said) in [
        (
            "100.00",
            "1e2",
            "line 3, column 取现金额: not an amount in yuan such as 100.00",
        ),
        (
            "100.00",
            "-1.00",
            "line 3, column 取现金额: not an amount in yuan such as 100.00",
        ),
        ("100.00", "", "line 3, column 取现金额: empty"),
        (
            "1.05",
            "one",
            "line 3, column 手续费金额: not an amount in yuan such as 100.00",
        ),
        (
            "成功",
            "SECRET",
            "line 3, column 交易状态: not a state that the layout lists",
        ),
        (
            ",20261121,HF1",
            ",20261131,HF1",
            "line 3, column 请求日期: not a day such as 20261122 or 2026-11-22",
        ),
        (
            "A1",
            "A\u{0}1",
            "line 3, column 请求流水号: not plain text in UTF-8",
        ),
        ("A1,", "A1,,", "line 3: 12 values under a header of 11"),
        (",A00001", "", "line 3: 10 values under a header of 11"),
    ] {
        let line = PAID.replace(good, bad);
        assert_ne!(line, PAID);
        let error = read(&[PAID, &line, PAID]).unwrap_err();
        assert_eq!(error.to_string(), said);
    }
    let long = PAID.replace("A1", &"A".repeat(129));
    let said = "line 2, column 请求流水号: longer than 128 characters";
    assert_eq!(read(&[&long]).unwrap_err().to_string(), said);
}

#[test]
fn a_header_that_is_another_one_is_said_to_be() {
    let layout = StatementLayout::default();
    let said = |file: &[u8]| layout.read(file).unwrap_err().to_string();
    assert_eq!(said(b""), "line 1: there is no header");
    let missing = "line 1, column 请求流水号: the header has no such column";
    assert_eq!(said(b"<html>"), missing);
    let twice = HEADER.replace("账户号", "取现金额");
    let repeated = "line 1, column 取现金额: the header has this column more than once";
    assert_eq!(said(twice.as_bytes()), repeated);
}

#[test]
fn an_open_quotation_mark_swallows_no_more_than_a_line_may_have() {
    let open = PAID.replace("A1", "\"A1");
    let many: Vec<&str> = [open.as_str()]
        .into_iter()
        .chain(std::iter::repeat_n(PAID, 10_000))
        .collect();
    let error = read(&many).unwrap_err();
    assert_eq!(error.problem, StatementProblem::LongLine);
    assert_eq!(error.line, 2);
}

#[test]
fn a_layout_that_can_mean_two_things_is_refused() {
    for bad in [
        "",
        "5",
        r#"{"colums":{}}"#,
        r#"{"delimiter":""}"#,
        r#"{"delimiter":"，"}"#,
        r#"{"delimiter":"\""}"#,
        r#"{"delimiter":"."}"#,
        r#"{"delimiter":"5"}"#,
        r#"{"columns":{"req_seq_id":""}}"#,
        r#"{"columns":{"req_seq_id":null}}"#,
        r#"{"columns":{"req_seq_id":"请求日期"}}"#,
        r#"{"states":{"paid":[]}}"#,
        r#"{"states":{"paid":[""]}}"#,
        r#"{"states":{"paid":["失败"]}}"#,
    ] {
        assert!(bad.parse::<StatementLayout>().is_err(), "{bad}");
    }
}

fn line() -> impl Strategy<Value = StatementLine> {
    let text = "[A-Za-z0-9]{1,32}";
    let date = (2000..2100_i16, 1..=12_i8, 1..=28_i8);
    let fee = proptest::option::of(0..1_000_000_i64);
    let state = proptest::sample::select(LineState::ALL.to_vec());
    let amount = 1..1_000_000_000_i64;
    (
        text,
        date,
        text,
        proptest::option::of(text),
        amount,
        fee,
        state,
    )
        .prop_map(
            |(req_seq_id, (year, month, day), huifu_id, hf_seq_id, amount, fee, state)| {
                StatementLine {
                    line: 0,
                    req_seq_id,
                    req_date: format!("{year:04}{month:02}{day:02}").parse().unwrap(),
                    huifu_id,
                    hf_seq_id,
                    cash_amt: Fen::new(amount).unwrap(),
                    fee_amt: fee.map(|fee| Fen::new(fee).unwrap()),
                    state,
                }
            },
        )
}

/// Seven columns that mean something and one that does not.
const NAMES: [&str; 8] = [
    "serial", "day", "member", "number", "yuan", "fee", "word", "note",
];

fn values(line: &StatementLine) -> [String; 8] {
    [
        line.req_seq_id.clone(),
        line.req_date.to_string(),
        line.huifu_id.clone(),
        line.hf_seq_id.clone().unwrap_or_default(),
        line.cash_amt.to_string(),
        line.fee_amt.map(|fee| fee.to_string()).unwrap_or_default(),
        format!("it is {}", line.state.as_str()),
        "\"a note, quoted; with | all of them\"".to_owned(),
    ]
}

proptest! {
    #[test]
    fn every_order_of_columns_and_every_delimiter_tells_the_same(
        lines in proptest::collection::vec(line(), 0..20),
        order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        delimiter in proptest::sample::select(vec![",", ";", "|", "\t", "^"]),
    ) {
        let layout = serde_json::json!({
            "delimiter": delimiter,
            "columns": {
                "req_seq_id": "serial", "req_date": "day", "huifu_id": "member",
                "hf_seq_id": "number", "cash_amt": "yuan", "fee_amt": "fee", "state": "word",
            },
            "states": {
                "paid": ["it is paid", "ok"], "failed": ["it is failed"],
                "returned": ["it is returned"], "processing": ["it is processing"],
            },
        });
        let layout: StatementLayout = layout.to_string().parse().unwrap();
        let joined = |row: &[String]| {
            let row: Vec<&str> = order.iter().map(|place| row[*place].as_str()).collect();
            row.join(delimiter)
        };
        let mut text = joined(&NAMES.map(str::to_owned));
        for line in &lines {
            text.push('\n');
            text.push_str(&joined(&values(line)));
        }
        let mut read = layout.read(text.as_bytes()).unwrap();
        for (number, line) in read.iter_mut().enumerate() {
            prop_assert_eq!(line.line, number as u64 + 2);
            line.line = 0;
        }
        prop_assert_eq!(read, lines);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = StatementLayout::default().read(&bytes);
        let _ = StatementLayout::default().read(&[HEADER.as_bytes(), b"\n", &bytes].concat());
    }

    #[test]
    fn a_byte_that_went_wrong_makes_it_neither_panic_nor_tell_another_line(
        place in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut broken = file(&[PAID, PAID, PAID]);
        let place = place.index(broken.len());
        broken[place] = byte;
        let before = broken[..place].iter().filter(|byte| **byte == b'\n').count() as u64;
        if let Err(error) = StatementLayout::default().read(&broken) {
            prop_assert!((1..=before + 2).contains(&error.line), "{error} at byte {place}");
        }
    }
}
