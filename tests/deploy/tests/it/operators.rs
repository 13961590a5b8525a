//! Operators' resources have no schema on this machine. Every field that is used of them stands in
//! a snapshot, so that a new one is looked up in the operator's documents before it is accepted.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::built;

const GROUPS: [&str; 5] = [
    "barmancloud.cnpg.io/",
    "keda.sh/",
    "monitoring.coreos.com/",
    "postgresql.cnpg.io/",
    "rabbitmq.com/",
];

#[test]
fn every_field_of_an_operator_was_looked_up() {
    let built = built();
    let mut fields = BTreeSet::new();
    for (_, resources) in &built {
        for one in resources.all() {
            let version = one["apiVersion"].as_str().unwrap();
            if GROUPS.iter().any(|group| version.starts_with(group)) {
                let kind = format!("{version} {}", one["kind"].as_str().unwrap());
                collect(&kind, "spec", &one["spec"], &mut fields);
            }
        }
    }
    if !built.is_empty() {
        let lines: Vec<String> = fields.into_iter().collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}

fn collect(kind: &str, path: &str, value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                // Names of our own, and of PostgreSQL's and PgBouncer's parameters.
                let free = ["parameters", "matchLabels", "labels", "annotations"];
                if free.iter().any(|end| path.ends_with(end)) {
                    fields.insert(format!("{kind}: {path}.*"));
                } else {
                    collect(kind, &format!("{path}.{name}"), inner, fields);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(kind, &format!("{path}[]"), item, fields);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            fields.insert(format!("{kind}: {path}"));
        }
    }
}
