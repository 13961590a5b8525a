//! `opsctl user`: adds users by hand; showing them and setting their passwords are next door.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use contract::application::SubjectKind;
use contract::ids::{HtouhuiUserId, HuifuId, PartnerId, ThirdPartyUserId};
use runtime::{clock, password};
use serde_json::json;
use store::audit;
use store::users::{self, NewUser};

use super::user_listing::{self, List};
use super::user_mobile::{self, Mobile};
use super::user_password::{self, Password};
use super::{user_card, user_fee};
use crate::database::{Database, from_environment};
use crate::exit::WrongUsage;
use crate::input;
use crate::output::Report;
use crate::permit::OperatorArgs;

/// Where the sequence `htouhui_user_ids` begins (V0007).
const FIRST_OF_THE_SEQUENCE: u64 = 20_000_000_001;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a user; needs PASSWORD_PEPPER or PASSWORD_PEPPER_FILE, the same as intake's
    Add(AddArguments),
    /// Users with their cards and what a withdrawal costs them
    List(List),
    /// One user: account at Huifu, password, cards, cash types
    Show {
        /// The user's id here
        htouhui_user_id: HtouhuiUserId,
    },
    /// Set a user's password, the first or another one, and lift its lock; needs PASSWORD_PEPPER or
    /// PASSWORD_PEPPER_FILE, the same as intake's
    Password(Password),
    /// Register the mobile number to which a user's codes go; needs DATA_KEYS or DATA_KEYS_FILE,
    /// the same as intake's
    Mobile(Mobile),
    /// The cards that a user may withdraw to
    #[command(subcommand)]
    Card(user_card::Command),
    /// What a withdrawal costs a user
    #[command(subcommand)]
    Fee(user_fee::Command),
}

#[derive(Debug, Args)]
pub(crate) struct AddArguments {
    /// The partner through which the user comes
    #[arg(long)]
    partner: PartnerId,
    /// The user's id at the partner
    #[arg(long)]
    third_party_user_id: ThirdPartyUserId,
    /// The user's id here, at most 11 characters
    #[arg(long)]
    htouhui_user_id: HtouhuiUserId,
    /// The user's account at Huifu
    #[arg(long)]
    huifu_id: HuifuId,
    /// As what Huifu knows them: enterprise_merchant, individual_merchant, enterprise_user or
    /// individual_user
    #[arg(long, value_name = "KIND", default_value = "individual_user", value_parser = kind)]
    kind: SubjectKind,
    #[command(flatten)]
    password: PasswordSource,
    #[command(flatten)]
    who: OperatorArgs,
}

/// Where the password comes from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct PasswordSource {
    /// A file with the transaction password; one line end after it is cut off
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Read the transaction password from standard input; one line end after it is cut off
    #[arg(long)]
    password_stdin: bool,
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::Add(arguments) => add(database, &arguments).await,
        Command::List(which) => user_listing::list(&database.connection().await?, &which).await,
        Command::Show { htouhui_user_id } => {
            user_listing::show(&database.connection().await?, &htouhui_user_id).await
        }
        Command::Password(arguments) => user_password::run(&arguments, database).await,
        Command::Mobile(arguments) => user_mobile::run(&arguments, database).await,
        Command::Card(command) => user_card::run(command, database).await,
        Command::Fee(command) => user_fee::run(command, database).await,
    }
}

async fn add(database: &Database, arguments: &AddArguments) -> anyhow::Result<Report> {
    if is_of_the_sequence(&arguments.htouhui_user_id) {
        return Err(WrongUsage(format!(
            "{FIRST_OF_THE_SEQUENCE} and above are given to those who are opened by applications"
        ))
        .into());
    }
    let operator = arguments.who.operator("a user is added")?;
    let pepper = from_environment("PASSWORD_PEPPER")?;
    let password = arguments.password.read()?;
    let hash = password::hash(&password, &pepper)?;
    let user = NewUser {
        htouhui_user_id: &arguments.htouhui_user_id,
        partner_id: &arguments.partner,
        third_party_user_id: &arguments.third_party_user_id,
        huifu_id: &arguments.huifu_id,
        kind: arguments.kind,
        password_hash: Some(&hash),
    };
    let mut connection = database.connection().await?;
    let now = clock::now();
    let tx = connection.begin("opsctl: add user").await?;
    users::add(&tx, now, &user)
        .await
        .map_err(|error| match error.constraint() {
            Some("users_pkey") => anyhow!("there is a user {} already", user.htouhui_user_id),
            Some("user_unique_at_partner") => {
                anyhow!(
                    "{} has a user {} already",
                    user.partner_id,
                    user.third_party_user_id
                )
            }
            Some("users_partner_id_fkey") => anyhow!("there is no partner {}", user.partner_id),
            _ => error.into(),
        })?;
    let id = user.htouhui_user_id;
    let subject = format!("user {id}");
    let detail = json!({
        "partner_id": user.partner_id, "huifu_id": user.huifu_id, "kind": user.kind,
    });
    audit::append(&tx, now, &operator.act("user.add", &subject, &detail)).await?;
    tx.commit().await.context("the user was not added")?;
    let json = json!({
        "htouhui_user_id": id, "partner_id": user.partner_id,
        "third_party_user_id": user.third_party_user_id, "huifu_id": user.huifu_id,
        "kind": user.kind,
    });
    Ok(Report::new(json).line(format!(
        "User {id} was added. Next: opsctl user card add {id} …, opsctl user fee set {id} …"
    )))
}

/// An opening is promised its id before Huifu has looked at it. Were the id somebody else's by
/// then, the account would exist at Huifu and could never be granted here.
fn is_of_the_sequence(id: &HtouhuiUserId) -> bool {
    id.as_str()
        .parse()
        .is_ok_and(|id: u64| id >= FIRST_OF_THE_SEQUENCE)
}

fn kind(text: &str) -> Result<SubjectKind, WrongUsage> {
    SubjectKind::from_name(text).ok_or_else(|| {
        let kinds = SubjectKind::ALL.map(SubjectKind::as_str).join(", ");
        WrongUsage(format!("a kind is one of {kinds}"))
    })
}

impl PasswordSource {
    pub(super) fn read(&self) -> Result<String, WrongUsage> {
        let text = input::file_or_stdin(self.password_file.as_deref())?;
        let password = text.strip_suffix('\n').unwrap_or(&text);
        let password = password.strip_suffix('\r').unwrap_or(password);
        if password.is_empty() || password.contains(char::is_control) {
            let wrong = "the password is empty or more than one line";
            return Err(WrongUsage(wrong.to_owned()));
        }
        Ok(password.to_owned())
    }
}
