//! `opsctl user password`: sets the password that confirms a user's withdrawals. Whoever was opened
//! by an application has none until then.

use anyhow::bail;
use clap::Args;
use contract::ids::HtouhuiUserId;
use runtime::{clock, password};
use serde_json::json;
use store::{audit, users};

use super::user::PasswordSource;
use crate::database::{Database, from_environment};
use crate::output::Report;
use crate::permit::PermitArgs;

#[derive(Debug, Args)]
pub(crate) struct Password {
    /// The user's id here
    htouhui_user_id: HtouhuiUserId,
    #[command(flatten)]
    password: PasswordSource,
    #[command(flatten)]
    permit: PermitArgs,
}

pub(crate) async fn run(arguments: &Password, database: &Database) -> anyhow::Result<Report> {
    let permit = arguments.permit.permit()?;
    let pepper = from_environment("PASSWORD_PEPPER")?;
    let hash = password::hash(&arguments.password.read()?, &pepper)?;
    let user = &arguments.htouhui_user_id;
    let now = clock::now();
    let mut connection = database.connection().await?;
    let tx = connection.begin("opsctl: set password").await?;
    if !users::set_password(&tx, now, user, &hash).await? {
        bail!("there is no user {user}");
    }
    let json = json!({ "dry_run": permit.is_none(), "htouhui_user_id": user });
    let Some(permit) = permit else {
        return Ok(Report::new(json).line(format!(
            "The password of {user} would be set and its lock lifted.\n\
             Nothing was changed. Add --yes and --reason TEXT to do it."
        )));
    };
    let (subject, detail) = (format!("user {user}"), json!({}));
    let act = permit.act("user.set_password", &subject, &detail);
    audit::append(&tx, now, &act).await?;
    tx.commit().await?;
    Ok(Report::new(json).line(format!(
        "The password of {user} was set and its lock lifted."
    )))
}
