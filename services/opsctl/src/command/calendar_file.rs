//! How days are written: `2026-10-01 holiday`, one a line.

use std::collections::BTreeMap;

use contract::calendar::DayKind;
use jiff::civil::Date;

use crate::exit::WrongUsage;

/// Reads a whole file, or says what is wrong with every line that cannot be read.
pub(crate) fn read(text: &str) -> Result<BTreeMap<Date, DayKind>, WrongUsage> {
    let mut days = BTreeMap::new();
    let mut problems = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split_once('#').map_or(line, |(before, _)| before);
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match entry(line) {
            Ok((day, kind)) => {
                if days.insert(day, kind).is_some_and(|before| before != kind) {
                    problems.push(format!("line {number}: {day} is there twice, as both"));
                }
            }
            Err(WrongUsage(problem)) => problems.push(format!("line {number}: {problem}")),
        }
    }
    if days.is_empty() && problems.is_empty() {
        problems.push("there is no day in the file".to_owned());
    }
    if problems.is_empty() {
        Ok(days)
    } else {
        Err(WrongUsage(problems.join("; ")))
    }
}

fn entry(line: &str) -> Result<(Date, DayKind), WrongUsage> {
    let (first, second) = line
        .split_once(char::is_whitespace)
        .ok_or_else(|| WrongUsage("a line is a day and a kind".to_owned()))?;
    Ok((day(first)?, kind(second.trim_start())?))
}

/// Reads `2026-10-01`, and no other spelling of it.
pub(crate) fn day(text: &str) -> Result<Date, WrongUsage> {
    text.parse::<Date>()
        .ok()
        .filter(|day| day.to_string() == text)
        .ok_or_else(|| WrongUsage("a day is written as 2026-10-01".to_owned()))
}

/// Reads `working` or `holiday`.
pub(crate) fn kind(text: &str) -> Result<DayKind, WrongUsage> {
    DayKind::from_name(text).ok_or_else(|| WrongUsage("a day is working or holiday".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_remarks_are_not() {
        let text = "# 国务院办公厅 2026\n\n2026-10-01 holiday\n2026-10-10\tworking # Saturday\r\n";
        let days: Vec<_> = read(text).unwrap().into_iter().collect();
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(
            days,
            [
                (day("2026-10-01"), DayKind::Holiday),
                (day("2026-10-10"), DayKind::Working)
            ]
        );
    }

    #[test]
    fn every_line_that_cannot_be_read_is_named() {
        let text = "2026-10-01 holiday\n2026-02-30 holiday\n20261002 holiday\n2026-10-03\n\
                    2026-10-04 free\n2026-10-01 working\n2026-10-05T00:00 holiday\n";
        let WrongUsage(said) = read(text).unwrap_err();
        assert_eq!(
            said,
            "line 2: a day is written as 2026-10-01; line 3: a day is written as 2026-10-01; \
             line 4: a line is a day and a kind; line 5: a day is working or holiday; \
             line 6: 2026-10-01 is there twice, as both; line 7: a day is written as 2026-10-01"
        );
        assert!(read("\n# nothing\n").is_err());
    }
}
