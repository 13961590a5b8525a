//! What PostgreSQL and RabbitMQ of ours have in common: a record in a file, a process, an end.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::folder::{inside, stand_dir};
use crate::running::Running;

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// As its own documents advise; nothing is lost.
    Clean,
    /// As a power cut would.
    Kill,
}

/// A server of ours. Serialised it holds its password: for files of mode 600.
pub(crate) trait Engine: Serialize + DeserializeOwned + Send + 'static {
    /// Names its record, its lock and its folders.
    const NAME: &'static str;

    /// Unique on this machine.
    fn instance(&self) -> &str;

    /// The port its clients use.
    fn port(&self) -> u16;

    /// Its process, while that lives.
    fn process(&self) -> Option<&Running>;

    /// Starts it on its own ports, and returns once it serves.
    fn start(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// Ends it, and returns once it is gone. One that does not run is left alone.
    fn stop(&mut self, how: Stop) -> impl Future<Output = Result<()>> + Send;

    /// Removes the data of one that does not run.
    fn remove(&self) -> Result<()>;
}

/// Where the server all tests share is written down.
pub(crate) fn shared_record<E: Engine>() -> Result<PathBuf> {
    Ok(stand_dir()?.join(format!("{}.json", E::NAME)))
}

/// Where a server of one test alone is written down.
pub(crate) fn private_record<E: Engine>(instance: &str) -> Result<PathBuf> {
    Ok(inside("private")?.join(format!("{}-{instance}.json", E::NAME)))
}

/// Where all servers of one test alone are written down.
pub(crate) fn private_records<E: Engine>() -> Result<Vec<PathBuf>> {
    let mut records = Vec::new();
    for entry in fs::read_dir(inside("private")?)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with(&format!("{}-", E::NAME)) && has_extension(&path, "json") {
            records.push(path);
        }
    }
    Ok(records)
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}
