//! What a statement says otherwise than we do, in both directions: one statement each.
//!
//! From the file to us, line by line ([`compare`]). From us to the files, payment by payment
//! ([`compare_payments`]): a payment stands in *some* file of its day or an earlier one, since
//! nobody says whether Huifu lists a withdrawal on the day it was asked for or on the day it ended.

use std::ops::Range;

use contract::huifu::statement::LineState;
use jiff::Timestamp;
use jiff::civil::Date;

use super::Key;
use crate::{StoreError, Transaction};

/// A closed attempt that "provably never left" is contradicted by any line about it.
const COMPARE: &str = "\
-- statements.compare
with compared as (
    select lines.line, lines.req_seq_id, lines.req_date, lines.huifu_id, lines.hf_seq_id,
           lines.state as told, lines.amount_fen as told_fen, lines.fee_fen as told_fee_fen,
           attempts.withdrawal_id, attempts.amount_fen, withdrawals.fee_fen, withdrawals.state,
           case when attempts.outcome = 'not_sent' then 'contradicts' else says.verdict end as verdict,
           count(*) filter (where lines.state = 'paid')
             over (partition by lines.huifu_id, lines.req_date, lines.req_seq_id) as payments
      from statement_lines as lines
      left join attempts
        on attempts.req_seq_id = lines.req_seq_id
       and attempts.req_date = lines.req_date
       and attempts.huifu_id = lines.huifu_id
      left join withdrawals on withdrawals.id = attempts.withdrawal_id
      left join unnest($3::text[], $4::text[], $5::text[]) as says (told, ours, verdict)
        on says.told = lines.state and says.ours = withdrawals.state
     where lines.day = $1 and lines.member = $2)
insert into statement_differences (day, member, kind, req_seq_id, req_date, huifu_id,
                                   withdrawal_id, detail, created_at)
select $1, $2, found.kind, req_seq_id, req_date, huifu_id, withdrawal_id,
       jsonb_strip_nulls(jsonb_build_object(
           'line', line, 'hf_seq_id', hf_seq_id, 'told', told, 'told_fen', told_fen,
           'told_fee_fen', told_fee_fen, 'ours', state, 'ours_fen', amount_fen,
           'ours_fee_fen', fee_fen)),
       $6
  from compared
 cross join lateral (values
    ('missing_here', withdrawal_id is null),
    ('amount_differs', told_fen <> amount_fen),
    ('fee_differs', told = 'paid' and told_fee_fen <> fee_fen),
    ('state_differs', verdict = 'contradicts'),
    ('paid_twice', told = 'paid' and payments > 1),
    ('ended_at_huifu', verdict = 'behind' and told <> 'returned'),
    ('returned_at_huifu', verdict = 'behind' and told = 'returned')) as found (kind, holds)
 where found.holds
 order by line";

const FORGET_PAYMENTS: &str = "\
-- statements.forget_payments
delete from statement_differences where day = $1 and member is null";

/// What was asked for before the first statement may stand in a file that nobody ever fetched.
const COMPARE_PAYMENTS: &str = "\
-- statements.compare_payments
insert into statement_differences (day, kind, req_seq_id, req_date, huifu_id, withdrawal_id, detail,
                                   created_at)
select $1, 'missing_at_huifu', req_seq_id, req_date, huifu_id, attempts.withdrawal_id,
       jsonb_strip_nulls(jsonb_build_object(
           'hf_seq_id', hf_seq_id, 'paid_at', timeline.at, 'ours_fen', amount_fen)),
       $4
  from timeline
  join attempts
    on attempts.withdrawal_id = timeline.withdrawal_id
   and attempts.outcome is distinct from 'not_sent'
 where timeline.at >= $2
   and timeline.at < $3
   and timeline.to_state = 'paid'
   and req_date >= (select to_char(min(day), 'YYYYMMDD') from statements)
   and not exists (
       select
         from statement_lines as lines
        where lines.req_seq_id = attempts.req_seq_id
          and lines.req_date = attempts.req_date
          and lines.huifu_id = attempts.huifu_id)";

/// The columns of [`LineState::pairs`].
pub(super) fn pairs() -> [Vec<&'static str>; 3] {
    let pairs = LineState::pairs();
    [
        pairs.iter().map(|(line, _, _)| line.as_str()).collect(),
        pairs.iter().map(|(_, ours, _)| ours.as_str()).collect(),
        pairs.iter().map(|(_, _, says)| says.as_str()).collect(),
    ]
}

/// Compares each line of a statement with what we have, and answers how many differ. To be called
/// after [`super::take`], which forgot what was found before.
pub async fn compare(tx: &Transaction<'_>, now: Timestamp, key: &Key) -> Result<u64, StoreError> {
    let [told, ours, verdict] = pairs();
    let member = key.member.as_str();
    tx.execute(COMPARE, &[&key.day, &member, &told, &ours, &verdict, &now])
        .await
}

/// Looks for each payment that was recorded between two moments in every statement there is, and
/// answers how many are missing. `day` is where they are listed.
pub async fn compare_payments(
    tx: &Transaction<'_>,
    now: Timestamp,
    day: Date,
    between: Range<Timestamp>,
) -> Result<u64, StoreError> {
    tx.execute(FORGET_PAYMENTS, &[&day]).await?;
    let (from, to) = (between.start, between.end);
    tx.execute(COMPARE_PAYMENTS, &[&day, &from, &to, &now])
        .await
}
