//! Huifu's own Python SDK as a client of the sandbox, and as a judge of signatures.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The SDK, installed, with the keys it signs and verifies with.
pub struct HuifuSdk {
    python: PathBuf,
    settings: Value,
}

/// Something signed by Huifu, or said to be.
pub enum Told {
    /// The body of a synchronous answer.
    Answer(String),
    /// The business text of a callback, and its signature.
    Callback {
        /// As received.
        text: String,
        /// Beside it.
        sign: String,
    },
}

impl HuifuSdk {
    /// Installs the SDK from PyPI under `.local/`, once. Keys are bare Base64, as its users hold
    /// them.
    pub async fn install(
        base_url: &str,
        (sys_id, product_id): (&str, &str),
        private_pem: &str,
        huifu_public_pem: &str,
    ) -> Result<Self> {
        let python = stand::python_with(&scripts().join("requirements.txt")).await?;
        let settings = json!({
            "base_url": base_url,
            "sys_id": sys_id,
            "product_id": product_id,
            "private_key": bare(private_pem),
            "public_key": bare(huifu_public_pem),
        });
        Ok(Self { python, settings })
    }

    /// Calls one interface; answers the verified `data`.
    pub async fn call(&self, request: &str, fields: Value) -> Result<Value> {
        let question = json!({ "sdk": self.settings, "request": request, "fields": fields });
        let said = self.run("call.py", &question.to_string()).await?;
        let said: Value = serde_json::from_str(&said)?;
        let answer = said["answer"].clone();
        ensure!(answer.is_object(), "the SDK made {answer} of the answer");
        Ok(answer)
    }

    /// Whether the SDK believes each of these.
    pub async fn believes(&self, told: &[Told]) -> Result<Vec<bool>> {
        let lines = told.iter().map(|one| match one {
            Told::Answer(body) => json!({ "answer": body }),
            Told::Callback { text, sign } => json!({ "callback": text, "sign": sign }),
        });
        let lines: Vec<String> = lines.map(|line| line.to_string()).collect();
        let input = format!("{}\n{}\n", self.settings["public_key"], lines.join("\n"));
        let said = self.run("verify.py", &input).await?;
        let words: Vec<bool> = said.lines().map(|word| word == "believed").collect();
        ensure!(words.len() == told.len(), "one word each, not {said:?}");
        Ok(words)
    }

    async fn run(&self, script: &str, input: &str) -> Result<String> {
        let mut child = Command::new(&self.python)
            .arg(scripts().join(script))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut stdin = child.stdin.take().context("its input is a pipe")?;
        stdin.write_all(input.as_bytes()).await?;
        drop(stdin);
        let output = child.wait_with_output().await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{script} failed: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("huifu_sdk")
}

/// A key without its PEM lines.
fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}
