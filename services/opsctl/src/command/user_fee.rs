//! `opsctl user fee`: opens a cash type to a user, changes what it costs, or closes it.
//!
//! Only our side of it: what Huifu charges is what Huifu was told. Where an application can be made
//! (changed cash rules), it does both.

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use contract::fee::{BasisPoints, CashRule, FeeBearer, Price};
use contract::ids::{HtouhuiUserId, HuifuId};
use contract::money::Fen;
use contract::withdrawal::CashType;
use runtime::clock;
use serde_json::{Value, json};
use store::{StoreError, audit, users};

use crate::database::Database;
use crate::exit::WrongUsage;
use crate::output::Report;
use crate::permit::{Operator, OperatorArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a withdrawal of this cash type costs, from now on
    Set(SetArguments),
    /// Close a cash type to a user
    Close {
        /// The user's id here
        htouhui_user_id: HtouhuiUserId,
        /// D0, D1, T1 or DM
        #[arg(long, value_parser = cash_type)]
        cash_type: CashType,
        #[command(flatten)]
        who: OperatorArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SetArguments {
    /// The user's id here
    htouhui_user_id: HtouhuiUserId,
    /// D0, D1, T1 or DM
    #[arg(long, value_parser = cash_type)]
    cash_type: CashType,
    /// The fixed part, in yuan; of D1 on holidays, if it has a fee of its own for working days
    #[arg(long, value_name = "YUAN", default_value = "0.00")]
    fix: Fen,
    /// The part that grows with the amount, in percent with at most two decimals; of D1 as above
    #[arg(long, value_name = "PERCENT", default_value = "0.00", value_parser = rate)]
    rate: BasisPoints,
    /// The fixed part of D1 on working days, in yuan
    #[arg(long, value_name = "YUAN")]
    weekday_fix: Option<Fen>,
    /// The growing part of D1 on working days, in percent
    #[arg(long, value_name = "PERCENT", value_parser = rate)]
    weekday_rate: Option<BasisPoints>,
    /// Whether it is taken from the amount or from another account
    #[arg(long, value_enum)]
    bearer: Bearer,
    /// Whose account at Huifu an outer fee is taken from, if not the user's own
    #[arg(long, value_name = "HUIFU_ID")]
    payer: Option<HuifuId>,
    #[command(flatten)]
    who: OperatorArgs,
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
    match command {
        Command::Set(arguments) => set(&arguments, database).await,
        Command::Close {
            htouhui_user_id,
            cash_type,
            who,
        } => {
            let operator = who.operator("a cash type is closed")?;
            close(&htouhui_user_id, cash_type, &operator, database).await
        }
    }
}

async fn set(arguments: &SetArguments, database: &Database) -> anyhow::Result<Report> {
    let (user, cash_type) = (&arguments.htouhui_user_id, arguments.cash_type);
    let rule = arguments.rule();
    let operator = arguments.who.operator("a fee is set")?;
    let mut connection = database.connection().await?;
    let now = clock::now();
    let tx = connection.begin("opsctl: set fee").await?;
    users::cash_rules::set(&tx, now, user, cash_type, &rule)
        .await
        .map_err(|error| explained(error, user))?;
    let (subject, detail) = (format!("user {user}"), as_json(cash_type, &rule));
    audit::append(&tx, now, &operator.act("user.set_fee", &subject, &detail)).await?;
    tx.commit().await.context("the fee was not set")?;
    Ok(report(user, cash_type, &rule))
}

async fn close(
    user: &HtouhuiUserId,
    cash_type: CashType,
    operator: &Operator,
    database: &Database,
) -> anyhow::Result<Report> {
    let mut connection = database.connection().await?;
    let tx = connection.begin("opsctl: close cash type").await?;
    let name = cash_type.as_str();
    if !users::cash_rules::close(&tx, user, cash_type).await? {
        return Err(anyhow!("{name} is not open to {user}"));
    }
    let (subject, detail) = (format!("user {user}"), json!({ "cash_type": name }));
    let act = operator.act("user.close_cash_type", &subject, &detail);
    audit::append(&tx, clock::now(), &act).await?;
    tx.commit().await.context("the cash type was not closed")?;
    let json = json!({ "htouhui_user_id": user, "cash_type": name });
    Ok(Report::new(json).line(format!("{name} is closed to {user}.")))
}

impl SetArguments {
    fn rule(&self) -> CashRule {
        // As Huifu takes them: one of the two is enough, and the other is that of holidays.
        let weekday = (self.weekday_fix.is_some() || self.weekday_rate.is_some()).then(|| Price {
            fix: self.weekday_fix.unwrap_or(self.fix),
            rate: self.weekday_rate.unwrap_or(self.rate),
        });
        CashRule {
            price: Price {
                fix: self.fix,
                rate: self.rate,
            },
            weekday,
            bearer: self.bearer.into(),
            payer: self.payer.clone(),
        }
    }
}

fn explained(error: StoreError, user: &HtouhuiUserId) -> anyhow::Error {
    match error.constraint() {
        Some("cash_rules_htouhui_user_id_fkey") => anyhow!("there is no user {user}"),
        Some("cash_rule_weekday_is_for_d1") => {
            anyhow!("only D1 has a fee of its own for working days")
        }
        Some("cash_rule_payer_is_for_outer") => {
            anyhow!("an inner fee is taken from the amount; only an outer one has a payer")
        }
        _ => error.into(),
    }
}

fn report(user: &HtouhuiUserId, cash_type: CashType, rule: &CashRule) -> Report {
    let mut json = as_json(cash_type, rule);
    json["htouhui_user_id"] = json!(user);
    let mut sentence = format!("{} costs {user} {}", cash_type.as_str(), words(rule.price));
    if let Some(weekday) = rule.weekday {
        sentence.push_str(&format!(
            " on holidays and {} on working days",
            words(weekday)
        ));
    }
    sentence.push_str(&format!(", {}", rule.bearer.as_str()));
    if let Some(payer) = &rule.payer {
        sentence.push_str(&format!(", paid by {payer}"));
    }
    Report::new(json).line(format!("{sentence}."))
}

/// What a cash type costs, for machines.
pub(super) fn as_json(cash_type: CashType, rule: &CashRule) -> Value {
    json!({
        "cash_type": cash_type.as_str(),
        "fix": rule.price.fix.to_string(), "rate_percent": percent(rule.price.rate),
        "weekday_fix": rule.weekday.map(|weekday| weekday.fix.to_string()),
        "weekday_rate_percent": rule.weekday.map(|weekday| percent(weekday.rate)),
        "bearer": rule.bearer.as_str(), "payer": rule.payer,
    })
}

pub(super) fn words(price: Price) -> String {
    format!("{} yuan and {} percent", price.fix, percent(price.rate))
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
