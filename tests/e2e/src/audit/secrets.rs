//! What must stand nowhere: not in a log, not in a message, not in a row.

use std::path::Path;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::otlp::CollectorHandle;
use stand::system::Plan;

use tokio_postgres::Client;

use crate::onboard::PICTURE_SECRET;
use crate::register::PASSWORD;
use crate::scene::Scene;

/// Bytes that are no text are shown byte by byte: what is ASCII in them is still found.
const TEXT_OF: &str = "\
-- secrets.text_of
create or replace function pg_temp.text_of(bytes bytea) returns text language plpgsql as $$
begin
    return convert_from(bytes, 'UTF8');
exception when others then
    return encode(bytes, 'escape');
end $$";

/// The trigger runs as its owner: the services may be other roles.
const SEE_MESSAGES: &str = "\
-- secrets.see_messages
create table seen_messages (source text not null, content jsonb not null);
create function see_message() returns trigger language plpgsql security definer
    set search_path = public as $$
begin
    insert into seen_messages values (tg_table_name, to_jsonb(new));
    return null;
end $$;
create function see_dead_letter() returns trigger language plpgsql security definer
    set search_path = public as $$
begin
    insert into seen_dead_letters select new.*;
    return null;
end $$;
create table seen_dead_letters as table dead_letters with no data;
create trigger see_message after insert on outbox
    for each row execute function see_message();
create trigger see_dead_letter after insert on dead_letters
    for each row execute function see_dead_letter();";

/// No log of any service holds a password, a pepper, a key, the secrets of an address, or anything
/// that an applicant entrusted to us.
pub(crate) fn stay_out_of_logs(logs: &Path, plan: &Plan) -> Result<()> {
    let secrets = all(plan);
    for file in std::fs::read_dir(logs)? {
        let path = file?.path();
        let log = std::fs::read_to_string(&path)?;
        ensure!(!log.is_empty(), "{} is empty", path.display());
        let found = secrets.iter().any(|secret| log.contains(secret.as_str()));
        ensure!(!found, "a secret stands in {}", path.display());
    }
    Ok(())
}

/// No span of any service holds any of that either, or a signature, or anything behind the `?` of
/// an address; and every span that was sent could be read.
pub(crate) fn stay_out_of_traces(collector: &CollectorHandle, plan: &Plan) -> Result<()> {
    let refused = collector.refused();
    ensure!(refused.is_empty(), "no OTLP: {refused:?}");
    let mut secrets = all(plan);
    secrets.extend(["sign=", "notify_url", "?"].map(str::to_owned));
    for span in collector.spans() {
        let found = secrets
            .iter()
            .find(|secret| span.text.contains(secret.as_str()));
        ensure!(found.is_none(), "{found:?} stands in {}", span.name);
    }
    Ok(())
}

fn all(plan: &Plan) -> Vec<String> {
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
    secrets
}

/// No row of any table holds what an applicant entrusted to us, other than sealed.
pub(crate) async fn stay_out_of_rows(scene: &Scene) -> Result<()> {
    let sql = scene.sql().await?;
    let tables = "select table_name from information_schema.tables
                   where table_schema = 'public' and table_type = 'BASE TABLE'";
    sql.batch_execute(TEXT_OF).await?;
    for table in sql.query(tables, &[]).await? {
        let table: &str = table.get(0);
        for shown in shown(&sql, table).await? {
            for secret in personal() {
                let found = format!("select count(*) from {table} as row where {shown} like $1");
                let like = format!("%{secret}%");
                let count: i64 = sql.query_one(&found, &[&like]).await?.get(0);
                ensure!(count == 0, "{secret} stands in {count} rows of {table}");
            }
        }
    }
    // Nobody may have come so far that a message was due.
    let unseen = "select not exists(select from seen_messages)
                     and exists(select from withdrawals where accepted_at is not null)";
    let unseen: bool = sql.query_one(unseen, &[]).await?.get(0);
    ensure!(!unseen, "no message was seen, so none was searched");
    Ok(())
}

/// What is searched of each row: all of it as text, and each column of bytes as the text that it
/// may hold. As a part of the row, bytes are digits, and nothing is found in those.
async fn shown(sql: &Client, table: &str) -> Result<Vec<String>> {
    let columns = "select column_name from information_schema.columns
                    where table_schema = 'public' and table_name = $1 and data_type = 'bytea'";
    let mut shown = vec!["row::text".to_owned()];
    for column in sql.query(columns, &[&table]).await? {
        let column: &str = column.get(0);
        shown.push(format!("pg_temp.text_of(row.{column})"));
    }
    Ok(shown)
}

/// Keeps every message and every dead letter from here on, for a message that is settled is
/// deleted, and the end of a day finds none. Nothing of the system knows of this.
pub(crate) async fn see_messages(database_url: &str) -> Result<()> {
    let (sql, connection) = tokio_postgres::connect(database_url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(sql.batch_execute(SEE_MESSAGES).await?)
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
