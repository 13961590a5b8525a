//! Runs the binary as an operator would.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The binary with an environment of its own.
pub(crate) struct Tool {
    environment: Vec<(&'static str, String)>,
}

/// How it ended and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Tool {
    /// Without a database.
    pub(crate) fn new() -> Self {
        Self {
            environment: vec![("USER", "sre".to_owned())],
        }
    }

    /// With one variable more.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// Runs it with nothing on standard input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.fed(arguments, "")
    }

    /// Runs it with this on standard input.
    pub(crate) fn fed(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = Command::new(env!("CARGO_BIN_EXE_opsctl"))
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Whoever does not read its input has closed it; that is no failure of the test.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// As `answer`, for arguments without spaces, written as they are typed.
    pub(crate) fn typed(&self, line: &str) -> String {
        self.answer(&line.split(' ').collect::<Vec<_>>())
    }

    /// Code and standard error of a line that must not be answered.
    pub(crate) fn refused(&self, line: &str) -> (i32, String) {
        let ended = self.run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(ended.stdout, "", "{line}");
        (ended.code, ended.stderr)
    }

    /// What it printed; it must have ended with 0.
    pub(crate) fn answer(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
        assert_eq!(ended.stderr, "", "{arguments:?}");
        ended.stdout
    }
}
