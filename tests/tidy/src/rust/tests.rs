use super::*;

#[test]
fn a_file_with_an_open_bracket_is_found() {
    let tree = Tree::of([("a.rs", "fn f() {"), ("b.rs", "fn f() {}")]);
    assert_eq!(unreadable(&tree).len(), 1);
}

#[test]
fn test_files_are_known_by_their_place() {
    assert!(is_test_file("shared/store/tests/it/main.rs"));
    assert!(is_test_file("shared/contract/src/huifu/tests.rs"));
    assert!(!is_test_file("tests/sandbox/src/lib.rs"));
    assert!(is_test_file("tests/sandbox/tests/it/main.rs"));
}

#[test]
fn literals_know_their_constant_and_their_macro_and_comments_are_none() {
    let text = "/// says \"no\"\nconst A: &str = \"\\\n   one\\ntwo\";\nfn f() { format!(\"x {}\", r#\"raw\"#); }";
    let found = texts(text);
    assert_eq!(found[0].value, "one\ntwo");
    assert_eq!(found[0].constant.as_deref(), Some("A"));
    assert_eq!(found[0].line, 2);
    assert_eq!(found[1].within.as_deref(), Some("format"));
    assert_eq!(found[1].constant, None);
    assert_eq!(found[2].value, "raw");
    assert_eq!(found.len(), 3);
}

#[test]
fn what_is_under_cfg_test_is_blanked_and_nothing_else() {
    let text =
        "const A: u8 = 1;\n#[cfg(test)]\nmod tests {\n    const B: u8 = 2;\n}\nconst C: u8 = 3;\n";
    assert_eq!(test_lines(text), [2..=5]);
    let kept = without_tests(text);
    assert!(kept.contains('A') && !kept.contains('B') && kept.contains('C'));
    assert_eq!(kept.lines().nth(5), Some("const C: u8 = 3;"));
    assert!(test_lines("#[cfg(unix)]\nfn f() {}").is_empty());
}

#[test]
fn modules_are_found_inside_modules() {
    let declared = declared_modules("mod a;\npub mod b {\n    mod c;\n}\n");
    let paths: Vec<_> = declared
        .iter()
        .map(|module| module.path.join("/"))
        .collect();
    assert_eq!(paths, ["a", "b/c"]);
    assert_eq!(declared[1].line, 3);
}

#[test]
fn a_group_of_paths_is_each_of_them() {
    let found = paths("use a::{b::c, d};\nfn f() { x::y(\"p::q\"); crate::a::z }");
    let joined: Vec<_> = found.iter().map(|(_, path)| path.join("::")).collect();
    assert_eq!(joined, ["a::b::c", "a::d", "x::y", "crate::a::z"]);
    assert_eq!(found[2].0, 2);
}
