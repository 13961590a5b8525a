//! On which day the money is to arrive, as far as one can foretell (huifu-api.md §6).
//!
//! A foretelling and no promise: the bank decides. It is the day in Beijing.

use contract::calendar::DayKind;
use contract::partner::time::beijing_date;
use contract::withdrawal::CashType;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use store::{Connection, StoreError, calendar};

/// The longest row of holidays is eight days; whoever entered more than this erred.
const LONGEST_HOLIDAY: i64 = 31;

/// The day for a withdrawal that was accepted then.
pub(crate) async fn expected_on(
    connection: &Connection,
    cash_type: CashType,
    accepted_at: Timestamp,
) -> Result<Date, StoreError> {
    let today = beijing_date(accepted_at);
    match cash_type {
        CashType::D0 | CashType::Dm => Ok(today),
        CashType::D1 => Ok(after(today, 1)),
        CashType::T1 => {
            let entered = calendar::list(connection, today, after(today, LONGEST_HOLIDAY)).await?;
            let is_working = |day: &Date| {
                let exception = entered.iter().find(|entered| entered.day == *day);
                DayKind::of(*day, exception.map(|entered| entered.kind)) == DayKind::Working
            };
            let mut days = (1..=LONGEST_HOLIDAY).map(|days| after(today, days));
            Ok(days.find(is_working).unwrap_or(after(today, 1)))
        }
    }
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}
