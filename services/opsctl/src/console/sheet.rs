//! A report as a part of a page: the same facts and tables that the command line prints, with the
//! ways between them.
//!
//! Made from the report's blocks alone, so what people see at a terminal and in a browser cannot
//! differ. What a cell leads to and how it looks is told by the name of its column.

use askama::Template;
use askama::filters::HtmlSafe;
use serde_json::Value;

use super::view::Badge;
use crate::output::{Block, Report, Rows};

/// Where numbers lead that stand under `ID` or `NUMBER`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ways {
    /// In front of the number, as `/cases/`.
    pub(crate) to: Option<&'static str>,
    /// Whether rows can be chosen, as `ids` of a form around the sheet.
    pub(crate) choice: bool,
}

/// All parts of a report.
#[derive(Debug, Template)]
#[template(path = "sheet.html")]
pub(crate) struct Sheet {
    parts: Vec<Part>,
}

/// The template escapes what is in it.
impl HtmlSafe for Sheet {}

#[derive(Debug)]
enum Part {
    Sentence(String),
    Facts(Vec<Cell>),
    Exact(String),
    Table(Table),
}

#[derive(Debug)]
struct Table {
    title: String,
    /// Names with how their columns look.
    head: Vec<(String, &'static str)>,
    rows: Vec<Row>,
    empty: &'static str,
    choice: bool,
}

#[derive(Debug)]
struct Row {
    /// What the form is told of a row that is chosen.
    id: String,
    cells: Vec<Cell>,
}

#[derive(Debug)]
struct Cell {
    /// The name of the column or of the fact.
    label: String,
    text: String,
    way: Option<String>,
    badge: Option<Badge>,
    /// More than a line, to be shown as it is written.
    long: bool,
    class: &'static str,
}

impl Sheet {
    /// Of a whole report.
    pub(crate) fn of(report: &Report, ways: Ways) -> Self {
        let parts = report.blocks().iter().filter_map(|block| match block {
            Block::Line(text) => Some(Part::Sentence(text.clone())),
            Block::Hint(_) => None,
            Block::Facts(facts) => {
                let cells = facts
                    .iter()
                    .map(|(name, text)| cell(name, text, Ways::default()));
                Some(Part::Facts(cells.collect()))
            }
            Block::Rows(rows) => Some(Part::Table(table(rows, ways))),
            Block::Exact(text) => Some(Part::Exact(text.clone())),
        });
        Self {
            parts: parts.collect(),
        }
    }

    /// With another one below it, whose tables bear a title.
    pub(crate) fn and(mut self, title: &str, mut below: Self) -> Self {
        for part in &mut below.parts {
            if let Part::Table(table) = part {
                title.clone_into(&mut table.title);
            }
        }
        self.parts.append(&mut below.parts);
        self
    }

    /// The first cell of the last row: where the next page of a list begins; `None` where the list
    /// has fewer than `most` rows, so that there is no next page.
    pub(crate) fn last_of(&self, most: usize) -> Option<&str> {
        let mut tables = self.parts.iter().rev().filter_map(|part| match part {
            Part::Table(table) => Some(table),
            Part::Sentence(_) | Part::Facts(_) | Part::Exact(_) => None,
        });
        let rows = &tables.next()?.rows;
        let last = rows.last().filter(|_| rows.len() >= most)?;
        Some(last.id.as_str())
    }
}

fn table(rows: &Rows, ways: Ways) -> Table {
    let cells = |row: &Vec<String>| {
        let named = rows.head.iter().zip(row);
        named.map(|(head, text)| cell(head, text, ways)).collect()
    };
    // Rows can be chosen by their number only.
    let choice = ways.choice && rows.head.first() == Some(&"ID");
    Table {
        title: rows.title.clone(),
        head: rows
            .head
            .iter()
            .map(|head| (label(head), class(&head.to_ascii_lowercase())))
            .collect(),
        rows: rows
            .rows
            .iter()
            .map(|row| Row {
                id: row.first().cloned().unwrap_or_default(),
                cells: cells(row),
            })
            .collect(),
        empty: rows.when_empty.trim(),
        choice,
    }
}

fn cell(name: &str, text: &str, ways: Ways) -> Cell {
    let key = name.to_ascii_lowercase();
    let pretty = pretty(&key, text);
    let is_state = matches!(key.as_str(), "state" | "withdrawal is" | "result");
    Cell {
        label: label(name),
        way: way(&key, text, ways),
        badge: (is_state && text != "-").then(|| Badge::named(text)),
        long: pretty.is_some(),
        class: class(&key),
        text: pretty.unwrap_or_else(|| text.to_owned()),
    }
}

/// `LAST FAILED` and `last failed` as `Last failed`.
fn label(name: &str) -> String {
    let small = name.to_ascii_lowercase();
    let mut letters = small.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// What a program wrote, in lines; other texts stand in one.
fn pretty(key: &str, text: &str) -> Option<String> {
    if !matches!(
        key,
        "body" | "headers" | "detail" | "signed text" | "filter"
    ) {
        return None;
    }
    let json: Option<Value> = serde_json::from_str(text).ok();
    let pretty = json.and_then(|json| serde_json::to_string_pretty(&json).ok());
    Some(pretty.unwrap_or_else(|| text.to_owned()))
}

fn class(key: &str) -> &'static str {
    match key {
        "count" | "tries" | "number" | "yuan" | "id" | "took" | "replays" => "number",
        "about" | "order_id" | "message id" | "notice" | "hash" | "hash before" | "address" => "id",
        "why" | "reason" | "said" | "what" | "value" | "detail" | "of that" => "words",
        _ => "",
    }
}

fn way(key: &str, text: &str, ways: Ways) -> Option<String> {
    match key {
        "id" | "number" => ways.to.map(|to| format!("{to}{text}")),
        "job" => Some(format!("/replays/{text}")),
        "about" | "order_id" if text.starts_with('W') => Some(format!("/withdrawals/{text}")),
        "partner" if text != "-" => Some(format!("/partners/{}", escaped(text))),
        "of" => {
            let (noun, id) = text.split_once(' ')?;
            let to = match noun {
                "dead_letter" => "/dead-letters",
                "case" => "/cases",
                "replay" => "/replays",
                "partner" => "/partners",
                "withdrawal" => "/withdrawals",
                _ => return None,
            };
            Some(format!("{to}/{}", escaped(id)))
        }
        _ => None,
    }
}

/// A part of a path.
pub(crate) fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_becomes_one_with_ways_badges_and_nothing_unescaped() {
        let rows = Rows {
            title: "Some <of> them".to_owned(),
            head: vec!["ID", "STATE", "ABOUT", "PARTNER", "WHY"],
            rows: vec![
                ["7", "open", "W01", "a/b", "<script>"]
                    .map(str::to_owned)
                    .to_vec(),
            ],
            when_empty: "None.",
        };
        let report = Report::new(json!([])).rows(rows).hint("Add --yes.");
        let ways = Ways {
            to: Some("/dead-letters/"),
            choice: true,
        };
        let sheet = Sheet::of(&report, ways);
        assert_eq!(sheet.last_of(1), Some("7"));
        assert_eq!(sheet.last_of(1000), None, "nothing comes after it");
        let page = sheet.render().unwrap();
        for shown in [
            "<a href=\"/dead-letters/7\">7</a>",
            "<span class=\"badge bad\">open</span>",
            "<a href=\"/withdrawals/W01\">W01</a>",
            "<a href=\"/partners/a%2Fb\">a/b</a>",
            "name=\"ids\" value=\"7\"",
            "Some &#60;of&#62; them",
        ] {
            assert!(page.contains(shown), "{shown} in {page}");
        }
        assert!(
            !page.contains("<script>") && !page.contains("--yes"),
            "{page}"
        );
    }

    #[test]
    fn what_programs_wrote_is_shown_in_lines() {
        let report = Report::new(json!({})).facts(vec![
            ("body", "{\"a\":1}".to_owned()),
            ("why", "because".to_owned()),
        ]);
        let page = Sheet::of(&report, Ways::default()).render().unwrap();
        assert!(
            page.contains("<pre tabindex=\"0\">{\n  &#34;a&#34;: 1\n}</pre>"),
            "{page}"
        );
    }
}
