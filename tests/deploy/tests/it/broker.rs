//! What is said about queues outside of the services is about the queues that there are.

use contract::topology::QUEUES;
use deploy::read;
use serde_json::Value;

use crate::world::built;

#[test]
fn each_worker_scales_by_all_of_its_queues_and_no_other() {
    for (_, resources) in built() {
        for worker in ["huifu-dispatcher", "partner-notifier"] {
            let scaled = resources.find("ScaledObject", worker).unwrap();
            let triggers = scaled["spec"]["triggers"].as_array().unwrap();
            let modes: Vec<_> = triggers
                .iter()
                .map(|one| &one["metadata"]["mode"])
                .collect();
            assert_eq!(modes, ["QueueLength", "MessageRate"]);
            for trigger in triggers {
                let pattern = trigger["metadata"]["queueName"].as_str().unwrap();
                assert_eq!(pattern, format!("^{worker}\\.[a-z-]+$"));
            }
            let prefix = format!("{worker}.");
            let is_named = |name: &str| {
                let rest = name.strip_prefix(&prefix);
                rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
            };
            let theirs: Vec<_> = QUEUES.iter().filter(|queue| is_named(queue.name)).collect();
            assert!(theirs.len() >= 2, "{worker}");
            assert!(!QUEUES.iter().any(|queue| is_named(queue.dead_letter_queue)));
        }
    }
}

/// One says it to a broker that is there already, the other to one that the operator makes.
#[test]
fn the_broker_is_given_the_policy_that_is_imported_elsewhere() {
    let imported: Value =
        serde_json::from_str(&read("deploy/rabbitmq/policies.json").unwrap()).unwrap();
    let policy = &imported["parameters"][0]["value"];
    let pattern = policy["pattern"].as_str().unwrap();
    let bytes = policy["definition"]["max-length-bytes"].as_u64().unwrap();
    for (_, resources) in built() {
        let broker = resources.find("RabbitmqCluster", "broker").unwrap();
        let spec = &broker["spec"];
        let config = spec["rabbitmq"]["additionalConfig"].as_str().unwrap();
        let set = |name: &str| {
            let name = format!("default_policies.operator.work-queues-bounded.{name} = ");
            config.lines().find_map(|line| line.strip_prefix(&name))
        };
        assert_eq!(set("queue_pattern"), Some(pattern));
        assert_eq!(set("max_length_bytes"), Some(bytes.to_string().as_str()));
        let limit: u32 = set("delivery_limit").unwrap().parse().unwrap();
        assert!(QUEUES.iter().all(|queue| queue.delivery_limit >= limit));
        assert_eq!(spec["replicas"], 3);
        assert!(config.contains("cluster_partition_handling = pause_minority"));
    }
}

/// Not even by a slip: what is served in the clear is found by whoever looks for it.
#[test]
fn nothing_speaks_to_an_engine_in_the_clear() {
    for (_, resources) in built() {
        let broker = resources.find("RabbitmqCluster", "broker").unwrap();
        assert_eq!(broker["spec"]["tls"]["disableNonTLSListeners"], true);
        let database = resources.find("Cluster", "database").unwrap();
        let first = &database["spec"]["postgresql"]["pg_hba"][0];
        assert_eq!(first, "hostnossl all all all reject");
        for settings in resources.of_kind("ConfigMap") {
            let allowed = &settings["data"]["ALLOW_PLAIN_ENGINES"];
            assert!(allowed.is_null(), "{}", settings["metadata"]["name"]);
        }
        for policy in resources.of_kind("NetworkPolicy") {
            for plain in ["5672", "15672", "15692"] {
                let port = format!("\"port\":{plain}");
                assert!(!policy.to_string().contains(&port), "{policy}");
            }
        }
    }
}
