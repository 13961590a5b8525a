//! The database has room for every pool at the largest fleet, while each service is rolled out.

use deploy::{Overlay, Resources, pods, read};
use serde_json::Value;

use crate::world::{SERVICES, built};

/// Beside its pool each process listens for work in the outbox on one connection.
const BESIDE_THE_POOL: u64 = 1;

/// PostgreSQL's own default of connections that only a superuser gets.
const RESERVED: u64 = 3;

/// The operator's exporter and its own looks, the migration and the errands.
const OTHERS: u64 = 8;

#[test]
fn the_pools_of_the_largest_fleet_fit_into_the_database() {
    for (overlay, resources) in built() {
        let (sum, room) = (taken(&resources), room(&resources));
        assert!(sum <= room, "{}: {sum} of {room}", overlay.name());
        if overlay == Overlay::Production {
            let readme = read("deploy/README.md").unwrap();
            let told = format!("**{sum}** of {room} ");
            assert!(readme.contains(&told), "the README does not say {told}");
        }
        // Room that nobody can use is memory that sorts could use.
        let wasted = overlay == Overlay::Production && sum + 60 < room;
        assert!(!wasted, "{sum} of {room}");
    }
}

/// What the test above is for: somebody raises a number and not the server's.
#[test]
fn one_number_too_large_does_not_fit() {
    let production = built().into_iter();
    let production = production.filter(|(overlay, _)| *overlay == Overlay::Production);
    for (_, resources) in production {
        assert!(taken(&resources) <= room(&resources));
        for (says, would_say) in [
            ("maxReplicas: 10\n", "maxReplicas: 13\n"),
            ("maxReplicaCount: 4\n", "maxReplicaCount: 6\n"),
            ("maxReplicaCount: 6\n", "maxReplicaCount: 8\n"),
            (
                "DATABASE_POOL_SIZE: \"8\"\n",
                "DATABASE_POOL_SIZE: \"10\"\n",
            ),
            ("max_connections: \"340\"\n", "max_connections: \"320\"\n"),
        ] {
            assert!(resources.yaml.contains(says), "nothing says {says}");
            let yaml = resources.yaml.replace(says, would_say);
            let changed = Resources::parse(&yaml).unwrap();
            assert!(taken(&changed) > room(&changed), "{would_say} fits");
        }
    }
}

/// At the most replicas, while each service is rolled out.
fn taken(resources: &Resources) -> u64 {
    let of_services = SERVICES.map(|name| {
        let processes = most(resources, name) + 1;
        processes * (pool(resources, name) + BESIDE_THE_POOL)
    });
    RESERVED + OTHERS + pooler(resources) + of_services.iter().sum::<u64>()
}

/// What the server takes.
fn room(resources: &Resources) -> u64 {
    let cluster = resources.find("Cluster", "database").unwrap();
    let room = &cluster["spec"]["postgresql"]["parameters"]["max_connections"];
    room.as_str().unwrap().parse().unwrap()
}

/// The most replicas that its autoscaler makes; a rollout makes one more.
fn most(resources: &Resources, name: &str) -> u64 {
    let horizontal = resources.find("HorizontalPodAutoscaler", name);
    let scaled = resources.find("ScaledObject", name);
    let most = horizontal.map(|one| &one["spec"]["maxReplicas"]);
    let most = most.or_else(|| scaled.map(|one| &one["spec"]["maxReplicaCount"]));
    most.and_then(Value::as_u64).unwrap()
}

fn pool(resources: &Resources, name: &str) -> u64 {
    let pod = pods(resources).find(|pod| pod.name == name).unwrap();
    let told = pod.environment(resources);
    told["DATABASE_POOL_SIZE"].parse().unwrap()
}

fn pooler(resources: &Resources) -> u64 {
    let pooler = resources.find("Pooler", "database-pooler").unwrap();
    let size = &pooler["spec"]["pgbouncer"]["parameters"]["default_pool_size"];
    let size: u64 = size.as_str().unwrap().parse().unwrap();
    size * pooler["spec"]["instances"].as_u64().unwrap()
}

/// A prefetch that a pool cannot serve would only wait for it, and be given back.
#[test]
fn workers_are_never_without_room_at_huifu() {
    for (_, resources) in built() {
        let huifu = pods(&resources)
            .find(|pod| pod.name == "huifu-dispatcher")
            .unwrap();
        let told = huifu.environment(&resources);
        let at_once: u64 = told["HUIFU_MAX_CONNECTIONS"].parse().unwrap();
        let scaled = resources.find("ScaledObject", "huifu-dispatcher").unwrap();
        for trigger in scaled["spec"]["triggers"].as_array().unwrap() {
            let metadata = &trigger["metadata"];
            let value: u64 = metadata["value"].as_str().unwrap().parse().unwrap();
            if metadata["mode"] == "QueueLength" {
                assert!(value > at_once, "busy is not behind");
                assert_eq!(metadata["excludeUnacknowledged"], "false");
            }
            assert_eq!(metadata["protocol"], "http", "AMQP counts what waits alone");
        }
        assert!(
            scaled["spec"]["minReplicaCount"].as_u64() >= Some(1),
            "never none"
        );
    }
}
