//! Walks the chain from its beginning and names the first row that does not fit.

use super::{Entry, from_row, hash};
use crate::{Connection, StoreError};

/// Rows read at a time.
const BATCH: i64 = 1000;

const HEAD: &str = "\
-- audit.head
select number, hash
  from audit_head";

const BATCH_AFTER: &str = "\
-- audit.batch_after
select number, at, actor, role, act, subject, reason, ticket, detail, previous_hash, hash
  from audit
 where number > $1 and number <= $2
 order by number
 limit $3";

/// In one statement, so that an act appended meanwhile is on both sides.
const BEYOND_HEAD: &str = "\
-- audit.beyond_head
select min(audit.number) as number
  from audit
 where audit.number > (select number from audit_head) or audit.number < 1";

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of the last row; 0 when there is none.
    pub number: i64,
    /// Its hash; zeros when there is none.
    pub hash: String,
}

/// A head that somebody noted outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The number of the row.
    pub number: i64,
    /// Its hash then.
    pub hash: String,
}

/// What does not fit about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no row with this number, but a later one.
    Missing,
    /// Its hash is not that of what stands in it.
    Changed,
    /// It was not written after the row that stands before it.
    Unlinked,
    /// It and all after it are gone: the head tells of them.
    CutOff,
    /// The last row is not the one that the head tells of.
    NotTheHead,
    /// It was put behind the end of the chain.
    Beyond,
    /// It is not the row that was noted outside.
    NotTheAnchor,
}

impl Fault {
    /// What is wrong, for people.
    pub const fn explained(self) -> &'static str {
        match self {
            Self::Missing => "was removed",
            Self::Changed => "was changed",
            Self::Unlinked => "does not follow the row before it",
            Self::CutOff => "was removed with all that followed",
            Self::NotTheHead => "is not the row that the head tells of",
            Self::Beyond => "was put behind the end of the chain",
            Self::NotTheAnchor => "is not the row that was noted outside",
        }
    }
}

/// What a walk along the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every row fits; the end of the chain, to be noted elsewhere.
    Whole(Head),
    /// The first row that does not fit.
    Broken {
        /// Its number.
        number: i64,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// The end of the chain as it is now.
pub async fn head(connection: &Connection) -> Result<Head, StoreError> {
    let row = connection.query_opt(HEAD, &[]).await?;
    let row = row.ok_or(StoreError::Corrupt { column: "number" })?;
    Ok(Head {
        number: row.try_get("number")?,
        hash: row.try_get("hash")?,
    })
}

/// Walks the whole chain, a thousand rows at a time, up to where its head is when it begins.
pub async fn verify(
    connection: &Connection,
    anchor: Option<&Anchor>,
) -> Result<Verdict, StoreError> {
    let head = head(connection).await?;
    let mut walked = Walk {
        number: 0,
        hash: "0".repeat(64),
    };
    while walked.number < head.number {
        let bounds = (walked.number, head.number);
        let rows = connection
            .query(BATCH_AFTER, &[&bounds.0, &bounds.1, &BATCH])
            .await?;
        if rows.is_empty() {
            return Ok(broken(walked.number + 1, Fault::CutOff));
        }
        for row in &rows {
            let entry = from_row(row)?;
            if let Err((number, fault)) = walked.step(&entry, anchor) {
                return Ok(broken(number, fault));
            }
        }
    }
    if walked.hash != head.hash {
        return Ok(broken(head.number, Fault::NotTheHead));
    }
    if let Some(anchor) = anchor.filter(|anchor| anchor.number > head.number) {
        return Ok(broken((head.number + 1).min(anchor.number), Fault::CutOff));
    }
    let beyond = connection.query_opt(BEYOND_HEAD, &[]).await?;
    let beyond = beyond.map(|row| row.try_get::<_, Option<i64>>("number"));
    Ok(match beyond.transpose()?.flatten() {
        Some(number) => broken(number, Fault::Beyond),
        None => Verdict::Whole(head),
    })
}

const fn broken(number: i64, fault: Fault) -> Verdict {
    Verdict::Broken { number, fault }
}

/// How far the chain was found whole.
struct Walk {
    number: i64,
    hash: String,
}

impl Walk {
    fn step(&mut self, entry: &Entry, anchor: Option<&Anchor>) -> Result<(), (i64, Fault)> {
        let expected = self.number + 1;
        if entry.number != expected {
            return Err((expected, Fault::Missing));
        }
        if entry.hash != hash(entry) {
            return Err((expected, Fault::Changed));
        }
        if entry.previous_hash != self.hash {
            return Err((expected, Fault::Unlinked));
        }
        if anchor.is_some_and(|anchor| anchor.number == expected && anchor.hash != entry.hash) {
            return Err((expected, Fault::NotTheAnchor));
        }
        self.number = expected;
        self.hash.clone_from(&entry.hash);
        Ok(())
    }
}
