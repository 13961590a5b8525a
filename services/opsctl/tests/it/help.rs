//! The help of every command, as a person reads it.

use crate::tool::Tool;

const COMMANDS: [&[&str]; 72] = [
    &[],
    &["migrate"],
    &["partner"],
    &["partner", "add"],
    &["partner", "list"],
    &["partner", "show"],
    &["partner", "certify"],
    &["partner", "lanes"],
    &["partner", "hold"],
    &["partner", "release"],
    &["partner", "notice-secret"],
    &["partner", "notice-secret", "add"],
    &["partner", "notice-secret", "list"],
    &["partner", "notice-secret", "retire"],
    &["partner", "key"],
    &["partner", "key", "add"],
    &["partner", "key", "retire"],
    &["user", "add"],
    &["user", "list"],
    &["user", "show"],
    &["user", "password"],
    &["user", "mobile"],
    &["user", "card", "add"],
    &["user", "fee", "set"],
    &["user", "fee", "close"],
    &["calendar", "set"],
    &["calendar", "import"],
    &["calendar", "list"],
    &["application"],
    &["application", "list"],
    &["application", "show"],
    &["application", "ask"],
    &["application", "decide"],
    &["withdrawal"],
    &["withdrawal", "show"],
    &["withdrawal", "find"],
    &["withdrawal", "ask"],
    &["withdrawal", "stuck"],
    &["outbox"],
    &["outbox", "show"],
    &["dead-letter"],
    &["dead-letter", "list"],
    &["dead-letter", "show"],
    &["dead-letter", "replay"],
    &["dead-letter", "discard"],
    &["dead-letter", "groups"],
    &["dead-letter", "archive"],
    &["dead-letter", "restore"],
    &["audit"],
    &["audit", "list"],
    &["audit", "show"],
    &["audit", "verify"],
    &["case"],
    &["case", "list"],
    &["case", "show"],
    &["case", "close"],
    &["reconcile"],
    &["reconcile", "day"],
    &["reconcile", "list"],
    &["reconcile", "run"],
    &["retention"],
    &["retention", "show"],
    &["retention", "set"],
    &["retention", "run"],
    &["keys"],
    &["keys", "data-usage"],
    &["keys", "rotate-data"],
    &["keygen"],
    &["signature", "text"],
    &["signature", "sign"],
    &["signature", "verify"],
    &["signature", "explain"],
];

#[test]
fn every_command_says_what_it_does() {
    // An address in the environment must not show in the help.
    let tool = Tool::new().with("DATABASE_URL", "postgres://tixian:hunter2@127.0.0.1/tixian");
    for command in COMMANDS {
        let help = tool.answer(&[command, &["--help"][..]].concat());
        assert!(!help.contains("hunter2"));
        let name = [&["help"][..], command].concat().join(" ");
        insta::assert_snapshot!(name.replace(' ', "_").as_str(), help);
    }
}
