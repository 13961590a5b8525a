//! Counts days and signs what was counted; the figures are `contract::day_balance`'s.

use contract::day_balance::{Counted, DayBalance};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use store::day_balances::{self, Signed};
use store::{StoreError, Transaction};

use super::Statements;
use super::case::Unusual;

/// Days that are counted again although nothing of them was open: as long as banks are asked about
/// returns, a day may still change.
const UNSETTLED_DAYS: i32 = 9;

/// Days that are counted again because something of them is open. What is open longer stands on
/// other lists, with an owner.
const WINDOW_DAYS: i32 = 60;

impl Statements {
    /// Counts every day up to `last` that was not counted yet or may have changed.
    pub(super) async fn count_days(&self, now: Timestamp, last: Date) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        let days = day_balances::to_count(&connection, last, WINDOW_DAYS, UNSETTLED_DAYS).await?;
        for day in days {
            let tx = connection.begin("huifu-dispatcher: count day").await?;
            if let Some(version) = self.count_day(&tx, now, day).await? {
                tx.commit().await?;
                let day = day.to_string();
                tracing::info!(day, version, "counted a day");
            }
        }
        Ok(())
    }

    /// The version that was written; `None` if the day is as it was.
    async fn count_day(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        day: Date,
    ) -> Result<Option<i32>, StoreError> {
        day_balances::take_turn(tx).await?;
        let latest = day_balances::latest(tx, day).await?;
        let latest = latest.map(|signed| signed.balance);
        let counted = day_balances::count(tx, day).await?;
        if latest.is_some_and(|latest| latest.counted == counted) {
            return Ok(None);
        }
        let version = latest.map_or(1, |latest| latest.version.saturating_add(1));
        let balance = DayBalance {
            day,
            version,
            counted_at: now,
            counted,
        };
        let (key, key_id) = (&self.signing.key, &self.signing.key_id);
        let signed = Signed {
            balance,
            text: balance.text(key_id),
            key_id: key_id.clone(),
            signature: balance.sign(key_id, key),
        };
        day_balances::insert(tx, now, &signed).await?;
        if !counted.holds() {
            let day_shown = day.to_string();
            tracing::error!(day = day_shown, version, "the two sides of a day differ");
            let unequal = Unusual::unequal(day, version, figures(day, &counted));
            unequal.open(tx, now).await?;
        }
        Ok(Some(version))
    }
}

fn figures(day: Date, counted: &Counted) -> Value {
    let mut figures = Map::new();
    figures.insert("day".to_owned(), json!(day.to_string()));
    for (name, tally) in counted.rows() {
        figures.insert(format!("{name}_count"), json!(tally.count));
        figures.insert(format!("{name}_fen"), json!(tally.amount.get()));
    }
    Value::Object(figures)
}
