//! Where things live: the `.local/` folder of the checkout, its locks, and where PostgreSQL's
//! data goes.
//!
//! PostgreSQL refuses to run as root. Run by root it therefore runs as Debian's `postgres` user,
//! who may not be able to enter the checkout at all; its data then lies in `/var/tmp`, in a
//! folder only that user may enter, and the record in `.local/` says where.

use std::env;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The folder everything of this crate lives in: `STAND_DIR`, or `.local` of the checkout. It is
/// made when it is not there, open to its owner alone.
///
/// # Errors
/// When the folder cannot be made.
pub fn stand_dir() -> Result<PathBuf> {
    let path = match env::var_os("STAND_DIR") {
        Some(path) => std::path::absolute(path)?,
        None => checkout().join(".local"),
    };
    make(&path)?;
    Ok(path)
}

/// A folder inside [`stand_dir`].
pub(crate) fn inside(name: &str) -> Result<PathBuf> {
    let path = stand_dir()?.join(name);
    make(&path)?;
    Ok(path)
}

fn make(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Removes a folder with everything in it, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The folder of the workspace this was built from.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate lies two folders below the checkout")
}

/// Held by one process at a time, and let go by the kernel when that process ends, however.
pub(crate) struct Lock(
    #[expect(dead_code, reason = "held, never read: closing it unlocks")] fs::File,
);

impl Lock {
    /// Waits, on a thread of its own, until nobody else holds the lock of this name.
    pub(crate) async fn take(name: &'static str) -> Result<Self> {
        tokio::task::spawn_blocking(move || Self::take_blocking(name)).await?
    }

    /// Waits until nobody else holds the lock of this name.
    pub(crate) fn take_blocking(name: &str) -> Result<Self> {
        let path = stand_dir()?.join(format!("{name}.lock"));
        let take = || {
            let file = fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)?;
            file.lock()?;
            std::io::Result::Ok(Self(file))
        };
        take().with_context(|| format!("cannot take the lock {}", path.display()))
    }
}

/// Who a PostgreSQL server of ours runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PostgresUser {
    /// The ordinary user who runs this program.
    Ourselves,
    /// Debian's `postgres`, because we are root.
    Debian { uid: u32, gid: u32 },
}

impl PostgresUser {
    pub(crate) fn find() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let id = |flag: &str| -> Result<u32> {
            let output = Command::new("id").args([flag, "postgres"]).output()?;
            if !output.status.success() {
                bail!("PostgreSQL refuses root, and there is no user `postgres` to run it as");
            }
            Ok(String::from_utf8(output.stdout)?.trim().parse()?)
        };
        Ok(Self::Debian {
            uid: id("-u")?,
            gid: id("-g")?,
        })
    }

    /// A new folder, owned by and open to that user alone, with `name` in its own name.
    pub(crate) fn new_folder(self, name: &str) -> Result<PathBuf> {
        match self {
            Self::Ourselves => inside(&format!("postgres-{name}")),
            Self::Debian { uid, gid } => {
                let path = PathBuf::from("/var/tmp").join(format!("tixian-postgres-{name}"));
                // Not recursive: a folder somebody else has put there is an error.
                fs::DirBuilder::new()
                    .mode(0o700)
                    .create(&path)
                    .with_context(|| format!("cannot make the folder {}", path.display()))?;
                std::os::unix::fs::chown(&path, Some(uid), Some(gid))?;
                Ok(path)
            }
        }
    }

    /// A command that runs `program` as that user.
    pub(crate) fn command(self, program: &Path) -> Command {
        match self {
            Self::Ourselves => Command::new(program),
            Self::Debian { .. } => {
                let mut command = Command::new("setpriv");
                command
                    .args([
                        "--reuid=postgres",
                        "--regid=postgres",
                        "--init-groups",
                        "--",
                    ])
                    .arg(program);
                command
            }
        }
    }
}

/// The last lines of a log, for an error that has to explain why a server did not start.
pub(crate) fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(12);
    lines.get(from..).unwrap_or_default().join("\n")
}
