//! The operators' console behind TLS, as an ingress has it.

use anyhow::Result;
use e2e::Scene;
use stand::console::Console;
use tempfile::TempDir;

use crate::tls::Front;

/// Where operators sit.
pub struct Desk {
    /// What is served.
    pub console: Console,
    front: Front,
    _logs: TempDir,
}

impl Desk {
    /// Serves the scene's database.
    pub async fn open(scene: &Scene) -> Result<Self> {
        let port = stand::free_port();
        let front = Front::before(port).await?;
        let logs = tempfile::tempdir()?;
        let console = Console::behind(&scene.opsctl(), logs.path(), port, &front.url()).await?;
        Ok(Self {
            console,
            front,
            _logs: logs,
        })
    }

    /// The address of a page.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.front.url())
    }
}
