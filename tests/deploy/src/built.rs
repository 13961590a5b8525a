//! What an overlay builds: every resource, as the cluster would be given it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize as _;
use serde_json::Value;

use crate::{checkout, kubectl};

/// A place that is deployed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// With Huifu and partners.
    Production,
    /// With sandboxes.
    Staging,
}

impl Overlay {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Production, Self::Staging];

    /// Its folder under `deploy/k8s/overlays`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
        }
    }

    /// What it builds.
    ///
    /// # Errors
    /// When it does not build, with what kustomize says, or there is no kubectl.
    pub fn build(self) -> Result<Resources> {
        self.build_part("")
    }

    /// What the Job before a rollout builds.
    ///
    /// # Errors
    /// As [`Overlay::build`].
    pub fn build_migration(self) -> Result<Resources> {
        self.build_part("/migration")
    }

    fn build_part(self, part: &str) -> Result<Resources> {
        let folder = format!("deploy/k8s/overlays/{}{part}", self.name());
        build(&checkout().join(folder))
    }
}

/// What the kustomization in a folder builds.
///
/// # Errors
/// As [`Overlay::build`].
pub fn build(folder: &Path) -> Result<Resources> {
    let output = Command::new(kubectl()?)
        .arg("kustomize")
        .arg(folder)
        .output()
        .context("cannot start kubectl")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} does not build: {said}",
        folder.display()
    );
    Resources::parse(&String::from_utf8(output.stdout)?)
}

/// Resources, in the order in which they were built.
#[derive(Debug, Clone)]
pub struct Resources {
    /// As YAML, for programs that read it.
    pub yaml: String,
    all: Vec<Value>,
}

impl Resources {
    /// Reads a stream of documents.
    ///
    /// # Errors
    /// When it is no YAML.
    pub fn parse(yaml: &str) -> Result<Self> {
        let all = yaml_serde::Deserializer::from_str(yaml)
            .map(Value::deserialize)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            yaml: yaml.to_owned(),
            all,
        })
    }

    /// Every one.
    pub fn all(&self) -> impl Iterator<Item = &Value> {
        self.all.iter()
    }

    /// Those of one kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.all.iter().filter(move |one| one["kind"] == kind)
    }

    /// One by its kind and name.
    #[must_use]
    pub fn find(&self, kind: &str, name: &str) -> Option<&Value> {
        self.all
            .iter()
            .find(|one| one["kind"] == kind && one["metadata"]["name"] == name)
    }
}
