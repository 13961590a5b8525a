//! What a command answers, and the one place where it is printed.
//!
//! A report holds the same facts twice: as JSON for machines and as blocks for people. Commands
//! make both from the same rows and print nothing themselves.

use std::io::{self, Write};

use comfy_table::{Table, presets};
use serde::Serialize;
use serde_json::Value;

use crate::exit::Exit;

/// A cell or a fact that may be absent.
pub(crate) fn or_dash(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(|| "-".to_owned())
}

/// A command's answer.
#[derive(Debug)]
pub(crate) struct Report {
    exit: Exit,
    json: Value,
    blocks: Vec<Block>,
}

/// A part of an answer for people.
#[derive(Debug)]
pub(crate) enum Block {
    /// A sentence.
    Line(String),
    /// A sentence about the command line, which the console has no use for.
    Hint(String),
    /// Names with their values.
    Facts(Vec<(&'static str, String)>),
    /// A table.
    Rows(Rows),
    /// A text that is shown as it is.
    Exact(String),
}

/// A table with a title.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Above the table; empty for none.
    pub(crate) title: String,
    /// The names of the columns.
    pub(crate) head: Vec<&'static str>,
    /// The cells.
    pub(crate) rows: Vec<Vec<String>>,
    /// What to say in place of a table without rows.
    pub(crate) when_empty: &'static str,
}

impl Report {
    /// An answer with what machines see of it.
    pub(crate) fn new(json: impl Serialize) -> Self {
        Self {
            exit: Exit::Done,
            json: serde_json::to_value(json).expect("reports have text keys and plain values"),
            blocks: Vec::new(),
        }
    }

    /// Adds a sentence.
    pub(crate) fn line(self, text: impl Into<String>) -> Self {
        self.with(Block::Line(text.into()))
    }

    /// Adds a sentence that only makes sense on the command line.
    pub(crate) fn hint(self, text: impl Into<String>) -> Self {
        self.with(Block::Hint(text.into()))
    }

    /// Adds names with their values, below each other.
    pub(crate) fn facts(self, facts: Vec<(&'static str, String)>) -> Self {
        self.with(Block::Facts(facts))
    }

    /// Adds a table.
    pub(crate) fn rows(self, rows: Rows) -> Self {
        self.with(Block::Rows(rows))
    }

    /// A text that is printed byte for byte; a line end follows only on a terminal.
    pub(crate) fn exact(self, text: impl Into<String>) -> Self {
        self.with(Block::Exact(text.into()))
    }

    /// Ends the program in another way than with 0.
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// How the program is to end.
    pub(crate) fn exit_status(&self) -> Exit {
        self.exit
    }

    /// What machines see of it: in one order, however the library was built.
    pub(crate) fn json(&self) -> Value {
        let mut json = self.json.clone();
        json.sort_all_objects();
        json
    }

    /// What people see of it.
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Prints it.
    pub(crate) fn print(&self, out: &mut impl Write, json: bool, terminal: bool) -> io::Result<()> {
        if json {
            return writeln!(out, "{:#}", self.json());
        }
        for (number, block) in self.blocks.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            match block {
                Block::Line(text) | Block::Hint(text) => writeln!(out, "{text}")?,
                Block::Facts(facts) => print_facts(out, facts)?,
                Block::Rows(rows) => print_rows(out, rows)?,
                Block::Exact(text) => {
                    out.write_all(text.as_bytes())?;
                    if terminal {
                        writeln!(out)?;
                    }
                }
            }
        }
        out.flush()
    }
}

fn print_facts(out: &mut impl Write, facts: &[(&'static str, String)]) -> io::Result<()> {
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in facts {
        writeln!(out, "{name:width$}  {value}")?;
    }
    Ok(())
}

fn print_rows(out: &mut impl Write, rows: &Rows) -> io::Result<()> {
    if !rows.title.is_empty() {
        writeln!(out, "{}", rows.title)?;
    }
    if rows.rows.is_empty() {
        return writeln!(out, "{}", rows.when_empty);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(&rows.head);
    for row in &rows.rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
