//! The pods that we write ourselves. Those of the engines are written by their operators.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Resources;

/// A pod's template, and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'a> {
    /// Of the Deployment, Job or CronJob.
    pub name: &'a str,
    /// The template's `spec`.
    pub spec: &'a Value,
    /// The template's labels.
    pub labels: &'a Value,
}

/// Every pod of a Deployment, a Job or a CronJob.
pub fn pods(resources: &Resources) -> impl Iterator<Item = Pod<'_>> {
    let lasting = resources
        .of_kind("Deployment")
        .map(|one| (one, &one["spec"]));
    let once = resources.of_kind("Job").map(|one| (one, &one["spec"]));
    let errands = resources
        .of_kind("CronJob")
        .map(|one| (one, &one["spec"]["jobTemplate"]["spec"]));
    lasting.chain(once).chain(errands).map(|(owner, spec)| Pod {
        name: owner["metadata"]["name"].as_str().unwrap_or_default(),
        spec: &spec["template"]["spec"],
        labels: &spec["template"]["metadata"]["labels"],
    })
}

impl Pod<'_> {
    /// Its containers, those that start before the others included.
    pub fn containers(&self) -> impl Iterator<Item = &Value> {
        ["initContainers", "containers"]
            .into_iter()
            .filter_map(|kind| self.spec[kind].as_array())
            .flatten()
    }

    /// The container of our own binary.
    #[must_use]
    pub fn container(&self) -> &Value {
        &self.spec["containers"][0]
    }

    /// What its container is told: of its ConfigMaps, and of `env` what stands there as text.
    #[must_use]
    pub fn environment(&self, resources: &Resources) -> BTreeMap<String, String> {
        let container = self.container();
        let mut told = BTreeMap::new();
        for from in array(&container["envFrom"]) {
            let name = from["configMapRef"]["name"].as_str().unwrap_or_default();
            let found = resources.find("ConfigMap", name);
            let values = found.and_then(|map| map["data"].as_object());
            for (name, value) in values.into_iter().flatten() {
                let value = value.as_str().unwrap_or_default();
                told.insert(name.clone(), value.to_owned());
            }
        }
        for one in array(&container["env"]) {
            if let (Some(name), Some(value)) = (one["name"].as_str(), one["value"].as_str()) {
                told.insert(name.to_owned(), value.to_owned());
            }
        }
        told
    }

    /// Every file that it sees of a ConfigMap: path and text.
    #[must_use]
    pub fn config_files(&self, resources: &Resources) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for volume in array(&self.spec["volumes"]) {
            let name = volume["configMap"]["name"].as_str().unwrap_or_default();
            let Some(map) = resources.find("ConfigMap", name) else {
                continue;
            };
            let mut mounts = array(&self.container()["volumeMounts"]);
            let mount = mounts.find(|mount| mount["name"] == volume["name"]);
            let folder = mount
                .and_then(|mount| mount["mountPath"].as_str())
                .unwrap_or_default();
            for (file, text) in map["data"].as_object().into_iter().flatten() {
                let text = text.as_str().unwrap_or_default().to_owned();
                files.push((format!("{folder}/{file}"), text));
            }
        }
        files
    }

    /// Every key of a Secret that it sees as a file: Secret, key, path.
    #[must_use]
    pub fn secret_files(&self) -> Vec<(&str, &str, &str)> {
        let volumes = array(&self.spec["volumes"]);
        let sources = volumes.flat_map(|volume| array(&volume["projected"]["sources"]));
        let secrets = sources.map(|source| &source["secret"]);
        secrets
            .flat_map(|secret| {
                let name = secret["name"].as_str().unwrap_or_default();
                array(&secret["items"]).filter_map(move |item| {
                    Some((name, item["key"].as_str()?, item["path"].as_str()?))
                })
            })
            .collect()
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
