//! Servers that are made of another one: standbys that follow it, and what is restored from its
//! archive when it is gone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::{Postgres, Server, USER, in_own_session};
use crate::eventually::Waiting;
use crate::folder::PostgresUser;
use crate::packages::postgres_programs;
use crate::postgres::connect;

/// A second on idle cores, for the little that a test writes.
const SOON: Duration = Duration::from_secs(60);

impl Server {
    /// How to reach it through another port than its own.
    pub(crate) fn handle_at(&self, port: u16) -> Result<Postgres> {
        Postgres::at(&self.admin_url_at(port))
    }

    /// Makes a standby of the primary that is found at `door`, which it follows wherever that
    /// leads later. [`start`](crate::engine::Engine::start) starts it.
    pub(crate) async fn standby(&self, name: &str, door: u16) -> Result<Self> {
        let standby = Self::without_data(name, self.password.clone())?;
        standby
            .base_backup(door, &standby.data(), &["--write-recovery-conf"])
            .await?;
        Ok(standby)
    }

    /// Ends following, and begins to write.
    pub(crate) async fn promote(&self) -> Result<()> {
        let client = connect(&self.admin_url()).await?;
        let promoted = client.query_one("select pg_promote()", &[]).await?;
        if !promoted.get::<_, bool>(0) {
            bail!("the standby was not promoted in time");
        }
        Ok(())
    }

    /// How far it has got the log onto its disk: the greater, the more it has.
    pub(crate) async fn received(&self) -> Result<i64> {
        let client = connect(&self.admin_url()).await?;
        let far = "select (pg_last_wal_receive_lsn() - '0/0'::pg_lsn)::bigint";
        Ok(client.query_one(far, &[]).await?.get(0))
    }

    /// How many of its standbys it would wait for.
    pub(crate) async fn standbys(&self) -> Result<i64> {
        let client = connect(&self.admin_url()).await?;
        let streaming = "select count(*) from pg_stat_replication
                          where state = 'streaming' and sync_state in ('sync', 'quorum')";
        Ok(client.query_one(streaming, &[]).await?.get(0))
    }

    /// From here on no commit is answered that is not on one standby's disk too: what
    /// `synchronous` in `deploy/k8s/components/database/database.yaml` says.
    pub(crate) async fn wait_for_any_standby(&self) -> Result<()> {
        let client = connect(&self.admin_url()).await?;
        // Neither may stand in a transaction, and two statements of one string are one.
        client
            .batch_execute("alter system set synchronous_standby_names = 'ANY 1 (*)'")
            .await?;
        // A copy that is begun while another one ends still finds the log that it needs.
        client
            .batch_execute("alter system set wal_keep_size = '256MB'")
            .await?;
        client.batch_execute("select pg_reload_conf()").await?;
        Ok(())
    }

    /// A server of which nothing is there but a place for what it is to be restored from.
    pub(crate) fn to_be_restored(&self, name: &str) -> Result<Self> {
        let server = Self::without_data(name, self.password.clone())?;
        make_for_server(&server.archive())?;
        Ok(server)
    }

    /// Keeps every segment of the log in the place of `other`, the one under way after
    /// `patience` seconds at the latest. Holds from the next start on.
    pub(crate) fn archive_to(&mut self, other: &Self, patience: u16) {
        let archive = other.archive();
        let archive = archive.display();
        self.extra = vec![
            "archive_mode=on".to_owned(),
            // A segment is never written over, and is whole once it has its name.
            format!(
                "archive_command=test ! -f {archive}/%f && cp %p {archive}/%f.new \
                 && mv {archive}/%f.new {archive}/%f"
            ),
            format!("archive_timeout={patience}s"),
        ];
    }

    /// Returns once everything that was committed until now is in the archive.
    pub(crate) async fn archive_now(&self) -> Result<()> {
        let client = connect(&self.admin_url()).await?;
        let segment = "select pg_walfile_name(pg_switch_wal())";
        let segment: String = client.query_one(segment, &[]).await?.get(0);
        let archived = "select coalesce(last_archived_wal >= $1, false) from pg_stat_archiver";
        let mut waiting = Waiting::new(SOON, "the archive to have the last segment");
        while !client
            .query_one(archived, &[&segment])
            .await?
            .get::<_, bool>(0)
        {
            waiting.saw("an older one").await?;
        }
        Ok(())
    }

    /// Returns once it has read all there is to read, and takes what is new.
    pub(crate) async fn has_recovered(&self) -> Result<()> {
        let mut waiting = Waiting::new(SOON, "the end of the recovery");
        loop {
            let client = connect(&self.admin_url()).await?;
            let recovers = client.query_one("select pg_is_in_recovery()", &[]);
            if !recovers.await?.get::<_, bool>(0) {
                return Ok(());
            }
            waiting.saw("it recovers").await?;
        }
    }

    /// Takes a base backup of `other`, which runs, into our place.
    pub(crate) async fn back_up(&self, other: &Self) -> Result<()> {
        other.base_backup(other.port, &self.data(), &[]).await
    }

    /// Makes of the base backup and the archive what there was at the end of the archive.
    pub(crate) fn restore_all(&mut self) -> Result<()> {
        let archive = self.archive();
        self.extra = vec![
            format!("restore_command=cp {}/%f %p", archive.display()),
            "recovery_target_timeline=latest".to_owned(),
        ];
        let signal = self.data().join("recovery.signal");
        fs::write(&signal, [])?;
        give_to_server(&signal)
    }

    fn archive(&self) -> PathBuf {
        self.folder.join("archive")
    }

    async fn base_backup(&self, port: u16, into: &Path, more: &[&str]) -> Result<()> {
        let program = postgres_programs()?.join("pg_basebackup");
        let mut inner: Command = PostgresUser::find()?.command(&program);
        inner
            .args(["--host=127.0.0.1", "--checkpoint=fast", "--no-password"])
            .args(["--wal-method=stream", "--username", USER])
            .arg(format!("--port={port}"))
            .arg("--pgdata")
            .arg(into)
            .args(more);
        let mut command = in_own_session(&inner);
        command.env("PGPASSWORD", &self.password);
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        if !output.status.success() {
            bail!(
                "pg_basebackup failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(())
    }
}

fn make_for_server(folder: &Path) -> Result<()> {
    fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    give_to_server(folder)
}

fn give_to_server(path: &Path) -> Result<()> {
    if let PostgresUser::Debian { uid, gid } = PostgresUser::find()? {
        std::os::unix::fs::chown(path, Some(uid), Some(gid))?;
    }
    Ok(())
}
