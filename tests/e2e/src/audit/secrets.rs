//! What must stand nowhere: not in a log, not in a message, not in a row.

use std::path::Path;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use stand::system::Plan;

use crate::onboard::PICTURE_SECRET;
use crate::register::PASSWORD;
use crate::scene::Scene;

/// No log of any service holds a password, a pepper, a key, the secrets of an address, or anything
/// that an applicant entrusted to us.
pub(crate) fn stay_out_of_logs(logs: &Path, plan: &Plan) -> Result<()> {
    let line_of = |pem: &str| pem.lines().nth(3).unwrap_or_default().to_owned();
    let mut secrets = vec![
        PASSWORD.to_owned(),
        stand::system::PASSWORD_PEPPER.to_owned(),
        line_of(&plan.ours.private_pkcs8_pem),
        line_of(&plan.merchant.private_pkcs8_pem),
        plan.database_url.clone(),
        plan.amqp_url.clone(),
    ];
    secrets.extend(personal());
    for file in std::fs::read_dir(logs)? {
        let path = file?.path();
        let log = std::fs::read_to_string(&path)?;
        ensure!(!log.is_empty(), "{} is empty", path.display());
        let found = secrets.iter().any(|secret| log.contains(secret.as_str()));
        ensure!(!found, "a secret stands in {}", path.display());
    }
    Ok(())
}

/// No row of any table holds what an applicant entrusted to us, other than sealed.
pub(crate) async fn stay_out_of_rows(scene: &Scene) -> Result<()> {
    let sql = scene.sql().await?;
    let tables = "select table_name from information_schema.tables
                   where table_schema = 'public' and table_type = 'BASE TABLE'";
    // Bytes are shown as hexadecimal digits, which would hide a text in them.
    sql.batch_execute("set bytea_output = 'escape'").await?;
    for table in sql.query(tables, &[]).await? {
        let table: &str = table.get(0);
        for secret in personal() {
            let found = format!("select count(*) from {table} as row where row::text like $1");
            let like = format!("%{secret}%");
            let count: i64 = sql.query_one(&found, &[&like]).await?.get(0);
            ensure!(count == 0, "{secret} stands in {count} rows of {table}");
        }
    }
    Ok(())
}

fn personal() -> Vec<String> {
    let mut personal: Vec<String> = stand::forms::SECRETS.map(str::to_owned).into();
    personal.push(PICTURE_SECRET.to_owned());
    // A picture travels in Base64, and where it begins there depends on what stands before it.
    for skipped in 0..3 {
        let inner = STANDARD.encode(&PICTURE_SECRET.as_bytes()[skipped..]);
        personal.push(inner[..16].to_owned());
    }
    personal
}
