//! The "restricted" policy of Kubernetes, and what we ask of a pod beyond it. The namespace
//! enforces it; a pod that is refused there has failed a rollout, and here a test.

use deploy::{Pod, Resources, pods};
use serde_json::{Value, json};

use crate::world::{SERVICES, built};

/// Kinds of volumes that the policy lets a pod have, as far as we use any.
const VOLUMES: [&str; 4] = ["configMap", "emptyDir", "projected", "secret"];

#[test]
fn the_namespace_enforces_the_policy() {
    for (_, resources) in built() {
        let namespace = resources.find("Namespace", "tixian").unwrap();
        let labels = &namespace["metadata"]["labels"];
        assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
        for one in resources.all() {
            let name = &one["metadata"]["name"];
            let namespace = &one["metadata"]["namespace"];
            assert!(
                one["kind"] == "Namespace" || namespace == "tixian",
                "{name}"
            );
        }
    }
}

#[test]
fn every_pod_is_restricted_and_its_root_is_read_only() {
    for (overlay, resources) in built() {
        let mut count = 0;
        for pod in pods(&resources) {
            count += 1;
            let what = format!("{} in {}", pod.name, overlay.name());
            restricted(&pod, &what);
        }
        assert!(count >= 5, "four services and the migration, not {count}");
    }
}

fn restricted(pod: &Pod<'_>, what: &str) {
    let security = &pod.spec["securityContext"];
    assert_eq!(security["runAsNonRoot"], true, "{what}");
    assert_eq!(security["runAsUser"], 65532, "{what}");
    assert_eq!(
        security["seccompProfile"]["type"], "RuntimeDefault",
        "{what}"
    );
    assert_eq!(pod.spec["automountServiceAccountToken"], false, "{what}");
    for host in ["hostNetwork", "hostPID", "hostIPC"] {
        assert!(pod.spec[host].is_null(), "{what}: {host}");
    }
    for volume in pod.spec["volumes"].as_array().into_iter().flatten() {
        let kinds = volume.as_object().unwrap().keys();
        let foreign = kinds.filter(|key| *key != "name" && !VOLUMES.contains(&key.as_str()));
        assert_eq!(foreign.count(), 0, "{what}: {volume}");
    }
    for container in pod.containers() {
        let security = &container["securityContext"];
        assert_eq!(security["allowPrivilegeEscalation"], false, "{what}");
        assert_eq!(security["readOnlyRootFilesystem"], true, "{what}");
        assert_eq!(security["capabilities"], json!({"drop": ["ALL"]}), "{what}");
        assert!(security["privileged"].is_null(), "{what}");
        for bound in ["requests", "limits"] {
            for resource in ["cpu", "memory"] {
                let set = !container["resources"][bound][resource].is_null();
                assert!(set, "{what}: no {bound} of {resource}");
            }
        }
        for port in container["ports"].as_array().into_iter().flatten() {
            assert!(port["hostPort"].is_null(), "{what}");
        }
    }
}

#[test]
fn every_service_has_what_the_platform_needs_to_move_it_about() {
    for (_, resources) in built() {
        for name in SERVICES {
            let deployment = resources.find("Deployment", name).unwrap();
            assert!(deployment["spec"]["replicas"].is_null(), "{name}");
            assert_eq!(
                deployment["spec"]["strategy"]["rollingUpdate"],
                json!({"maxSurge": 1, "maxUnavailable": 0})
            );
            let template = &deployment["spec"]["template"];
            let spec = &template["spec"];
            assert_eq!(spec["serviceAccountName"], name);
            assert!(resources.find("ServiceAccount", name).is_some());
            spread(spec, name);
            probed(&spec["containers"][0], name);
            let budget = resources.find("PodDisruptionBudget", name).unwrap();
            let selected = &budget["spec"]["selector"]["matchLabels"];
            selects(selected, &template["metadata"]["labels"]);
            assert!(scaler(&resources, name), "{name} has no autoscaler");
        }
    }
}

#[test]
fn a_node_that_goes_takes_not_the_whole_console() {
    for (_, resources) in built() {
        let deployment = resources.find("Deployment", "console").unwrap();
        let spec = &deployment["spec"];
        assert!(spec["replicas"].as_u64() >= Some(2), "{}", spec["replicas"]);
        let rolling = &spec["strategy"]["rollingUpdate"];
        assert_eq!(*rolling, json!({"maxSurge": 1, "maxUnavailable": 0}));
        let template = &spec["template"];
        spread(&template["spec"], "console");
        let budget = resources.find("PodDisruptionBudget", "console").unwrap();
        assert_eq!(budget["spec"]["maxUnavailable"], 1);
        let selected = &budget["spec"]["selector"]["matchLabels"];
        selects(selected, &template["metadata"]["labels"]);
    }
}

fn spread(spec: &Value, name: &str) {
    let spreads = spec["topologySpreadConstraints"].as_array().unwrap();
    let keys: Vec<_> = spreads.iter().map(|one| &one["topologyKey"]).collect();
    assert_eq!(
        keys,
        ["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
        "{name}"
    );
}

fn probed(container: &Value, name: &str) {
    for (probe, path) in [
        ("startupProbe", "/livez"),
        ("livenessProbe", "/livez"),
        ("readinessProbe", "/readyz"),
    ] {
        let asked = &container[probe]["httpGet"];
        assert_eq!(asked, &json!({"path": path, "port": "admin"}), "{name}");
    }
}

fn selects(selector: &Value, labels: &Value) {
    for (key, value) in selector.as_object().unwrap() {
        assert_eq!(&labels[key], value);
    }
}

fn scaler(resources: &Resources, name: &str) -> bool {
    let mut all = resources
        .of_kind("HorizontalPodAutoscaler")
        .chain(resources.of_kind("ScaledObject"));
    all.any(|one| one["spec"]["scaleTargetRef"]["name"] == name)
}
