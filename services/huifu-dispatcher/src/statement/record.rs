//! Takes a day's files: lines, differences, cases and questions, in one commit.

use contract::huifu::statement::StatementLine;
use contract::partner::time::beijing_day;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};
use store::statements::{self, File, Key};
use store::{StoreError, Transaction};

use super::Statements;
use super::case::Unusual;

/// Whose clock says midnight first? A payment of the last minutes of a day may stand in the next
/// day's file, so it is looked for the day after.
const AROUND_MIDNIGHT: SignedDuration = SignedDuration::from_mins(10);

/// A payment is missing only when all statements of so many days back were taken: it may stand on
/// the day it was asked for, and T1 over a long holiday ends a week later.
const DAYS_BACK: i32 = 9;

/// So many cases about single lines a day; beyond them one says how many there are. A wrong key or
/// a wrong layout makes everything differ, and nobody closes ten thousand cases.
const MOST_CASES: i64 = 200;

impl Statements {
    /// Reads and compares; a file that cannot be read is set aside.
    pub(super) async fn take(
        &self,
        key: &Key,
        now: Timestamp,
        files: &[Vec<u8>],
    ) -> Result<(), StoreError> {
        let lines = match self.read(files) {
            Ok(lines) => lines,
            Err(trouble) => return self.set_aside(key, now, &trouble).await,
        };
        let file = File {
            digest: &digest(files),
            lines: &lines,
        };
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: take statement").await?;
        let Some(version) = statements::take(&tx, now, key, &file).await? else {
            return Ok(());
        };
        let differing = statements::compare(&tx, now, key).await?;
        self.compare_payments(&tx, now, key.day).await?;
        statements::open_late_cases(&tx, now, key.day).await?;
        let asked = statements::ask(&tx, now, key.day).await?;
        tx.commit().await?;
        let (day, member) = (key.day.to_string(), key.member.as_str());
        let lines = lines.len();
        tracing::info!(
            day,
            member,
            version,
            lines,
            differing,
            asked,
            "took a statement"
        );
        metrics::counter!("tixian_statement_lines_total").increment(lines as u64);
        metrics::counter!("tixian_statement_differences_total").increment(differing);
        Ok(())
    }

    /// A statement of a day also completes later days that waited for it.
    async fn compare_payments(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        day: Date,
    ) -> Result<(), StoreError> {
        open_cases(tx, now, day).await?;
        for later in 0..=DAYS_BACK {
            let day = day.saturating_add(later.days());
            if !statements::complete(tx, day, DAYS_BACK).await? {
                continue;
            }
            let of_day = beijing_day(day);
            let earlier = |at: Timestamp| at.saturating_sub(AROUND_MIDNIGHT).unwrap_or(at);
            let between = earlier(of_day.start)..earlier(of_day.end);
            if statements::compare_payments(tx, now, day, between).await? > 0 {
                open_cases(tx, now, day).await?;
            }
        }
        Ok(())
    }

    fn read(&self, files: &[Vec<u8>]) -> Result<Vec<StatementLine>, String> {
        let mut lines: Vec<StatementLine> = Vec::new();
        for (number, file) in (1..).zip(files) {
            let read = self.settings.layout.read(file);
            let read = read.map_err(|error| match files {
                [_] => error.to_string(),
                _ => format!("file {number}: {error}"),
            })?;
            // One count through all files, so that a number names a line of the day.
            let before = lines.last().map_or(0, |line| line.line);
            lines.extend(read.into_iter().map(|line| StatementLine {
                line: line.line + before,
                ..line
            }));
        }
        Ok(lines)
    }
}

async fn open_cases(tx: &Transaction<'_>, now: Timestamp, day: Date) -> Result<(), StoreError> {
    let count = statements::open_cases(tx, now, day, MOST_CASES).await?;
    if count > MOST_CASES {
        Unusual::widely(day, count).open(tx, now).await?;
    }
    Ok(())
}

/// Of all files together, so that a correction of any of them is seen.
fn digest(files: &[Vec<u8>]) -> String {
    let mut digest = Sha256::new();
    for file in files {
        digest.update(file.len().to_be_bytes());
        digest.update(file);
    }
    let bytes = digest.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
