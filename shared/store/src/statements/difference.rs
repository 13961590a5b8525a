//! How a statement and our rows can differ, and what is done about each kind.

use contract::enumeration;
use jiff::civil::Date;
use serde_json::Value;
use tokio_postgres::Row;

use crate::row::named;
use crate::{Connection, StoreError};

const DIFFERENCES: &str = "\
-- statements.differences
select member, kind, req_seq_id, req_date, huifu_id, withdrawal_id, detail
  from statement_differences
 where day = $1
 order by id
 limit $2";

const DIFFERENCE_COUNTS: &str = "\
-- statements.difference_counts
select day, count(*) as count
  from statement_differences
 where day >= $1
 group by day
 order by day";

enumeration! {
    /// How a statement and our rows differ. A case's kind is the name with `statement_` before it.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum DifferenceKind {
        /// Huifu lists a withdrawal that we do not have.
        MissingHere => "missing_here",
        /// We have a payment that Huifu does not list.
        MissingAtHuifu => "missing_at_huifu",
        /// Another amount.
        AmountDiffers => "amount_differs",
        /// Another fee than the one we foretold; Huifu's counts.
        FeeDiffers => "fee_differs",
        /// Two ends that exclude each other, or news of what provably never left.
        StateDiffers => "state_differs",
        /// Listed as paid more than once.
        PaidTwice => "paid_twice",
        /// Huifu has an end that we have not heard of.
        EndedAtHuifu => "ended_at_huifu",
        /// The bank returned what we have as paid.
        ReturnedAtHuifu => "returned_at_huifu",
    }
}

/// What is done about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// A person must look.
    Case,
    /// Huifu is asked; if it is still so with the next statement, a person must look.
    Question,
    /// It is written down.
    Nothing,
}

impl DifferenceKind {
    /// What is done about it.
    pub const fn follow_up(self) -> FollowUp {
        match self {
            Self::MissingHere
            | Self::MissingAtHuifu
            | Self::AmountDiffers
            | Self::StateDiffers
            | Self::PaidTwice => FollowUp::Case,
            Self::EndedAtHuifu | Self::ReturnedAtHuifu => FollowUp::Question,
            Self::FeeDiffers => FollowUp::Nothing,
        }
    }

    /// The names of those that this is done about.
    pub(super) fn followed_by(what: FollowUp) -> Vec<&'static str> {
        let all = Self::ALL.into_iter();
        let followed = all.filter(|kind| kind.follow_up() == what);
        followed.map(Self::as_str).collect()
    }
}

/// One difference.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Whose statement says it; `None` for what stands in nobody's.
    pub member: Option<String>,
    /// How they differ.
    pub kind: DifferenceKind,
    /// Which attempt.
    pub req_seq_id: String,
    /// Its day.
    pub req_date: String,
    /// Who withdrew.
    pub huifu_id: String,
    /// Our withdrawal, if it is one.
    pub withdrawal_id: Option<String>,
    /// What each side says: `told…` is Huifu's, `ours…` ours.
    pub detail: Value,
}

/// The first differences of a day.
pub async fn differences(
    connection: &Connection,
    day: Date,
    limit: i64,
) -> Result<Vec<Difference>, StoreError> {
    let rows = connection.query(DIFFERENCES, &[&day, &limit]).await?;
    rows.iter().map(from_row).collect()
}

/// How many differences there are on each day that has any, from `first` on.
pub async fn difference_counts(
    connection: &Connection,
    first: Date,
) -> Result<Vec<(Date, i64)>, StoreError> {
    let rows = connection.query(DIFFERENCE_COUNTS, &[&first]).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row.try_get("day")?, row.try_get("count")?)));
    counts.collect()
}

fn from_row(row: &Row) -> Result<Difference, StoreError> {
    Ok(Difference {
        member: row.try_get("member")?,
        kind: named(row, "kind", DifferenceKind::from_name)?,
        req_seq_id: row.try_get("req_seq_id")?,
        req_date: row.try_get("req_date")?,
        huifu_id: row.try_get("huifu_id")?,
        withdrawal_id: row.try_get("withdrawal_id")?,
        detail: row.try_get("detail")?,
    })
}
