//! A scene of `e2e` with several of each service, the open ones behind a door.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use contract::ids::WithdrawalId;
use e2e::{Engines, Scene};
use stand::system::{Fleet, Plan, Replica, Service};
use tokio::time::timeout;

use crate::door::Door;
use crate::metrics::counted;
use crate::unsent::not_held;

/// How many of each.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Of each service that is open to somebody.
    pub open: usize,
    /// Of each that takes its work from the broker.
    pub workers: usize,
}

impl Size {
    fn of(self, service: Service) -> usize {
        match service {
            Service::Intake | Service::CallbackReceiver => self.open,
            Service::HuifuDispatcher | Service::PartnerNotifier => self.workers,
        }
    }
}

/// What the kubelet sleeps before it tells an open service to stop: `preStop` in `deploy/k8s`.
const PRE_STOP: Duration = Duration::from_secs(5);

/// Several of each, behind doors.
pub struct Cluster {
    /// Sandboxes, user, rows; its own fleet does not run until the end.
    pub scene: Scene,
    /// What runs.
    pub replicas: Replicas,
}

/// What runs, apart from the scene, so that it can be replaced while users withdraw there.
pub struct Replicas {
    /// The processes.
    pub fleet: Fleet,
    doors: BTreeMap<Service, Door>,
}

impl Cluster {
    /// Starts so many of each, with production's pauses, and waits until the doors let in.
    pub async fn open(size: Size) -> Result<Self> {
        let mut cluster = Self::empty(Engines::shared().await?).await?;
        cluster.fill(size).await?;
        Ok(cluster)
    }

    /// As [`Cluster::empty`], with schema and binaries of the release that lies in this folder.
    pub async fn empty_of(release: &Path) -> Result<Self> {
        let mut cluster = Self::empty(Engines::migrated_by(release).await?).await?;
        cluster.replicas.fleet.binaries = Some(release.to_owned());
        Ok(cluster)
    }

    /// Starts so many of each, and waits until the doors let in.
    pub async fn fill(&mut self, size: Size) -> Result<()> {
        for service in Service::ALL {
            for _ in 0..size.of(service) {
                self.add(service).await?;
            }
        }
        Ok(())
    }

    /// Sandboxes and doors, and nobody behind them.
    pub async fn empty(engines: Engines) -> Result<Self> {
        let scene = Scene::set(engines, as_in_production).await?;
        let plan = scene.fleet.plan.clone();
        let mut doors = BTreeMap::new();
        for service in [Service::Intake, Service::CallbackReceiver] {
            let port = plan.ports(service).public.context("it is open")?;
            doors.insert(service, Door::open(port).await?);
        }
        let fleet = Fleet::new(plan, scene.fleet.logs());
        Ok(Self {
            scene,
            replicas: Replicas { fleet, doors },
        })
    }

    /// As [`Replicas::add`].
    pub async fn add(&mut self, service: Service) -> Result<Replica> {
        self.replicas.add(service).await
    }

    /// Waits until all of these are paid and told, but for those that were held; compares all
    /// books, and ends.
    pub async fn close(mut self, ids: &[WithdrawalId]) -> Result<()> {
        let free = not_held(&self.scene, ids).await?;
        self.scene.all_paid(&free).await;
        self.scene.fleet = self.replicas.fleet;
        self.scene.close().await
    }
}

impl Replicas {
    /// One more of a service, ready and known at its door.
    pub async fn add(&mut self, service: Service) -> Result<Replica> {
        let replica = self.fleet.add(service)?;
        self.fleet.wait_ready(replica).await?;
        let ports = self.fleet.ports(replica)?;
        if let (Some(door), Some(public)) = (self.doors.get(&service), ports.public) {
            let ready = format!("{}/readyz", ports.admin_url());
            door.admit(replica, public, ready);
            door.waits_for(replica).await?;
        }
        Ok(replica)
    }

    /// Replaces one as a Deployment with `maxSurge: 1` and `maxUnavailable: 0` does: first the new
    /// one is ready; then the old one is taken from the door, rests for the `preStop`, and is told
    /// to stop.
    pub async fn replace(&mut self, old: Replica) -> Result<Replica> {
        let new = self.add(old.service).await?;
        if let Some(door) = self.doors.get(&old.service) {
            door.dismiss(old);
            // Not a condition that is waited for: the kubelet knows none either.
            let _ = timeout(PRE_STOP, std::future::pending::<()>()).await;
        }
        self.fleet.stop(old).await?;
        Ok(new)
    }

    /// Replaces all of one service, one after the other.
    pub async fn roll(&mut self, service: Service) -> Result<()> {
        for old in self.fleet.replicas_of(service) {
            self.replace(old).await?;
        }
        Ok(())
    }

    /// What each replica of a service has done, by its own count.
    pub async fn done_by(&self, service: Service) -> Result<BTreeMap<String, u64>> {
        let mut done = BTreeMap::new();
        for replica in self.fleet.replicas_of(service) {
            let url = format!("{}/metrics", self.fleet.ports(replica)?.admin_url());
            done.insert(replica.name(), counted(&url, service).await?);
        }
        Ok(done)
    }
}

/// As `deploy/k8s` tells the services, instead of the hurry of a scene.
fn as_in_production(plan: &mut Plan) {
    plan.extra.clear();
    for service in Service::ALL {
        plan.tell(service, "DATABASE_POOL_SIZE", "8");
    }
}
