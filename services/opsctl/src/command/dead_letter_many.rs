//! `opsctl dead-letter discard`, `archive` and `restore`: of letters that are named, or of all that
//! a filter means. Without `--yes` they are counted, and the oldest of them are shown.

use clap::Args;
use runtime::clock;
use store::Connection;
use store::dead_letters::{self, DeadLetterState, Filter, Verb};

use super::dead_letter::table;
use super::dead_letter_filter::FilterArgs;
use crate::database::Database;
use crate::dead_letters::{Outcome, decide};
use crate::exit::{Exit, WrongUsage};
use crate::output::Report;
use crate::permit::{Permit, PermitArgs};

/// Letters that a dry run shows.
const SAMPLE: i64 = 10;

#[derive(Debug, Args)]
pub(crate) struct DecideMany {
    /// The numbers that `list` shows
    ids: Vec<i64>,
    #[command(flatten)]
    which: WhichOnes,
    #[command(flatten)]
    permit: PermitArgs,
}

/// Letters that are meant without being named.
#[derive(Debug, Args)]
pub(crate) struct WhichOnes {
    /// All that can be, without a filter
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

pub(crate) async fn run(
    arguments: &DecideMany,
    verb: Verb,
    database: &Database,
) -> anyhow::Result<Report> {
    let permit = arguments.permit.permit_with_ticket()?;
    let filter = arguments.which.filter(&arguments.ids)?;
    let mut connection = database.connection().await?;
    about(&mut connection, filter, verb, permit.as_ref()).await
}

impl WhichOnes {
    /// Whether anything is meant besides what is named.
    pub(super) fn says_something(&self) -> bool {
        self.all || self.filter.says_something()
    }

    /// What is meant: these, what the filter says, or both at once.
    pub(crate) fn filter(&self, ids: &[i64]) -> Result<Filter, WrongUsage> {
        if ids.is_empty() && !self.says_something() {
            return Err(WrongUsage(
                "say which: numbers, a filter, or --all".to_owned(),
            ));
        }
        Ok(Filter {
            ids: (!ids.is_empty()).then(|| ids.to_vec()),
            ..self.filter.filter(clock::now())?
        })
    }
}

/// Decides about them, or says what would be decided.
pub(crate) async fn about(
    connection: &mut Connection,
    filter: Filter,
    verb: Verb,
    permit: Option<&Permit>,
) -> anyhow::Result<Report> {
    let outcome = decide(connection, &filter, verb, permit).await?;
    if outcome.dry_run {
        foretold(connection, filter, &outcome, verb).await
    } else {
        Ok(done(&outcome, verb))
    }
}

fn done(outcome: &Outcome, verb: Verb) -> Report {
    let mut report = Report::new(outcome)
        .exit(exit(outcome, outcome.decided))
        .line(format!(
            "{} dead letters were {}.",
            outcome.decided,
            past(verb)
        ));
    if !outcome.refused.is_empty() {
        report = report.line(refusal(outcome, verb));
    }
    match &outcome.failure {
        Some(failure) => report.line(format!("The rest failed: {failure}")),
        None => report,
    }
}

async fn foretold(
    connection: &Connection,
    filter: Filter,
    outcome: &Outcome,
    verb: Verb,
) -> anyhow::Result<Report> {
    let amount = outcome.amount.as_deref().unwrap_or("0.00");
    let counted = usize::try_from(outcome.counted).unwrap_or(usize::MAX);
    let mut report = Report::new(outcome)
        .exit(exit(outcome, counted))
        .line(format!(
            "{} dead letters would be {}, about {amount} yuan.",
            outcome.counted,
            past(verb)
        ));
    if !outcome.refused.is_empty() {
        report = report.line(refusal(outcome, verb));
    }
    // What can be restored stands in two states; a sample of it would not be one.
    if matches!(verb, Verb::Discard | Verb::Archive) && outcome.counted > 0 {
        let open = Filter {
            state: Some(DeadLetterState::Open),
            ..filter
        };
        let sample = dead_letters::page(connection, &open, 0, SAMPLE).await?;
        report = report.rows(table("The oldest of them", &sample));
    }
    Ok(report.hint("Nothing was changed. Add --yes, --reason TEXT and --ticket TEXT to do it."))
}

fn exit(outcome: &Outcome, decided: usize) -> Exit {
    let failed = !outcome.refused.is_empty() || outcome.failure.is_some();
    match (failed, decided) {
        (false, _) => Exit::Done,
        (true, 0) => Exit::Failed,
        (true, _) => Exit::Partly,
    }
}

fn refusal(outcome: &Outcome, verb: Verb) -> String {
    let ids: Vec<_> = outcome.refused.iter().map(ToString::to_string).collect();
    let why = match verb {
        Verb::Discard | Verb::Archive => "not open, outside the filter, or unknown",
        Verb::Restore => {
            "neither discarded nor archived, outside the filter, at work again, or unknown"
        }
    };
    format!("Not {}: {} ({why}).", past(verb), ids.join(" "))
}

const fn past(verb: Verb) -> &'static str {
    match verb {
        Verb::Discard => "discarded",
        Verb::Archive => "archived",
        Verb::Restore => "restored",
    }
}
