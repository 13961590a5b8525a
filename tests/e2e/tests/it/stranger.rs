//! Somebody who has never seen us follows the guide, and nothing but the guide: from an empty
//! folder, on the system of `make up`, to the first notice that verifies.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use e2e::guide::{Block, Guide};
use sandbox::user::{Choice, UserAgent};
use stand::Language;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// The password that the guide gives the user.
const PASSWORD: &str = "246810";
/// What a step may take; the longest fetches packages.
const PATIENCE: Duration = Duration::from_secs(120);
/// Printed by us behind each step.
const DONE: &str = "that was all of this step";

/// A system of its own, as `make up` starts it, and its end.
struct System<'a>(&'a Path);

impl System<'_> {
    async fn stand(folder: &Path, arguments: &[&str]) -> Result<()> {
        let output = Command::new(stand::process::binary("stand")?)
            .args(arguments)
            .env("STAND_DIR", folder)
            .env_remove("DATABASE_URL")
            .env_remove("AMQP_URL")
            .output()
            .await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "stand {arguments:?}: {said}");
        Ok(())
    }
}

impl Drop for System<'_> {
    fn drop(&mut self) {
        if let Ok(stand) = stand::process::binary("stand") {
            let mut down = std::process::Command::new(stand);
            down.args(["down", "--remove"]).env("STAND_DIR", self.0);
            drop(down.output());
        }
    }
}

/// The stranger's shell. Everything it started ends with it.
struct Shell {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// What went to standard error.
    complaints: PathBuf,
}

impl Shell {
    fn open(folder: &Path, tixian: &Path, port: u16) -> Result<Self> {
        let complaints = tixian.join("complaints");
        // `timeout` ends the shop with the shell, whatever becomes of this test.
        let mut child = Command::new("timeout")
            .args(["--kill-after=5", "240", "bash", "-euo", "pipefail"])
            .current_dir(folder)
            .env("TIXIAN", tixian)
            .env("SHOP_PORT", port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&complaints)?)
            .spawn()?;
        let input = child.stdin.take().context("its input is a pipe")?;
        let output = child.stdout.take().context("its output is a pipe")?;
        Ok(Self {
            _child: child,
            input,
            output: BufReader::new(output).lines(),
            complaints,
        })
    }

    /// Runs one block of the guide; what it printed.
    async fn run(&mut self, block: &Block) -> Result<Vec<String>> {
        let step = format!("{}echo {DONE}\n", block.text);
        self.input.write_all(step.as_bytes()).await?;
        let mut said = Vec::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await;
            let line = line.with_context(|| format!("no end of:\n{}", block.text))??;
            match line {
                Some(line) if line == DONE => return Ok(said),
                Some(line) => said.push(line),
                None => {
                    let complaints = std::fs::read_to_string(&self.complaints)?;
                    anyhow::bail!("this failed:\n{}{said:?}\n{complaints}", block.text);
                }
            }
        }
    }
}

/// What `TIXIAN` names in the guide: the checkout, with the stand of this test for its own.
fn checkout(folder: &Path, stand: &Path) -> Result<()> {
    let real = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let binaries = stand::process::binary("opsctl")?;
    let binaries = binaries.parent().context("a binary lies in a folder")?;
    std::fs::create_dir(folder.join("target"))?;
    std::os::unix::fs::symlink(binaries, folder.join("target/debug"))?;
    std::os::unix::fs::symlink(real.join("services"), folder.join("services"))?;
    Ok(std::os::unix::fs::symlink(stand, folder.join(".local"))?)
}

async fn confirms(port: u16) -> Result<()> {
    let mut user = UserAgent::new()?;
    let checkout = user
        .get(&format!("http://127.0.0.1:{port}/").parse()?)
        .await?;
    let form = checkout.forms.first().context("the shop has no form")?;
    let page = user.open(form.action.as_str(), &form.fields).await?;
    let returned = user.finish(&page, &Choice::confirm(PASSWORD)).await?;
    let landed = user.get(&returned).await?;
    ensure!(landed.status == 200, "{}", landed.text());
    Ok(())
}

#[tokio::test]
async fn a_stranger_comes_from_an_empty_folder_to_a_verified_notice_by_the_guide_alone() {
    if !Language::Python.is_ready().await.unwrap() {
        eprintln!("SKIPPED: the stranger's path, because Python is not here and this is no Debian");
        return;
    }
    let (stand, tixian, empty) = (folder(), folder(), folder());
    let _system = System(stand.path());
    System::stand(stand.path(), &["up", "--no-build"])
        .await
        .unwrap();
    checkout(tixian.path(), stand.path()).unwrap();
    let port = stand::free_port();
    let blocks = Guide::read("GUIDE.md").unwrap().blocks();
    let (setup, steps): (Vec<Block>, Vec<Block>) = blocks
        .into_iter()
        .filter(|block| block.kind.starts_with("sh run"))
        .partition(|block| block.kind == "sh run setup");
    let mut shell = Shell::open(empty.path(), tixian.path(), port).unwrap();
    let began = Instant::now();
    let mut heard = None;
    let mut said = Vec::new();
    for block in setup.iter().chain(&steps) {
        let is_users = block.kind == "sh run user";
        if is_users {
            confirms(port).await.unwrap();
        }
        said = shell.run(block).await.unwrap();
        if is_users {
            heard = Some((began.elapsed(), said.join("\n")));
        }
    }
    let (took, line) = heard.expect("the guide has the user confirm");
    assert!(
        line.starts_with("notice new W") && line.ends_with(" 1 1"),
        "{line}"
    );
    let answer: serde_json::Value = serde_json::from_str(&said.join("\n")).unwrap();
    assert_eq!(answer["state"], "paid");
    eprintln!(
        "from the empty folder to the first verified notice: {:.0} s",
        took.as_secs_f64()
    );
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}
