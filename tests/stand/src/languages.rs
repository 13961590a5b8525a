//! The languages that the reference clients are written in: found where they are, installed from
//! Debian where they are not.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::folder::Lock;
use crate::packages;

/// A language in which somebody may write a partner's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python 3; its packages come from [`python_with`](crate::python_with).
    Python,
    /// Node.js.
    Node,
    /// Java, with Gson.
    Java,
    /// PHP.
    Php,
    /// Go.
    Go,
}

/// The jar of Gson, where Debian's package puts it.
pub const GSON: &str = "/usr/share/java/gson.jar";

impl Language {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Python, Self::Node, Self::Java, Self::Php, Self::Go];

    /// Its name in paths and in what people read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Java => "java",
            Self::Php => "php",
            Self::Go => "go",
        }
    }

    /// Whether it can be used now; on Debian it is installed first. `false` is for other systems
    /// alone, and whoever hears it must say so aloud.
    ///
    /// # Errors
    /// When Debian has it and it cannot be installed.
    pub async fn is_ready(self) -> Result<bool> {
        tokio::task::spawn_blocking(move || self.install()).await?
    }

    fn install(self) -> Result<bool> {
        // Several tests want it at once, and apt-get lets in one of them.
        let _lock = Lock::take_blocking("languages")?;
        if self.is_installed() {
            return Ok(true);
        }
        if !Path::new("/usr/bin/apt-get").exists() {
            return Ok(false);
        }
        packages::install(self.packages())?;
        Ok(true)
    }

    fn is_installed(self) -> bool {
        match self {
            // Debian's own cannot make environments until this is there.
            Self::Python => runs("python3", &["-c", "import ensurepip, venv"]),
            Self::Node => runs("node", &["--version"]),
            Self::Java => runs("javac", &["-version"]) && Path::new(GSON).exists(),
            Self::Php => runs("php", &["--version"]),
            Self::Go => runs("go", &["version"]),
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Python => &["python3", "python3-venv"],
            Self::Node => &["nodejs"],
            Self::Java => &["default-jdk-headless", "libgoogle-gson-java"],
            Self::Php => &["php-cli"],
            Self::Go => &["golang-go"],
        }
    }
}

fn runs(program: &str, question: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(question).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
