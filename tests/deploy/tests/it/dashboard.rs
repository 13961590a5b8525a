//! The dashboard: every question in it is about a metric that exists.

use std::collections::BTreeSet;

use deploy::{needs, read, recorded};
use serde_json::Value;

pub(crate) const DASHBOARD: &str = "deploy/k8s/components/observability/dashboard.json";
const OBJECTIVES: &str = "deploy/k8s/components/observability/objectives.yaml";

#[test]
fn every_panel_asks_about_metrics_that_exist_and_says_what_it_shows() {
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD).unwrap()).unwrap();
    let objectives = read(OBJECTIVES).unwrap();
    let recorded = recorded().unwrap();
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        if panel["type"] == "row" {
            continue;
        }
        let described = panel["description"].as_str().unwrap_or_default();
        assert!(!described.is_empty(), "{title} does not say what it shows");
        for target in panel["targets"].as_array().unwrap() {
            for selector in needs(target["expr"].as_str().unwrap()).selectors {
                let name = selector.name;
                let known = recorded.contains(&name)
                    || objectives.contains(&format!("record: {name}\n"))
                    || ["ALERTS", "up"].contains(&name.as_str());
                assert!(known, "{title} asks for {name}, which nobody shows");
            }
        }
    }
}
