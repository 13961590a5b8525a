//! What each cash type costs a user. A cash type without a rule is closed to the user.

use contract::fee::{BasisPoints, CashRule, FeeBearer, Price};
use contract::ids::HtouhuiUserId;
use contract::withdrawal::CashType;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::{fen, fen_optional, named, parsed_optional};
use crate::{Connection, StoreError, Transaction};

const CASH_RULES_OF: &str = "\
-- users.cash_rules_of
select cash_type, fix_fen, rate_bp, weekday_fix_fen, weekday_rate_bp, bearer, payer_huifu_id
  from cash_rules
 where htouhui_user_id = $1
 order by cash_type";

const SET_CASH_RULE: &str = "\
-- users.set_cash_rule
insert into cash_rules (htouhui_user_id, cash_type, fix_fen, rate_bp,
                        weekday_fix_fen, weekday_rate_bp, bearer, payer_huifu_id,
                        created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
on conflict (htouhui_user_id, cash_type) do update
   set fix_fen = excluded.fix_fen, rate_bp = excluded.rate_bp,
       weekday_fix_fen = excluded.weekday_fix_fen, weekday_rate_bp = excluded.weekday_rate_bp,
       bearer = excluded.bearer, payer_huifu_id = excluded.payer_huifu_id,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by";

const CLOSE_CASH_RULE: &str = "\
-- users.close_cash_rule
delete from cash_rules where htouhui_user_id = $1 and cash_type = $2";

/// What each cash type that is open to the user costs.
pub async fn of(
    connection: &Connection,
    id: &HtouhuiUserId,
) -> Result<Vec<(CashType, CashRule)>, StoreError> {
    let rows = connection.query(CASH_RULES_OF, &[&id.as_str()]).await?;
    rows.iter().map(from_row).collect()
}

/// Opens a cash type to a user, or changes what it costs; everything the rule does not say is
/// forgotten. Refused by `cash_rule_weekday_is_for_d1`, `cash_rule_payer_is_for_outer`,
/// `cash_rules_htouhui_user_id_fkey`.
pub async fn set(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    cash_type: CashType,
    rule: &CashRule,
) -> Result<(), StoreError> {
    tx.execute(
        SET_CASH_RULE,
        &[
            &user.as_str(),
            &cash_type.as_str(),
            &rule.price.fix.get(),
            &rule.price.rate.get(),
            &rule.weekday.map(|weekday| weekday.fix.get()),
            &rule.weekday.map(|weekday| weekday.rate.get()),
            &rule.bearer.as_str(),
            &rule.payer.as_ref().map(|payer| payer.as_str()),
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// Closes a cash type to a user; `false` if it was not open. What was confirmed before goes on.
pub async fn close(
    tx: &Transaction<'_>,
    user: &HtouhuiUserId,
    cash_type: CashType,
) -> Result<bool, StoreError> {
    tx.execute(CLOSE_CASH_RULE, &[&user.as_str(), &cash_type.as_str()])
        .await
        .map(|closed| closed == 1)
}

fn from_row(row: &Row) -> Result<(CashType, CashRule), StoreError> {
    let rule = CashRule {
        price: Price {
            fix: fen(row, "fix_fen")?,
            rate: rate(row.try_get("rate_bp")?, "rate_bp")?,
        },
        weekday: weekday(row)?,
        bearer: named(row, "bearer", FeeBearer::from_name)?,
        payer: parsed_optional(row, "payer_huifu_id")?,
    };
    Ok((named(row, "cash_type", CashType::from_name)?, rule))
}

fn weekday(row: &Row) -> Result<Option<Price>, StoreError> {
    let points: Option<i32> = row.try_get("weekday_rate_bp")?;
    match (fen_optional(row, "weekday_fix_fen")?, points) {
        (None, None) => Ok(None),
        (Some(fix), Some(points)) => Ok(Some(Price {
            fix,
            rate: rate(points, "weekday_rate_bp")?,
        })),
        // Half a price would be charged as something else.
        (Some(_), None) | (None, Some(_)) => Err(StoreError::Corrupt {
            column: "weekday_fix_fen",
        }),
    }
}

fn rate(points: i32, column: &'static str) -> Result<BasisPoints, StoreError> {
    BasisPoints::new(points).ok_or(StoreError::Corrupt { column })
}
