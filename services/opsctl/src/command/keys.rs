//! `opsctl keys`: the keys under which personal data and the secrets of partners lie, and how much
//! lies under each.

use std::collections::{BTreeMap, BTreeSet};

use clap::Subcommand;
use runtime::data_keys::DataKeys;
use serde_json::json;
use store::{Connection, applications, materials, notice_secrets, users};

use super::keys_rotation::{self, RotateData};
use crate::database::{Database, data_keys};
use crate::output::{Report, Rows};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Count what lies under each data key; one that nothing lies under can be taken away. Needs
    /// DATA_KEYS or DATA_KEYS_FILE, the same as intake's
    DataUsage,
    /// Seal everything that lies under another data key under the first one; safe to stop and to
    /// run again. Needs DATA_KEYS or DATA_KEYS_FILE, the same as intake's
    RotateData(RotateData),
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    let keys = data_keys()?;
    let mut connection = database.connection().await?;
    match command {
        Command::DataUsage => usage(&connection, &keys).await,
        Command::RotateData(rotate) => keys_rotation::run(&rotate, &keys, &mut connection).await,
    }
}

/// How many values lie under one key.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) forms: i64,
    pub(super) pictures: i64,
    pub(super) secrets: i64,
    pub(super) mobiles: i64,
}

impl Count {
    fn is_nothing(self) -> bool {
        self.forms + self.pictures + self.mobiles + self.secrets == 0
    }
}

/// What lies under each key, by the key's name.
pub(super) async fn counts(connection: &Connection) -> anyhow::Result<BTreeMap<String, Count>> {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for (key, count) in applications::rotation::forms_by_key(connection).await? {
        counts.entry(key).or_default().forms = count;
    }
    for (key, count) in materials::rotation::contents_by_key(connection).await? {
        counts.entry(key).or_default().pictures = count;
    }
    for (key, count) in notice_secrets::by_key(connection).await? {
        counts.entry(key).or_default().secrets = count;
    }
    for (key, count) in users::mobile::by_key(connection).await? {
        counts.entry(key).or_default().mobiles = count;
    }
    Ok(counts)
}

async fn usage(connection: &Connection, keys: &DataKeys) -> anyhow::Result<Report> {
    let counts = counts(connection).await?;
    let held: Vec<&str> = keys.ids().map(|id| id.as_str()).collect();
    let strange = counts.keys().map(String::as_str);
    let strange: BTreeSet<&str> = strange.filter(|id| !held.contains(id)).collect();
    let lines = held.iter().copied().chain(strange).map(|id| {
        let count = counts.get(id).copied().unwrap_or_default();
        (id, role(keys, id, count), count)
    });
    let lines: Vec<_> = lines.collect();
    let json = lines.iter().map(|(id, role, count)| {
        json!({
            "key_id": id, "role": role, "forms": count.forms, "pictures": count.pictures,
            "mobiles": count.mobiles,
            "secrets": count.secrets,
        })
    });
    let rows = lines.iter().map(|(id, role, count)| {
        vec![
            (*id).to_owned(),
            (*role).to_owned(),
            count.forms.to_string(),
            count.pictures.to_string(),
            count.mobiles.to_string(),
            count.secrets.to_string(),
        ]
    });
    Ok(Report::new(json.collect::<Vec<_>>()).rows(Rows {
        title: String::new(),
        head: vec!["KEY", "ROLE", "FORMS", "PICTURES", "MOBILES", "SECRETS"],
        rows: rows.collect(),
        when_empty: "There is no data key.",
    }))
}

/// What a key is there for, in one word or two.
fn role(keys: &DataKeys, id: &str, count: Count) -> &'static str {
    if keys.sealing_key().as_str() == id {
        "seals"
    } else if !keys.ids().any(|held| held.as_str() == id) {
        "missing"
    } else if count.is_nothing() {
        "not needed"
    } else {
        "opens"
    }
}
