//! `opsctl console`: who may sign in to what `opsctl serve` serves, and is signed in.

use clap::{Args, Subcommand};
use runtime::clock;
use serde_json::json;
use store::{audit, console_sessions};

use crate::console::{Person, Role, new_token, sessions_of};
use crate::database::Database;
use crate::exit::WrongUsage;
use crate::output::Report;
use crate::permit::PermitArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token; only its digest goes into the file that $CONSOLE_TOKENS_FILE names
    Token(Token),
    /// Sign a person out in every browser; takes no token away
    SignOut(SignOut),
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    /// Whose it is: the name that the audit shows
    #[arg(long)]
    name: String,
    /// What may be done with it
    #[arg(long, value_enum)]
    role: Role,
}

#[derive(Debug, Args)]
pub(crate) struct SignOut {
    /// Whom: the name that the console and the audit show
    #[arg(long)]
    name: String,
    #[command(flatten)]
    permit: PermitArgs,
}

pub(crate) async fn run(command: &Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::Token(token) => Ok(make(token)?),
        Command::SignOut(out) => sign_out(out, database).await,
    }
}

fn make(token: &Token) -> Result<Report, WrongUsage> {
    let person = Person::new(&token.name, token.role);
    let person = person.ok_or_else(|| {
        let wrong = "a name is at most 64 letters, digits, -, _, ., @ and +";
        WrongUsage(wrong.to_owned())
    })?;
    let (secret, line) = new_token(&person);
    // The one time that it is shown: nobody can read it out of the line.
    let json = json!({
        "name": person.name, "role": person.role.as_str(), "token": secret.expose(), "line": line,
    });
    Ok(Report::new(json).facts(vec![
        ("token", secret.expose().to_owned()),
        ("line for the file", line),
    ]))
}

async fn sign_out(out: &SignOut, database: &Database) -> anyhow::Result<Report> {
    let permit = out.permit.permit()?;
    let (name, now) = (&out.name, clock::now());
    let mut connection = database.connection().await?;
    let Some(permit) = permit else {
        let lasting = console_sessions::count_of(&connection, now, name).await?;
        let json = json!({ "dry_run": true, "name": name, "sessions": lasting });
        return Ok(Report::new(json)
            .line(format!(
                "{name} is signed in in so many browsers: {lasting}."
            ))
            .hint("Nothing was changed. Add --yes and --reason TEXT to sign them out."));
    };
    let tx = connection.begin("opsctl: sign out").await?;
    let ended = console_sessions::end_all_of(&tx, now, name).await?;
    let (subject, detail) = (sessions_of(name), json!({ "sessions": ended }));
    let act = permit.act("console.sign_out", &subject, &detail);
    audit::append(&tx, now, &act).await?;
    tx.commit().await?;
    let json = json!({ "dry_run": false, "name": name, "sessions": ended });
    Ok(Report::new(json).line(format!(
        "{name} was signed out in so many browsers: {ended}."
    )))
}
