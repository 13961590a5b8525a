//! Who may talk to whom: everything is denied, and what is opened is this.

use std::collections::BTreeSet;

use deploy::{Overlay, Resources, build, checkout, pods};
use serde_json::{Value, json};

use crate::world::{SERVICES, built, built_with};

#[test]
fn everything_is_denied_first() {
    for (_, resources) in built() {
        let policy = resources.find("NetworkPolicy", "deny-everything").unwrap();
        let expected = json!({
            "podSelector": {}, "policyTypes": ["Ingress", "Egress"],
        });
        assert_eq!(policy["spec"], expected);
    }
}

#[test]
fn only_those_who_must_reach_the_internet() {
    for (overlay, resources) in built() {
        let expected = ["console", "huifu-dispatcher", "intake", "partner-notifier"];
        let mut expected = BTreeSet::from(expected);
        if overlay == Overlay::Staging {
            expected.extend(["huifu-sandbox", "partner-sandbox"]);
        }
        let found = selected(&resources, "egress", |rule| {
            let Some(to) = rule["to"].as_array() else {
                return true;
            };
            to.iter().any(|peer| !peer["ipBlock"].is_null())
        });
        assert_eq!(found, expected, "{}", overlay.name());
    }
}

#[test]
fn nobody_else_is_reached_from_outside() {
    for (overlay, resources) in built() {
        let mut expected = BTreeSet::from(["callback-receiver", "console", "intake"]);
        if overlay == Overlay::Staging {
            expected.extend(["huifu-sandbox", "partner-sandbox", "sms-sandbox"]);
        }
        let found = selected(&resources, "ingress", |rule| {
            let from = rule["from"].as_array().into_iter().flatten();
            let mut names = from.map(namespace);
            names.any(|name| name == Some("ingress-nginx"))
        });
        assert_eq!(found, expected, "{}", overlay.name());
        for ingress in resources.of_kind("Ingress") {
            let tls = &ingress["spec"]["tls"];
            let hosts = tls[0]["hosts"].as_array().unwrap();
            for rule in ingress["spec"]["rules"].as_array().unwrap() {
                assert!(hosts.contains(&rule["host"]), "{} has no TLS", rule["host"]);
            }
        }
    }
}

#[test]
fn what_partner_notifier_may_reach_is_public() {
    for (_, resources) in built() {
        for policy in resources.of_kind("NetworkPolicy") {
            let blocks = array(&policy["spec"]["egress"])
                .flat_map(|rule| array(&rule["to"]))
                .map(|peer| &peer["ipBlock"]);
            for block in blocks.filter(|block| block["cidr"] == "0.0.0.0/0") {
                let except: Vec<_> = array(&block["except"]).filter_map(Value::as_str).collect();
                for private in [
                    "10.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                ] {
                    assert!(except.contains(&private), "{private}");
                }
            }
        }
    }
}

/// No overlay of ours has them, so one is made here that does.
#[test]
fn with_managed_engines_there_is_a_way_to_them_and_no_engine() {
    if built().is_empty() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().canonicalize().unwrap();
    let up = "../".repeat(here.components().count() - 1);
    let k8s = checkout().canonicalize().unwrap().join("deploy/k8s");
    let k8s = format!("{up}{}", k8s.display().to_string().trim_start_matches('/'));
    let overlay = json!({
        "namespace": "tixian",
        "resources": [format!("{k8s}/namespace"), format!("{k8s}/base")],
        "components": [format!("{k8s}/components/managed-engines")],
    });
    std::fs::write(here.join("kustomization.yaml"), overlay.to_string()).unwrap();
    let resources = build(&here).unwrap();
    for engine in ["services-reach-the-database", "services-reach-the-broker"] {
        let policy = resources.find("NetworkPolicy", engine).unwrap();
        assert!(!policy["spec"]["egress"][0]["to"][0]["ipBlock"].is_null());
    }
    assert_eq!(resources.of_kind("Cluster").count(), 0);
    assert_eq!(resources.of_kind("RabbitmqCluster").count(), 0);
}

#[test]
fn with_traces_the_services_and_nobody_else_reach_the_collector() {
    for (_, resources) in built_with("traces") {
        let found = selected(&resources, "egress", |rule| {
            array(&rule["to"]).any(|peer| namespace(peer) == Some("telemetry"))
        });
        assert_eq!(found, BTreeSet::from(SERVICES));
    }
}

fn namespace(peer: &Value) -> Option<&str> {
    peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"].as_str()
}

/// Our own pods for which a policy has such a rule.
fn selected<'a>(
    resources: &'a Resources,
    direction: &str,
    of: impl Fn(&Value) -> bool,
) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for policy in resources.of_kind("NetworkPolicy") {
        if !array(&policy["spec"][direction]).any(&of) {
            continue;
        }
        let selector = &policy["spec"]["podSelector"];
        let ours = pods(resources).filter(|pod| matches(selector, pod.labels));
        found.extend(ours.map(|pod| pod.name));
    }
    found
}

fn matches(selector: &Value, labels: &Value) -> bool {
    let labelled = selector["matchLabels"].as_object().into_iter().flatten();
    let mut labelled = labelled.map(|(key, value)| &labels[key] == value);
    let mut within = array(&selector["matchExpressions"]).map(|one| {
        assert_eq!(one["operator"], "In", "no other is used");
        let key = one["key"].as_str().unwrap();
        array(&one["values"]).any(|value| *value == labels[key])
    });
    labelled.all(|fits| fits) && within.all(|fits| fits)
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
