//! `opsctl user mobile`: registers the number to which codes go by SMS. Whoever was opened by an
//! application has the one of its form; whoever was added by hand, or has another number now, needs
//! this.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use contract::ids::HtouhuiUserId;
use contract::mobile::MobileNumber;
use runtime::{clock, ids, mobile};
use serde_json::json;
use store::cases::{self, NewCase};
use store::{audit, users};

use crate::database::{Database, data_keys};
use crate::exit::WrongUsage;
use crate::output::Report;
use crate::permit::PermitArgs;

#[derive(Debug, Args)]
pub(crate) struct Mobile {
    /// The user's id here
    htouhui_user_id: HtouhuiUserId,
    #[command(flatten)]
    number: NumberSource,
    #[command(flatten)]
    permit: PermitArgs,
}

/// Never an argument: other users of the machine can read those.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct NumberSource {
    /// A file with the number; white space around it is cut off
    #[arg(long, value_name = "FILE")]
    mobile_file: Option<PathBuf>,
    /// Read the number from standard input; white space around it is cut off
    #[arg(long)]
    mobile_stdin: bool,
}

pub(crate) async fn run(arguments: &Mobile, database: &Database) -> anyhow::Result<Report> {
    let permit = arguments.permit.permit()?;
    let number = arguments.number.read()?;
    let user = &arguments.htouhui_user_id;
    let sealed = mobile::seal(&data_keys()?, user, &number);
    let now = clock::now();
    let mut connection = database.connection().await?;
    let tx = connection.begin("opsctl: set mobile").await?;
    if !users::mobile::set(&tx, now, user, &sealed).await? {
        bail!("there is no user {user}");
    }
    let tail = number.tail();
    let json = json!({
        "dry_run": permit.is_none(), "htouhui_user_id": user, "mobile_tail": tail,
    });
    let Some(permit) = permit else {
        return Ok(Report::new(json).line(format!(
            "Codes for {user} would go to the mobile ending in {tail}.\n\
             Nothing was changed. Add --yes and --reason TEXT to do it."
        )));
    };
    let detail = json!({ "htouhui_user_id": user, "mobile_tail": tail });
    let case = NewCase {
        withdrawal: None,
        application: None,
        kind: "mobile_set",
        detail: &detail,
        // Each time is a deed of its own.
        fingerprint: &format!("mobile_set:{}", ids::new_message_id()),
    };
    cases::record(&tx, now, &case, &permit.decision()).await?;
    let subject = format!("user {user}");
    audit::append(
        &tx,
        now,
        &permit.act("user.set_mobile", &subject, &json!({})),
    )
    .await?;
    tx.commit().await?;
    Ok(Report::new(json).line(format!(
        "Codes for {user} go to the mobile ending in {tail}."
    )))
}

impl NumberSource {
    fn read(&self) -> anyhow::Result<MobileNumber> {
        let mut text = String::new();
        match &self.mobile_file {
            Some(file) => {
                text = std::fs::read_to_string(file)
                    .map_err(|error| WrongUsage(format!("{}: {error}", file.display())))?;
            }
            None => {
                std::io::stdin()
                    .read_to_string(&mut text)
                    .context("standard input could not be read")?;
            }
        }
        let number: Result<MobileNumber, _> = text.trim().parse();
        Ok(number.map_err(|error| WrongUsage(format!("{error}")))?)
    }
}
