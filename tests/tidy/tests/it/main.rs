//! Every rule, applied to this repository.

use std::sync::LazyLock;

use tidy::{Finding, Tree};

static TREE: LazyLock<Tree> =
    LazyLock::new(|| Tree::of_repository().expect("every listed file can be read"));

#[track_caller]
fn nothing_found(rule: fn(&Tree) -> Vec<Finding>) {
    let findings = rule(&TREE);
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| format!("\n  {finding}"))
        .collect();
    assert!(
        findings.is_empty(),
        "{} to cure:{}",
        findings.len(),
        lines.concat()
    );
}

macro_rules! rules {
    ($($sentence:ident: $rule:ident,)+) => {$(
        #[test]
        fn $sentence() {
            nothing_found(tidy::$rule);
        }
    )+};
}

#[test]
fn the_tree_is_the_whole_repository() {
    assert!(TREE.len() > 100, "only {} files were listed", TREE.len());
}

rules! {
    every_source_is_rust: unreadable,
    the_top_level_holds_what_everyone_knows: top_level,
    every_name_says_something: unspeaking_names,
    every_module_opens_with_a_sentence: missing_module_docs,
    every_file_is_one_thing: long_files,
    examples_are_minimal: long_examples,
    every_file_is_compiled: dead_files,
    crates_stand_in_a_row: only_allowed_imports,
    drivers_stand_in_one_crate_each: allowed_outside_crates,
    drivers_come_through_no_back_door: drivers_by_the_back_door,
    contract_opens_nothing_and_waits_for_nobody: still_contract,
    the_sandbox_is_a_second_reading: sandbox_reads_for_itself,
    crates_share_versions_and_lints: own_settings,
    every_statement_bears_the_name_of_its_constant: unnamed_statements,
    sql_lives_in_store: sql_elsewhere,
    sql_is_lower_case: shouted_sql,
    migrations_are_numbered_without_gaps: misnumbered_migrations,
    migrations_say_what_they_lock_and_how_to_undo_them: headless_migrations,
    tables_know_when_and_by_what_a_row_was_changed: tables_without_history,
    nothing_is_promised_for_later_and_no_lint_is_silenced: forbidden_words,
    no_registry_is_named: registry_hosts,
    no_path_is_that_of_one_machine: developers_paths,
    lines_and_files_end_cleanly: ragged_lines,
    lines_fit_on_a_screen: long_lines,
    comments_tell_no_history: history,
    links_lead_somewhere: broken_links,
    documents_name_what_exists: paths_that_are_gone,
    every_test_that_the_readme_calls_is_there: tests_that_are_gone,
    every_code_that_partners_read_is_tried: codes_nobody_tried,
    every_section_of_the_runbook_ends_in_a_command: sections_without_a_command,
    operators_read_names_that_exist: names_nobody_knows,
    drawings_are_the_tested_ones: drawings_that_differ,
}
