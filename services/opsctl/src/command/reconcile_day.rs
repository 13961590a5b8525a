//! `opsctl reconcile day`: everything that is known of one day.

use std::path::Path;

use anyhow::bail;
use contract::day_balance::DayBalance;
use contract::money::Fen;
use contract::signing::keys::PublicKey;
use jiff::civil::Date;
use serde_json::{Value, json};
use store::Connection;
use store::day_balances::{self, Signed};
use store::statements::{self, Difference, Statement};

use crate::beijing;
use crate::exit::{Exit, WrongUsage};
use crate::input;
use crate::output::{Report, Rows};

/// Everything that differs on a bad day; more is not read by anybody.
const MOST_DIFFERENCES: i64 = 1000;

/// Whether a balance is what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seal {
    /// Nobody gave a key.
    Unchecked,
    /// It is.
    Holds,
    /// It was not signed with this key, or was changed afterwards.
    Broken,
}

impl Seal {
    fn of(signed: &Signed, key: Option<&PublicKey>) -> Self {
        let Some(key) = key else {
            return Self::Unchecked;
        };
        let verified = signed
            .balance
            .verify(&signed.key_id, key, &signed.signature);
        if verified.is_ok() && signed.text == signed.balance.text(&signed.key_id) {
            Self::Holds
        } else {
            Self::Broken
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Holds => "holds",
            Self::Broken => "broken",
        }
    }
}

/// Reads a public key of ours.
pub(crate) fn read_key(file: &Path) -> Result<PublicKey, WrongUsage> {
    input::file(file)?
        .trim()
        .parse()
        .map_err(|error| input::unusable(file, format_args!("not a public key: {error}")))
}

pub(crate) async fn show(
    connection: &Connection,
    day: Date,
    key: Option<&PublicKey>,
) -> anyhow::Result<Report> {
    let versions = day_balances::of(connection, day).await?;
    let statements = statements::of(connection, day).await?;
    if versions.is_empty() && statements.is_empty() {
        bail!("nothing is known of {day}: it was not counted, and no statement was asked for");
    }
    let differences = statements::differences(connection, day, MOST_DIFFERENCES).await?;
    let seals: Vec<Seal> = versions.iter().map(|one| Seal::of(one, key)).collect();
    let mut report = Report::new(as_json(day, &versions, &seals, &statements, &differences));
    report = match versions.last() {
        Some(newest) => with_balance(report, newest),
        None => report.line(format!("{day} has not been counted yet.")),
    };
    if !versions.is_empty() {
        report = report.rows(counts(&versions, &seals));
    }
    report = report
        .rows(statement_rows(&statements))
        .rows(difference_rows(&differences));
    let broken = seals.contains(&Seal::Broken);
    Ok(if broken {
        report.exit(Exit::Failed)
    } else {
        report
    })
}

fn with_balance(report: Report, newest: &Signed) -> Report {
    let DayBalance { day, counted, .. } = &newest.balance;
    let rows = counted.rows().map(|(part, tally)| {
        let sign = if part == "accepted" { "" } else { "  " };
        vec![
            format!("{sign}{part}"),
            tally.count.to_string(),
            tally.amount.to_string(),
        ]
    });
    let sentence = if counted.holds() {
        format!("{day}: accepted = paid + failed + returned + open.")
    } else {
        format!("{day}: accepted is NOT paid + failed + returned + open. A case says so.")
    };
    report.line(sentence).rows(Rows {
        title: String::new(),
        head: vec!["PART", "NUMBER", "YUAN"],
        rows: rows.into(),
        when_empty: "",
    })
}

fn counts(versions: &[Signed], seals: &[Seal]) -> Rows {
    let row = |(one, seal): (&Signed, &Seal)| {
        let open = &one.balance.counted.open;
        vec![
            one.balance.version.to_string(),
            beijing::shown(one.balance.counted_at),
            open.count.to_string(),
            one.key_id.to_string(),
            match seal {
                Seal::Unchecked => "not checked: give --key FILE",
                Seal::Holds => "holds",
                Seal::Broken => "DOES NOT HOLD",
            }
            .to_owned(),
        ]
    };
    Rows {
        title: "Counts".to_owned(),
        head: vec!["COUNT", "AT", "OPEN", "KEY", "SIGNATURE"],
        rows: versions.iter().zip(seals).map(row).collect(),
        when_empty: "",
    }
}

fn statement_rows(statements: &[Statement]) -> Rows {
    let row = |one: &Statement| {
        vec![
            one.key.member.to_string(),
            one.state.as_str().to_owned(),
            one.version.to_string(),
            one.line_count
                .map_or_else(|| "-".to_owned(), |count| count.to_string()),
            beijing::shown_optional(one.next_try_at),
            one.trouble.clone().unwrap_or_default(),
        ]
    };
    Rows {
        title: "Statements".to_owned(),
        head: vec!["MEMBER", "STATE", "FILES", "LINES", "NEXT_TRY", "TROUBLE"],
        rows: statements.iter().map(row).collect(),
        when_empty: "  none was asked for",
    }
}

fn difference_rows(differences: &[Difference]) -> Rows {
    let row = |one: &Difference| {
        vec![
            one.kind.as_str().to_owned(),
            one.req_seq_id.clone(),
            one.withdrawal_id.clone().unwrap_or_else(|| "-".to_owned()),
            side(&one.detail, "told"),
            side(&one.detail, "ours"),
        ]
    };
    Rows {
        title: "Differences".to_owned(),
        head: vec!["KIND", "REQ_SEQ_ID", "WITHDRAWAL", "HUIFU", "OURS"],
        rows: differences.iter().map(row).collect(),
        when_empty: "  none",
    }
}

/// What one side says: state, yuan, fee.
fn side(detail: &Value, side: &str) -> String {
    let yuan = |name: &str| {
        let fen = detail[format!("{side}{name}")].as_i64()?;
        Fen::new(fen).ok().map(|amount| amount.to_string())
    };
    let state = detail[side].as_str().map(str::to_owned);
    let fee = yuan("_fee_fen").map(|fee| format!("fee {fee}"));
    let said: Vec<String> = [state, yuan("_fen"), fee].into_iter().flatten().collect();
    if said.is_empty() {
        "-".to_owned()
    } else {
        said.join(" ")
    }
}

fn as_json(
    day: Date,
    versions: &[Signed],
    seals: &[Seal],
    statements: &[Statement],
    differences: &[Difference],
) -> Value {
    let counts = versions.iter().zip(seals).map(|(one, seal)| {
        let mut count = balance_json(one);
        count["signed_text"] = json!(one.text);
        count["signature"] = json!(one.signature);
        count["signature_check"] = json!(seal.as_str());
        count
    });
    let statements = statements.iter().map(|one| {
        json!({
            "member": one.key.member, "state": one.state.as_str(), "files": one.version,
            "lines": one.line_count, "next_try_at": one.next_try_at, "trouble": one.trouble,
        })
    });
    let differences = differences.iter().map(|one| {
        json!({
            "member": one.member, "kind": one.kind.as_str(), "req_seq_id": one.req_seq_id,
            "req_date": one.req_date, "huifu_id": one.huifu_id, "order_id": one.withdrawal_id,
            "detail": one.detail,
        })
    });
    json!({
        "day": day, "counts": counts.collect::<Vec<_>>(),
        "statements": statements.collect::<Vec<_>>(),
        "differences": differences.collect::<Vec<_>>(),
    })
}

/// A count's figures.
pub(crate) fn balance_json(signed: &Signed) -> Value {
    let balance = &signed.balance;
    let mut json = json!({
        "version": balance.version, "counted_at": balance.counted_at,
        "holds": balance.counted.holds(), "key_id": signed.key_id,
    });
    for (name, tally) in balance.counted.rows() {
        json[name] = json!({ "count": tally.count, "fen": tally.amount.get() });
    }
    json
}
