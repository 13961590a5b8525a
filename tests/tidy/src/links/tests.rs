use super::*;

fn found(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn links_to_files_and_headings_are_followed() {
    let tree = Tree::of([
        (
            "README.md",
            "[a](deploy/RUNBOOK.md#a-notice-is-dead)\n[b](deploy)\n[c](deploy/gone.md)\n\
             [d](deploy/RUNBOOK.md#gone)\n[e](https://example.com/x)\n[f](#here-too)\n## Here, too!\n\
             ```\n[g](gone.md)\n```\n`[h](gone.md)` [`i`](deploy/none.md \"title\")\n",
        ),
        (
            "deploy/RUNBOOK.md",
            "# A notice is dead\n[up](../README.md)\n[out](../../x)\n",
        ),
    ]);
    let found = found(&broken_links(&tree));
    assert_eq!(
        found,
        [
            "README.md:3: deploy/gone.md: there is no deploy/gone.md",
            "README.md:4: deploy/RUNBOOK.md#gone: deploy/RUNBOOK.md has no heading #gone",
            "README.md:11: deploy/none.md: there is no deploy/none.md",
        ]
    );
}

#[test]
fn a_heading_told_twice_has_a_number() {
    assert_eq!(
        headings("# A b\n## A b\n#no\n### 提现\n"),
        ["a-b", "a-b-1", "提现"]
    );
}

#[test]
fn paths_and_targets_in_backticks_must_be_there() {
    let tree = Tree::of([
        ("Makefile", ".PHONY: up\nup down: setup ## Start\n\ttrue\n"),
        ("deploy/env/intake.env", ""),
        (
            "deploy/README.md",
            "`deploy/env/` `deploy/env/<service>.env` `deploy/none` `make up` `make away`\n",
        ),
    ]);
    let found = found(&paths_that_are_gone(&tree));
    assert_eq!(
        found,
        [
            "deploy/README.md:1: there is no deploy/none",
            "deploy/README.md:1: the Makefile has no target away",
        ]
    );
}

#[test]
fn a_drawing_in_a_document_is_the_tested_one() {
    let drawing = "stateDiagram-v2\n    [*] --> Draft\n";
    let tree = Tree::of([
        (DRAWING, drawing),
        (
            "README.md",
            &format!("```mermaid\n{drawing}```\n```mermaid\nflowchart\n```\n"),
        ),
        (
            "deploy/README.md",
            "```mermaid\nstateDiagram-v2\n    [*] --> Paid\n```\n",
        ),
    ]);
    let found = found(&drawings_that_differ(&tree));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("deploy/README.md:1: "));
}
