//! Alerts: the rules are good, each alert fires, clears, and has its section of the runbook.

use std::fs;
use std::path::Path;
use std::process::Command;

use deploy::{
    Overlay, Resources, catalogue, counted_in_sources, named_in_sources, needs, promtool, read,
    recorded, skipped,
};
use serde_json::{Value, json};

use crate::world::built;

const RUNBOOK: &str = "deploy/RUNBOOK.md";

/// What Prometheus, Kubernetes, RabbitMQ, CloudNativePG and its backups show, from their documents.
const OF_OTHERS: [&str; 12] = [
    "up",
    "kube_job_failed",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
    "rabbitmq_alarms_free_disk_space_watermark",
    "rabbitmq_alarms_memory_used_watermark",
    "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp",
    "cnpg_backends_total",
    "cnpg_pg_replication_streaming_replicas",
    "cnpg_pg_settings_setting",
    "cnpg_pg_stat_archiver_seconds_since_last_archival",
    "ALERTS",
];

/// Every group of every PrometheusRule.
fn groups(resources: &Resources) -> Vec<Value> {
    resources
        .of_kind("PrometheusRule")
        .flat_map(|one| one["spec"]["groups"].as_array().unwrap().clone())
        .collect()
}

pub(crate) fn rules(resources: &Resources) -> Vec<Value> {
    let groups = groups(resources);
    let rules = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap());
    rules.cloned().collect()
}

fn alerts(resources: &Resources) -> Vec<Value> {
    let mut rules = rules(resources);
    rules.retain(|rule| rule["alert"].is_string());
    rules
}

pub(crate) fn production() -> Option<Resources> {
    let found = built()
        .into_iter()
        .find(|(overlay, _)| *overlay == Overlay::Production);
    found.map(|(_, resources)| resources)
}

/// The alerts' own tests, each a file for `promtool test rules`.
fn tests() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut tests: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    tests.sort();
    tests
}

#[test]
fn every_alert_fires_and_clears() {
    let Some(resources) = production() else {
        return;
    };
    let Some(promtool) = skipped(promtool(), "no alert is seen to fire") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&promtool);
        command.args(arguments).current_dir(folder.path());
        command.output().unwrap()
    };
    let all = groups(&resources);
    write_rules(folder.path(), &all);
    let checked = run(&["check", "rules", "rules.yaml"]);
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{said}");
    let mut arguments = vec!["test".to_owned(), "rules".to_owned()];
    for (name, text) in tests() {
        let of_file = folder.path().join(name.trim_end_matches(".yaml"));
        fs::create_dir(&of_file).unwrap();
        fs::write(of_file.join(&name), &text).unwrap();
        write_rules(&of_file, &asked_for(&all, &yaml(&text)));
        arguments.push(of_file.join(&name).to_str().unwrap().to_owned());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let tested = run(&arguments);
    let said = String::from_utf8_lossy(&tested.stdout);
    let wrong = String::from_utf8_lossy(&tested.stderr);
    assert!(tested.status.success(), "{said}{wrong}");
}

fn write_rules(folder: &Path, groups: &[Value]) {
    // JSON is YAML.
    let rules = json!({ "groups": groups }).to_string();
    fs::write(folder.join("rules.yaml"), rules).unwrap();
}

/// What is recorded, and the alerts that a file's tests are about: each test asks every rule once a
/// minute of its days.
fn asked_for(groups: &[Value], file: &Value) -> Vec<Value> {
    let tested: Vec<&Value> = file["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| &test["name"])
        .collect();
    let mut groups = groups.to_vec();
    for group in &mut groups {
        let rules = group["rules"].as_array_mut().unwrap();
        rules.retain(|rule| rule["record"].is_string() || tested.contains(&&rule["alert"]));
    }
    groups
}

#[test]
fn no_alert_is_without_a_test_in_which_it_fires_and_clears() {
    let Some(resources) = production() else {
        return;
    };
    let tested: Vec<Value> = tests()
        .iter()
        .flat_map(|(_, text)| {
            let file: Value = yaml(text);
            file["tests"].as_array().unwrap().clone()
        })
        .collect();
    for alert in alerts(&resources) {
        let name = alert["alert"].as_str().unwrap();
        let test = tested.iter().find(|test| test["name"] == name);
        let test = test.unwrap_or_else(|| panic!("{name} is never seen to fire"));
        let asked = test["promql_expr_test"].as_array().unwrap();
        let samples = |at: usize| asked[at]["exp_samples"].as_array().unwrap().len();
        assert!(asked.iter().all(|one| {
            let question = one["expr"].as_str().unwrap();
            question.contains(&format!("alertname=\"{name}\""))
        }));
        assert_eq!([samples(0), samples(1), samples(2)], [0, 1, 0], "{name}");
    }
}

fn yaml(text: &str) -> Value {
    Resources::parse(text)
        .unwrap()
        .all()
        .next()
        .unwrap()
        .clone()
}

#[test]
fn every_alert_names_its_section_of_the_runbook_and_how_urgent_it_is() {
    let Some(resources) = production() else {
        return;
    };
    let runbook = read(RUNBOOK).unwrap();
    let sections: Vec<String> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(anchor)
        .collect();
    for alert in alerts(&resources) {
        let name = alert["alert"].as_str().unwrap();
        let severity = alert["labels"]["severity"].as_str();
        assert!(matches!(severity, Some("page" | "ticket")), "{name}");
        let section = alert["annotations"]["runbook"].as_str().unwrap();
        let (file, section) = section.split_once('#').unwrap();
        assert_eq!(file, RUNBOOK);
        let there = sections.iter().any(|one| one == section);
        assert!(there, "{name}: the runbook has no section #{section}");
    }
}

/// As a page shows a heading in its address.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_metric_in_a_rule_is_one_that_somebody_shows() {
    let Some(resources) = production() else {
        return;
    };
    let rules = rules(&resources);
    let made: Vec<&str> = rules
        .iter()
        .filter_map(|rule| rule["record"].as_str())
        .collect();
    let recorded = recorded().unwrap();
    for rule in &rules {
        for selector in needs(rule["expr"].as_str().unwrap()).selectors {
            let name = selector.name;
            let known = recorded.contains(&name)
                || made.contains(&name.as_str())
                || OF_OTHERS.contains(&name.as_str());
            assert!(known, "nobody shows {name}: {rule}");
        }
    }
}

#[test]
fn the_catalogue_has_what_is_recorded_and_nothing_else() {
    let named = named_in_sources().unwrap();
    let catalogue = catalogue().unwrap();
    assert!(catalogue.len() > 60, "{}", catalogue.len());
    for (_, name) in &catalogue {
        assert!(named.contains(name), "nobody records {name}");
    }
    for name in counted_in_sources().unwrap() {
        let told = catalogue.iter().any(|(_, told)| *told == name);
        assert!(told, "the catalogue does not tell what {name} is");
    }
}
