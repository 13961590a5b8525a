use super::*;

fn found(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_statement_bears_the_name_of_its_constant_and_table() {
    let tree = Tree::of([
        (
            "shared/store/src/users.rs",
            "const FIND: &str = \"\\\n-- users.find\nselect id from users where id = $1\";\n",
        ),
        (
            "shared/store/src/users/password.rs",
            "const LOCK: &str = \"\\\n-- users.unlock\nupdate users set x = 1\";\n",
        ),
        (
            "shared/store/src/inbox.rs",
            "fn f() {\n    g(\"delete from inbox\");\n}\n",
        ),
        (
            "shared/store/src/nonces.rs",
            "fn f() {\n    g(&format!(\"where {x}\"));\n}\n",
        ),
        (
            "shared/store/src/letters.rs",
            "const FIND: &str = concat!(\n    \"-- letters.find\nselect id from letters where \",\n    p!());\nconst PAGE: &str = concat!(\"select id from letters where \", p!());\n",
        ),
        (
            "shared/store/src/cases.rs",
            "#[cfg(test)]\nmod tests {\n    const A: &str = \"delete from cases\";\n}\n",
        ),
    ]);
    let mut found = found(&unnamed_statements(&tree));
    assert_eq!(found.len(), 4, "{found:?}");
    let put_together = found.remove(1);
    assert!(
        put_together.contains("the first line of PAGE must be `-- letters.page`"),
        "{put_together}"
    );
    assert!(found[0].starts_with("shared/store/src/inbox.rs:2: give the statement"));
    assert!(found[1].starts_with("shared/store/src/nonces.rs:2: no format!"));
    assert!(found[2].contains("the first line of LOCK must be `-- users.lock`"));
}

#[test]
fn sql_is_told_from_sentences() {
    for statement in [
        "select id from users where id = $1",
        "SELECT count(*) FROM outbox",
        "with a as (select 1) select * from a",
        "insert into a values (1)",
        "update a\n   set b = 1",
        "-- a.b\ndelete from a",
        "listen outbox",
    ] {
        assert!(is_sql(statement), "{statement}");
    }
    for sentence in [
        "select a card",
        "update the partner's hosts",
        "with the key that is named",
        "listen on 127.0.0.1",
        "create a key",
        "",
    ] {
        assert!(!is_sql(sentence), "{sentence}");
    }
    let tree = Tree::of([
        (
            "services/intake/src/a.rs",
            "const A: &str = \"delete from users\";\n",
        ),
        (
            "shared/store/src/a.rs",
            "const A: &str = \"delete from users\";\n",
        ),
    ]);
    assert_eq!(sql_elsewhere(&tree).len(), 1);
}

#[test]
fn capitals_are_found_outside_quotes_and_comments() {
    let tree = Tree::of([
        (
            "shared/store/migrations/V0001__a.sql",
            "-- NOT here\ncreate table a (b text NOT null);\nselect 'NULL';\n",
        ),
        (
            "shared/store/src/a.rs",
            "const A: &str = \"\\\n-- a.a\nselect 1\n  FROM a\";\n",
        ),
    ]);
    let found = found(&shouted_sql(&tree));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("shared/store/migrations/V0001__a.sql:2: write `not`"));
    assert!(found[1].starts_with("shared/store/src/a.rs:4: write `from`"));
}
