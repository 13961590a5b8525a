//! The partner guide says what the code does, and says the same in both languages.

use std::fmt::Write as _;

use contract::application;
use contract::partner::answer::{self, AnswerCode};
use contract::partner::page_call::BUSINESS_NAMES;
use contract::partner::rule::Rule;
use contract::partner::url::LoopbackHttp;
use contract::partner::{
    ApplicationReason, ErrorCode, PageCall, ReasonCode, application_notice, notice, seal,
};
use contract::withdrawal::State;
use e2e::guide::{Guide, Table, codes};
use partner_notifier::settings::NotifierSettings;
use runtime::settings::{Env, Settings as _};
use sandbox::partner::Api;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn both() -> [Guide; 2] {
    ["GUIDE.md", "GUIDE.en.md"].map(|name| Guide::read(name).unwrap())
}

/// The only word in backticks of each first cell, without the header.
fn names(table: &Table) -> Vec<&str> {
    let rows = table.iter().skip(1);
    rows.map(|row| codes(&row[0]).next().expect("a name in backticks"))
        .collect()
}

#[test]
fn both_languages_have_the_same_sections_tables_and_blocks() {
    let [zh, en] = both();
    assert_eq!(zh.headings(), en.headings());
    let (zh_tables, en_tables) = (zh.tables(), en.tables());
    assert_eq!(zh_tables.len(), en_tables.len());
    for (zh, en) in zh_tables.iter().zip(&en_tables) {
        assert_eq!(zh.len(), en.len(), "{:?} and {:?}", zh[0], en[0]);
        for (zh, en) in zh.iter().zip(en) {
            assert_eq!(zh.len(), en.len(), "{zh:?} and {en:?}");
            let first = |row: &[String]| codes(&row[0]).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(first(zh), first(en));
            let is_number = |cell: &str| cell.parse::<u32>().is_ok();
            for (zh, en) in zh.iter().zip(en) {
                assert!(
                    zh == en || !is_number(zh) && !is_number(en),
                    "{zh} and {en}"
                );
            }
        }
    }
    // The drawing has words in it.
    let blocks = |guide: &Guide| {
        let blocks = guide.blocks().into_iter();
        blocks
            .filter(|block| block.kind != "mermaid")
            .collect::<Vec<_>>()
    };
    assert_eq!(blocks(&zh), blocks(&en));
}

#[test]
fn the_page_call_has_these_fields_with_these_limits() {
    let form = |changed: &str, value: &str| {
        let fields = seal::NAMES.into_iter().chain(BUSINESS_NAMES);
        let fields = fields.map(|name| {
            let value = if name == changed { value } else { "" };
            (name.to_owned(), value.to_owned())
        });
        fields.collect::<Vec<_>>()
    };
    let rules = |name: &str, length: usize| {
        let form = form(name, &"a".repeat(length));
        let errors = PageCall::parse(&form, LoopbackHttp::Refused).unwrap_err();
        let of_field = errors.into_iter().filter(|error| error.field == name);
        of_field.map(|error| error.rule).collect::<Vec<_>>()
    };
    for guide in both() {
        let table = &guide.tables_of("5")[0];
        let expected: Vec<&str> = seal::NAMES.into_iter().chain(BUSINESS_NAMES).collect();
        assert_eq!(names(table), expected);
        for (name, row) in expected.iter().zip(table.iter().skip(1)) {
            let most: usize = row[1].parse().unwrap();
            assert_eq!(rules(name, most + 1), [Rule::AtMost(most)], "{name}");
            assert!(!rules(name, most).contains(&Rule::AtMost(most)), "{name}");
            let required = rules(name, 0).contains(&Rule::Required);
            assert_eq!(required, ["是", "yes"].contains(&row[2].as_str()), "{name}");
        }
    }
}

#[test]
fn what_we_send_has_these_fields() {
    for guide in both() {
        let sealed = |business: &[&'static str]| {
            let ours = seal::NAMES.into_iter();
            ours.chain(business.iter().copied()).collect::<Vec<_>>()
        };
        let returned = &guide.tables_of("6");
        assert_eq!(names(&returned[0]), sealed(&answer::BUSINESS_NAMES));
        assert_eq!(names(&returned[1]), AnswerCode::ALL.map(AnswerCode::as_str));
        assert_eq!(
            names(&guide.tables_of("7")[0]),
            sealed(&notice::BUSINESS_NAMES)
        );
        let application = &guide.tables_of("7.4")[0];
        assert_eq!(names(application), application_notice::BUSINESS_NAMES);
    }
}

#[test]
fn the_catalogue_is_that_of_the_code() {
    let words: [fn(ErrorCode) -> &'static str; 2] = [ErrorCode::zh, ErrorCode::en];
    for (guide, cause) in both().iter().zip(words) {
        let table = &guide.tables_of("9.1")[0];
        assert_eq!(names(table), ErrorCode::ALL.map(ErrorCode::as_str));
        for (code, row) in ErrorCode::ALL.into_iter().zip(table.iter().skip(1)) {
            assert_eq!(row[1], code.status().to_string(), "{}", row[0]);
            assert_eq!(row[2], cause(code));
            assert!(row[3].len() > 5, "{} has no cure", row[0]);
        }
    }
    let words: [fn(ReasonCode) -> &'static str; 2] = [ReasonCode::zh, ReasonCode::en];
    for (guide, cause) in both().iter().zip(words) {
        let table = &guide.tables_of("9.3")[0];
        assert_eq!(names(table), ReasonCode::ALL.map(ReasonCode::as_str));
        let causes = table.iter().skip(1).map(|row| row[1].as_str());
        assert!(causes.eq(ReasonCode::ALL.map(cause)));
    }
    let words: [fn(ApplicationReason) -> &'static str; 2] =
        [ApplicationReason::zh, ApplicationReason::en];
    for (guide, cause) in both().iter().zip(words) {
        let table = &guide.tables_of("9.4")[0];
        assert_eq!(
            names(table),
            ApplicationReason::ALL.map(ApplicationReason::as_str)
        );
        let causes = table.iter().skip(1).map(|row| row[1].as_str());
        assert!(causes.eq(ApplicationReason::ALL.map(cause)));
    }
}

#[test]
fn states_and_endpoints_are_those_of_the_code() {
    for guide in both() {
        let is_final = |row: &[String]| ["是", "yes"].contains(&row[2].as_str());
        let states = &guide.tables_of("8.1")[1];
        assert_eq!(names(states).len(), State::ALL.len());
        for state in State::ALL {
            let named = |row: &&Vec<String>| row[0] == format!("`{}`", state.as_str());
            let row = states.iter().find(named).expect("every state has a row");
            assert_eq!(
                is_final(row),
                state.is_terminal() || state == State::Paid,
                "{row:?}"
            );
        }
        let states = &guide.tables_of("8.4")[1];
        assert_eq!(names(states).len(), application::State::ALL.len());
        for state in application::State::ALL {
            let named = |row: &&Vec<String>| row[0] == format!("`{}`", state.as_str());
            let row = states.iter().find(named).expect("every state has a row");
            assert_eq!(is_final(row), state.is_terminal(), "{row:?}");
        }
        let endpoints = names(&guide.tables_of("8")[0]).join("\n");
        for api in Api::ALL {
            assert!(endpoints.contains(api.path()), "{}", api.path());
        }
    }
}

#[test]
fn the_schedule_is_that_of_the_notifier() {
    let key = stand::keys::rsa_2048(0).private_pkcs8_pem;
    let mut env = Env::new([
        ("SIGNING_KEY", key.as_str()),
        ("SIGNING_KEY_ID", "ours"),
        ("NOTICE_JITTER_PERCENT", "0"),
        ("DATA_KEYS", stand::system::DATA_KEYS),
    ]);
    let schedule = NotifierSettings::read(&mut env)
        .expect("good settings")
        .schedule;
    let pauses: Vec<u64> = (0..)
        .map_while(|step| schedule.pause(step, 0, None))
        .map(|pause| pause.as_secs())
        .collect();
    for guide in both() {
        let table = &guide.tables_of("7.2")[0];
        let told = table.iter().skip(1).map(|row| {
            let (number, unit) = row[1].split_once(' ').expect("a number and a unit");
            let seconds = match unit {
                "秒" | "s" => 1,
                "分钟" | "min" => 60,
                "小时" | "h" => 3_600,
                other => panic!("{other} is no unit"),
            };
            number.parse::<u64>().unwrap() * seconds
        });
        assert_eq!(told.collect::<Vec<_>>(), pauses);
    }
}

#[test]
fn the_example_is_a_vector_byte_by_byte() {
    let vectors = include_str!("../../../../services/intake/vectors/signatures.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let named = |case: &&Value| case["name"] == "page call: optional fields";
    let example = cases.iter().find(named).unwrap();
    let text = example["text"].as_str().unwrap();
    let digest = Sha256::digest(text);
    let expected = [
        format!("{text}\n"),
        hex_dump(text),
        format!("{digest:x}\n"),
        format!("{}\n", example["sign"].as_str().unwrap()),
        format!("{}\n", example["body"].as_str().unwrap()),
    ];
    for guide in both() {
        let fields = &guide.tables_of("4.1")[0];
        let told = fields.iter().skip(1).map(|row| {
            let cells: Vec<&str> = row.iter().flat_map(|cell| codes(cell)).collect();
            serde_json::json!(cells)
        });
        assert_eq!(Value::Array(told.collect()), example["fields"]);
        let blocks = guide.blocks();
        let begins = blocks.iter().position(|block| block.text == expected[0]);
        let told = blocks[begins.expect("the text is there")..].iter();
        let told = told.map(|block| block.text.as_str()).take(expected.len());
        assert!(told.eq(expected.iter().map(String::as_str)));
    }
}

/// Sixteen bytes a line: where they are, what they are, and how they look.
fn hex_dump(text: &str) -> String {
    let mut dump = String::new();
    for (line, bytes) in text.as_bytes().chunks(16).enumerate() {
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = std::str::from_utf8(bytes).unwrap();
        writeln!(dump, "{:04x}  {}  {shown}", line * 16, hex.join(" ")).unwrap();
    }
    dump
}
