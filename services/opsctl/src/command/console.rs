//! `opsctl console`: who may sign in to what `opsctl serve` serves.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::console::{Person, Role, new_token};
use crate::exit::WrongUsage;
use crate::output::Report;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token; only its digest goes into the file that $CONSOLE_TOKENS_FILE names
    Token(Token),
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

pub(crate) fn run(command: &Command) -> Result<Report, WrongUsage> {
    match command {
        Command::Token(token) => make(token),
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
