//! `opsctl user fee`: opens a cash type to a user, or changes what it costs.

use anyhow::{Context as _, anyhow};
use clap::{Subcommand, ValueEnum};
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::HtouhuiUserId;
use contract::money::Fen;
use contract::withdrawal::CashType;
use runtime::clock;
use serde_json::json;
use store::users;

use crate::database::Database;
use crate::exit::WrongUsage;
use crate::output::Report;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a withdrawal of this cash type costs, from now on
    Set {
        /// The user's id here
        htouhui_user_id: HtouhuiUserId,
        /// D0, D1, T1 or DM
        #[arg(long, value_parser = cash_type)]
        cash_type: CashType,
        /// The fixed part, in yuan
        #[arg(long, value_name = "YUAN", default_value = "0.00")]
        fix: Fen,
        /// The part that grows with the amount, in percent with at most two decimals
        #[arg(long, value_name = "PERCENT", default_value = "0.00", value_parser = rate)]
        rate: BasisPoints,
        /// Whether it is taken from the amount or from another account
        #[arg(long, value_enum)]
        bearer: Bearer,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Bearer {
    /// 内扣: less arrives on the card
    Inner,
    /// 外扣: the whole amount arrives
    Outer,
}

impl From<Bearer> for FeeBearer {
    fn from(bearer: Bearer) -> Self {
        match bearer {
            Bearer::Inner => Self::Inner,
            Bearer::Outer => Self::Outer,
        }
    }
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    let Command::Set {
        htouhui_user_id: user,
        cash_type,
        fix,
        rate,
        bearer,
    } = command;
    let rule = FeeRule {
        fix,
        rate,
        bearer: bearer.into(),
    };
    let mut connection = database.connection().await?;
    let tx = connection.begin("opsctl: set fee").await?;
    users::set_cash_rule(&tx, clock::now(), &user, cash_type, &rule)
        .await
        .map_err(|error| match error.constraint() {
            Some("cash_rules_htouhui_user_id_fkey") => anyhow!("there is no user {user}"),
            _ => error.into(),
        })?;
    tx.commit().await.context("the fee was not set")?;
    let percent = percent(rate);
    let bearer = rule.bearer.as_str();
    let json = json!({
        "htouhui_user_id": user, "cash_type": cash_type.as_str(), "fix": fix.to_string(),
        "rate_percent": percent, "bearer": bearer,
    });
    Ok(Report::new(json).line(format!(
        "{} costs {user} {fix} yuan and {percent} percent, {bearer}.",
        cash_type.as_str()
    )))
}

fn cash_type(text: &str) -> Result<CashType, WrongUsage> {
    CashType::from_name(text)
        .ok_or_else(|| WrongUsage("a cash type is D0, D1, T1 or DM".to_owned()))
}

/// Percent are written as yuan are: digits, then at most two decimals. A basis point is a hundredth
/// of a percent, as a fen is a hundredth of a yuan.
fn rate(text: &str) -> Result<BasisPoints, WrongUsage> {
    let hundredths = text.parse::<Fen>().ok().map(Fen::get);
    hundredths
        .and_then(|points| i32::try_from(points).ok())
        .and_then(BasisPoints::new)
        .ok_or_else(|| {
            WrongUsage("a rate is 0 to 100 percent with at most two decimals".to_owned())
        })
}

fn percent(rate: BasisPoints) -> String {
    format!("{}.{:02}", rate.get() / 100, rate.get() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_are_read_to_a_hundredth_and_no_further() {
        for (text, points) in [("0.05", 5), ("1", 100), ("100.00", 10_000), ("0", 0)] {
            assert_eq!(rate(text).unwrap().get(), points, "{text}");
        }
        for text in ["0.005", "100.01", "-1", "1%", ""] {
            assert!(rate(text).is_err(), "{text}");
        }
        assert_eq!(percent(BasisPoints::new(5).unwrap()), "0.05");
    }
}
