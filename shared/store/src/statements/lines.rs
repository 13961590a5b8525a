//! Taking a file: its lines replace those of the file before it, whole.

use contract::huifu::statement::StatementLine;
use jiff::Timestamp;

use super::Key;
use crate::{StoreError, Transaction};

/// The row is locked by it, so two that take the same file do so one after the other.
const TAKE: &str = "\
-- statements.take
update statements
   set state = 'taken', next_try_at = null, version = version + 1, file_digest = $3,
       line_count = $4, trouble = null, updated_at = $5, updated_by = $6
 where day = $1 and member = $2
returning version";

const FORGET_DIFFERENCES: &str = "\
-- statements.forget_differences
delete from statement_differences where day = $1 and member = $2";

const FORGET_LINES: &str = "\
-- statements.forget_lines
delete from statement_lines where day = $1 and member = $2";

const ADD_LINES: &str = "\
-- statements.add_lines
insert into statement_lines (day, member, line, req_seq_id, req_date, huifu_id, hf_seq_id,
                             amount_fen, fee_fen, state, created_at)
select $1, $2, told.line, told.req_seq_id, told.req_date, told.huifu_id, told.hf_seq_id,
       told.amount_fen, told.fee_fen, told.state, $11
  from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
              $9::bigint[], $10::text[])
    as told (line, req_seq_id, req_date, huifu_id, hf_seq_id, amount_fen, fee_fen, state)";

/// So many lines are sent to the database at once: some megabytes of parameters.
const LINES_AT_ONCE: usize = 10_000;

/// A file that was read.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: &'a str,
    /// All of it.
    pub lines: &'a [StatementLine],
}

/// Puts a file in the place of what was there, and answers the how manieth it is; `None`: there is
/// no such statement. What it says otherwise than we do is to be found anew.
pub async fn take(
    tx: &Transaction<'_>,
    now: Timestamp,
    key: &Key,
    file: &File<'_>,
) -> Result<Option<i32>, StoreError> {
    let (day, member) = (key.day, key.member.as_str());
    let count = i32::try_from(file.lines.len()).unwrap_or(i32::MAX);
    let row = tx
        .query_opt(
            TAKE,
            &[&day, &member, &file.digest, &count, &now, &tx.name()],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    tx.execute(FORGET_DIFFERENCES, &[&day, &member]).await?;
    tx.execute(FORGET_LINES, &[&day, &member]).await?;
    for lines in file.lines.chunks(LINES_AT_ONCE) {
        add(tx, now, key, lines).await?;
    }
    Ok(Some(row.try_get("version")?))
}

async fn add(
    tx: &Transaction<'_>,
    now: Timestamp,
    key: &Key,
    lines: &[StatementLine],
) -> Result<(), StoreError> {
    fn column<'a, T>(lines: &'a [StatementLine], read: impl Fn(&'a StatementLine) -> T) -> Vec<T> {
        lines.iter().map(read).collect()
    }
    tx.execute(
        ADD_LINES,
        &[
            &key.day,
            &key.member.as_str(),
            &column(lines, |one| i32::try_from(one.line).unwrap_or(i32::MAX)),
            &column(lines, |one| one.req_seq_id.as_str()),
            &column(lines, |one| one.req_date.to_string()),
            &column(lines, |one| one.huifu_id.as_str()),
            &column(lines, |one| one.hf_seq_id.as_deref()),
            &column(lines, |one| one.cash_amt.get()),
            &column(lines, |one| one.fee_amt.map(contract::money::Fen::get)),
            &column(lines, |one| one.state.as_str()),
            &now,
        ],
    )
    .await
    .map(drop)
}
