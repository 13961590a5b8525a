//! How many pages a statement reads, by the very text that is run.

use tokio_postgres::Client;

/// With statements in it that are asked again and again.
const SOURCES: [&str; 4] = [
    include_str!("../../src/overview.rs"),
    include_str!("../../src/overview/hours.rs"),
    include_str!("../../src/overview/standing.rs"),
    include_str!("../../src/outbox/summary.rs"),
];

/// The statement with this name, with its parameters in it.
fn statement(name: &str, parameters: &[&str]) -> String {
    let begins = format!("-- {name}\n");
    let mut text = SOURCES
        .iter()
        .find_map(|source| source.split_once(&begins))
        .map(|(_, rest)| rest.split("\";").next().unwrap().to_owned())
        .unwrap();
    for (number, parameter) in (1..).zip(parameters) {
        text = text.replace(&format!("${number}"), parameter);
    }
    text
}

/// The pages that the statement with this name reads, and how.
pub(crate) async fn pages(client: &Client, name: &str, parameters: &[&str]) -> (u32, String) {
    let explained = format!(
        "explain (analyze, buffers, timing off, summary off) {}",
        statement(name, parameters)
    );
    let plan = client.query(&explained, &[]).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    // What planning reads is the same for any number of rows.
    let (carried_out, _) = plan.split_once("Planning:").unwrap_or((&plan, ""));
    let pages = carried_out
        .split_once("shared hit=")
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect())
        .and_then(|digits: String| digits.parse().ok())
        .unwrap_or(0);
    (pages, plan)
}
