//! `opsctl user mobile`: registers the number to which codes go by SMS. Whoever was opened by an
//! application has the one of its form; whoever was added by hand, or has another number now, needs
//! this.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use contract::ids::HtouhuiUserId;
use contract::mobile::MobileNumber;
use runtime::{clock, mobile};
use serde_json::json;
use store::{audit, users};

use crate::database::{Database, data_keys};
use crate::exit::WrongUsage;
use crate::input;
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

/// Where the number comes from.
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
    let (subject, detail) = (format!("user {user}"), json!({}));
    let act = permit.act("user.set_mobile", &subject, &detail);
    audit::append(&tx, now, &act).await?;
    tx.commit().await?;
    Ok(Report::new(json).line(format!(
        "Codes for {user} go to the mobile ending in {tail}."
    )))
}

impl NumberSource {
    fn read(&self) -> Result<MobileNumber, WrongUsage> {
        let text = input::file_or_stdin(self.mobile_file.as_deref())?;
        let number: Result<MobileNumber, _> = text.trim().parse();
        number.map_err(|error| WrongUsage(format!("{error}")))
    }
}
