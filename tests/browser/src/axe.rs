//! axe-core, as its authors publish it, run inside the page.
//!
//! It comes in through WebDriver and not through the page: our policy lets no script in.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::json;

use crate::browser::Browser;
use crate::findings::Findings;

/// Everything that WCAG 2.2 asks for at levels A and AA, and what axe's authors advise beyond.
const TAGS: [&str; 7] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22a",
    "wcag22aa",
    "best-practice",
];

const RUN: &str = "\
const done = arguments[arguments.length - 1];
axe.run(document, {
    runOnly: arguments[0],
    rules: { 'target-size': { enabled: true } },
    resultTypes: ['violations', 'incomplete'],
}).then(done, error => done({ failed: String(error) }));";

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    failed: Option<String>,
    #[serde(default)]
    violations: Vec<Rule>,
    /// What axe could not decide, such as contrast above a picture.
    #[serde(default)]
    incomplete: Vec<Rule>,
    #[serde(default)]
    passes: Vec<Passed>,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    help: String,
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Passed {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    html: String,
    #[serde(default)]
    failure_summary: String,
}

impl Node {
    /// Letters of a drawing, of whose ground axe can never say anything. Whatever is drawn stands
    /// in a list as well, in the same colours.
    fn is_drawn(&self) -> bool {
        self.html.starts_with("<text ")
    }
}

/// The text of axe-core.
pub(crate) async fn source() -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("axe");
    let modules = stand::npm_with(&folder).await?;
    let file = modules.join("axe-core/axe.min.js");
    std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
}

impl Browser {
    /// Runs every rule on what is shown now.
    pub(crate) async fn run_axe(&self, theme: &str, findings: &mut Findings) -> Result<()> {
        let is_there = "return typeof axe === 'object'";
        let is_there: bool = self.driver.execute(is_there, []).await?.convert()?;
        if !is_there {
            // Unlike a page's own script it is evaluated from outside, where no policy reaches.
            let evaluate = json!({ "expression": self.axe, "silent": false });
            let cdp = self.driver.cdp();
            cdp.send_raw("Runtime.evaluate", evaluate).await?;
        }
        let told = self.driver.execute_async(RUN, [json!(TAGS)]).await?;
        let report: Report = told.convert()?;
        if let Some(failed) = report.failed {
            findings.add(format!("axe could not look ({theme}): {failed}"));
        }
        findings.unless(!report.passes.is_empty(), || {
            format!("axe looked at nothing ({theme})")
        });
        for rule in report.violations.iter().chain(&report.incomplete) {
            for node in rule.nodes.iter().filter(|node| !node.is_drawn()) {
                let summary = node.failure_summary.replace('\n', " ");
                findings.add(format!(
                    "axe {} ({theme}): {}: {}: {summary}",
                    rule.id, rule.help, node.html
                ));
            }
        }
        Ok(())
    }
}
