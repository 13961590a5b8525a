//! The partner guide as a test reads it: sections, tables, and what stands between fences.

use std::path::Path;

use anyhow::{Context as _, Result};

/// One of its two languages.
pub struct Guide {
    text: String,
}

/// What stands between fences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Behind the opening fence: `sh run`, `json`.
    pub kind: String,
    /// Each line with its end.
    pub text: String,
}

/// Rows of cells, the header first; without the line below it.
pub type Table = Vec<Vec<String>>;

impl Guide {
    /// Reads `services/intake/<name>`.
    pub fn read(name: &str) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/intake");
        let text = std::fs::read_to_string(path.join(name)).with_context(|| name.to_owned())?;
        Ok(Self { text })
    }

    /// How deep each heading is, and the number it begins with, if it has one.
    #[must_use]
    pub fn headings(&self) -> Vec<(usize, Option<String>)> {
        let headings = self.prose().filter(|line| line.starts_with('#'));
        let read = headings.map(|line| {
            let title = line.trim_start_matches('#');
            let first = title.split_whitespace().next().unwrap_or_default();
            let numbered = first.starts_with(|c: char| c.is_ascii_digit());
            (line.len() - title.len(), numbered.then(|| first.to_owned()))
        });
        read.collect()
    }

    /// Every table.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        tables(self.prose())
    }

    /// The tables of the section with this number, those of its subsections left out.
    #[must_use]
    pub fn tables_of(&self, number: &str) -> Vec<Table> {
        let begins = |line: &&str| {
            let title = line.trim_start_matches('#').trim_start();
            line.starts_with('#') && title.split_whitespace().next() == Some(number)
        };
        let section = self.prose().skip_while(|line| !begins(line)).skip(1);
        tables(section.take_while(|line| !line.starts_with('#')))
    }

    /// Everything between fences.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut inside = false;
        for line in self.text.lines() {
            match (line.strip_prefix("```"), inside) {
                (Some(kind), false) => {
                    inside = true;
                    blocks.push(Block {
                        kind: kind.to_owned(),
                        text: String::new(),
                    });
                }
                (Some(_), true) => inside = false,
                (None, true) => {
                    if let Some(block) = blocks.last_mut() {
                        block.text += line;
                        block.text.push('\n');
                    }
                }
                (None, false) => {}
            }
        }
        blocks
    }

    /// The lines outside of fences.
    fn prose(&self) -> impl Iterator<Item = &str> {
        let mut inside = false;
        self.text.lines().filter(move |line| {
            let fence = line.starts_with("```");
            inside ^= fence;
            !inside && !fence
        })
    }
}

fn tables<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut in_table = false;
    for line in lines {
        let row = line
            .strip_prefix("| ")
            .and_then(|row| row.strip_suffix(" |"));
        if let Some(row) = row {
            if !in_table {
                tables.push(Table::new());
            }
            let cells = row.split(" | ").map(str::to_owned).collect();
            if let Some(table) = tables.last_mut() {
                table.push(cells);
            }
        }
        in_table = line.starts_with('|');
    }
    tables
}

/// What stands in backticks in a cell.
pub fn codes(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}
