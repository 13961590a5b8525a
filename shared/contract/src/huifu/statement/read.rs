//! Reading: bytes in, every line out, or the first trouble.

use csv::{ByteRecord, ReaderBuilder};

use super::layout::Columns;
use super::{MAX_LINE_BYTES, StatementError, StatementLayout, StatementLine, StatementProblem};
use crate::huifu::ReqDate;
use crate::money::Fen;

/// Some editors put it before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl StatementLayout {
    /// Reads a whole file. How large it may be is for whoever fetched it to say.
    pub fn read(&self, file: &[u8]) -> Result<Vec<StatementLine>, StatementError> {
        let file = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
        let mut reader = ReaderBuilder::new()
            .delimiter(self.delimiter())
            .has_headers(false)
            .flexible(true)
            .from_reader(file);
        let mut record = ByteRecord::new();
        let mut ends = LineEnds::of(file);
        let mut next = |record: &mut ByteRecord| {
            let started = reader.position().byte();
            // Bytes in memory do not fail, and how many values a line has is checked below.
            let more = reader.read_byte_record(record).unwrap_or(false);
            let line = ends.line_at(started);
            if reader.position().byte() - started > MAX_LINE_BYTES as u64 {
                return Err(trouble(line, None, StatementProblem::LongLine));
            }
            Ok(more.then_some(line))
        };
        if next(&mut record)?.is_none() {
            return Err(trouble(1, None, StatementProblem::NoHeader));
        }
        let places = Places::find(&self.columns, &record)?;
        let mut lines = Vec::new();
        while let Some(line) = next(&mut record)? {
            lines.push(self.line(line, &record, &places)?);
        }
        Ok(lines)
    }

    fn line(
        &self,
        line: u64,
        record: &ByteRecord,
        places: &Places<'_>,
    ) -> Result<StatementLine, StatementError> {
        if record.len() != places.columns {
            let (found, expected) = (record.len(), places.columns);
            let problem = StatementProblem::Columns { found, expected };
            return Err(trouble(line, None, problem));
        }
        let row = Row { line, record };
        Ok(StatementLine {
            line,
            req_seq_id: row.text(places.req_seq_id, 128)?,
            req_date: row.day(places.req_date)?,
            huifu_id: row.text(places.huifu_id, 32)?,
            hf_seq_id: row.maybe(places.hf_seq_id, |row, place| row.text(place, 128))?,
            cash_amt: row.amount(places.cash_amt)?,
            fee_amt: row.maybe(places.fee_amt, Row::amount)?,
            state: row.read(places.state, 32, StatementProblem::State, |word| {
                self.state(word)
            })?,
        })
    }
}

/// Counts lines as an editor does; the library counts a `\r\n` only with the line after it.
struct LineEnds<'a> {
    rest: &'a [u8],
    passed: u64,
    line: u64,
}

impl<'a> LineEnds<'a> {
    fn of(file: &'a [u8]) -> Self {
        Self {
            rest: file,
            passed: 0,
            line: 1,
        }
    }

    /// The line of what begins at `byte`, after what ended the line before it. Only forwards.
    fn line_at(&mut self, byte: u64) -> u64 {
        while let Some((first, rest)) = self.rest.split_first() {
            if self.passed >= byte && *first != b'\r' && *first != b'\n' {
                break;
            }
            self.line += u64::from(*first == b'\n');
            self.passed += 1;
            self.rest = rest;
        }
        self.line
    }
}

/// A column: its name, and where it stands in this file.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    name: &'a str,
    index: usize,
}

/// Where everything stands in this file.
struct Places<'a> {
    columns: usize,
    req_seq_id: Place<'a>,
    req_date: Place<'a>,
    huifu_id: Place<'a>,
    cash_amt: Place<'a>,
    state: Place<'a>,
    hf_seq_id: Option<Place<'a>>,
    fee_amt: Option<Place<'a>>,
}

impl<'a> Places<'a> {
    /// Columns that the layout does not name are passed over.
    fn find(columns: &'a Columns, header: &ByteRecord) -> Result<Self, StatementError> {
        let place = |name: &'a String| {
            let same = |(_, head): &(usize, &[u8])| head.trim_ascii() == name.as_bytes();
            let mut found = header.iter().enumerate().filter(same);
            let problem = match (found.next(), found.next()) {
                (Some((index, _)), None) => return Ok(Place { name, index }),
                (None, _) => StatementProblem::MissingColumn,
                (Some(_), Some(_)) => StatementProblem::RepeatedColumn,
            };
            Err(trouble(1, Some(name), problem))
        };
        Ok(Self {
            columns: header.len(),
            req_seq_id: place(&columns.req_seq_id)?,
            req_date: place(&columns.req_date)?,
            huifu_id: place(&columns.huifu_id)?,
            cash_amt: place(&columns.cash_amt)?,
            state: place(&columns.state)?,
            hf_seq_id: columns.hf_seq_id.as_ref().map(place).transpose()?,
            fee_amt: columns.fee_amt.as_ref().map(place).transpose()?,
        })
    }
}

/// One line with its number.
struct Row<'a> {
    line: u64,
    record: &'a ByteRecord,
}

impl Row<'_> {
    fn text(&self, place: Place<'_>, max: usize) -> Result<String, StatementError> {
        self.read(place, max, StatementProblem::NotPlain, |text| {
            Some(text.to_owned())
        })
    }

    fn amount(&self, place: Place<'_>) -> Result<Fen, StatementError> {
        self.read(place, 32, StatementProblem::Amount, |text| {
            text.parse().ok()
        })
    }

    fn day(&self, place: Place<'_>) -> Result<ReqDate, StatementError> {
        self.read(place, 10, StatementProblem::Day, |text| {
            match text.split(['-', '/']).collect::<Vec<_>>()[..] {
                [day] => day.parse().ok(),
                [year, month, day] => format!("{year}{month}{day}").parse().ok(),
                _ => None,
            }
        })
    }

    /// `None` where the layout has no such column, or the line nothing in it.
    fn maybe<'a, T>(
        &self,
        place: Option<Place<'a>>,
        read: impl FnOnce(&Self, Place<'a>) -> Result<T, StatementError>,
    ) -> Result<Option<T>, StatementError> {
        let there = |place: &Place<'_>| !self.bytes(*place).is_empty();
        place
            .filter(there)
            .map(|place| read(self, place))
            .transpose()
    }

    fn read<T>(
        &self,
        place: Place<'_>,
        max: usize,
        otherwise: StatementProblem,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StatementError> {
        let wrong = |problem| trouble(self.line, Some(place.name), problem);
        let text = std::str::from_utf8(self.bytes(place));
        let text = text.map_err(|_| wrong(StatementProblem::NotPlain))?;
        if text.is_empty() {
            return Err(wrong(StatementProblem::Empty));
        }
        if text.chars().any(char::is_control) {
            return Err(wrong(StatementProblem::NotPlain));
        }
        if text.chars().count() > max {
            return Err(wrong(StatementProblem::TooLong { max }));
        }
        read(text).ok_or_else(|| wrong(otherwise))
    }

    /// Without the blanks and tabs that keep spreadsheets from reading a number.
    fn bytes(&self, place: Place<'_>) -> &[u8] {
        self.record
            .get(place.index)
            .unwrap_or_default()
            .trim_ascii()
    }
}

fn trouble(line: u64, column: Option<&str>, problem: StatementProblem) -> StatementError {
    StatementError {
        line,
        column: column.map(str::to_owned),
        problem,
    }
}
