//! Cases about statements and days as a whole; those about single lines are made in `store`.

use jiff::Timestamp;
use serde_json::{Value, json};
use store::cases::{self, NewCase};
use store::statements::Key;
use store::{StoreError, Transaction};

/// Something that a person must know about a day.
pub(super) struct Unusual {
    kind: &'static str,
    fingerprint: String,
    detail: Value,
}

impl Unusual {
    /// All of today's questions brought no file. Told once, however many days it takes.
    pub(super) fn unavailable(key: &Key, trouble: &str) -> Self {
        Self::about(key, "statement_unavailable", trouble)
    }

    /// There is a file, and it cannot be used. The same trouble is told once.
    pub(super) fn unusable(key: &Key, trouble: &str) -> Self {
        let about = Self::about(key, "statement_unusable", trouble);
        Self {
            fingerprint: format!("{}:{trouble}", about.fingerprint),
            ..about
        }
    }

    /// More differs than a person can look at one by one.
    pub(super) fn widely(day: jiff::civil::Date, count: i64) -> Self {
        Self {
            kind: "statement_differs_widely",
            fingerprint: format!("statement_differs_widely:{day}:{count}"),
            detail: json!({ "day": day.to_string(), "differences": count }),
        }
    }

    /// The two sides of a day are not the same.
    pub(super) fn unequal(day: jiff::civil::Date, version: i32, detail: Value) -> Self {
        Self {
            kind: "day_balance_unequal",
            fingerprint: format!("day_balance_unequal:{day}:{version}"),
            detail,
        }
    }

    fn about(key: &Key, kind: &'static str, trouble: &str) -> Self {
        let (day, member) = (key.day.to_string(), key.member.as_str());
        Self {
            kind,
            fingerprint: format!("{kind}:{day}:{member}"),
            detail: json!({ "day": day, "member": member, "trouble": trouble }),
        }
    }

    pub(super) async fn open(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let case = NewCase {
            withdrawal: None,
            application: None,
            kind: self.kind,
            detail: &self.detail,
            fingerprint: &self.fingerprint,
        };
        cases::open(tx, now, &case).await.map(drop)
    }
}
