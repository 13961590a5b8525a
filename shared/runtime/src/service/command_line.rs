//! The process around a service: arguments, exit codes, signals.

use std::future::Future;
use std::io::{self, Write as _};
use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::Service;
use super::launch::launch;
use super::supervise::Verdict;
use crate::crash;
use crate::settings::{Env, ProcessSettings, Settings};
use crate::{telemetry, trace};

/// `EX_USAGE` of sysexits: nothing was started, and nothing will be until somebody changes the
/// call.
const BAD_SETTINGS: u8 = 64;

/// What the arguments ask for.
enum Asked {
    Run,
    Check,
    Help,
    Version,
}

/// Runs a service as this process: call it from `main` and return what it answers.
///
/// `--check` prints the settings redacted, or every error; `--help` and `--version` do what they
/// say. Exit codes: 0 asked to stop and done, 1 failed, 64 bad settings or arguments.
pub fn run<S, F, Fut>(name: &'static str, start: F) -> ExitCode
where
    S: Settings,
    F: FnOnce(Service<S>) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let Some(asked) = asked(std::env::args().skip(1)) else {
        say_wrong(&format!("{name}: unknown argument; try --help"));
        return ExitCode::from(BAD_SETTINGS);
    };
    match asked {
        Asked::Help => say(&help(name)),
        Asked::Version => say(&format!("{name} {}\n", env!("CARGO_PKG_VERSION"))),
        Asked::Run => run_as_command(name, false, start),
        Asked::Check => run_as_command(name, true, start),
    }
}

/// As [`run`], for a program that has read its arguments itself; `check` is its `--check`.
pub fn run_as_command<S, F, Fut>(name: &'static str, check: bool, start: F) -> ExitCode
where
    S: Settings,
    F: FnOnce(Service<S>) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let mut env = Env::of_process();
    let process = ProcessSettings::read::<S>(&mut env);
    let settings = S::read(&mut env);
    let crash_at = crash_point(&mut env);
    let (Some(process), Some(settings), Some(())) = (process, settings, crash_at) else {
        for error in env.errors() {
            say_wrong(&format!("{name}: {error}"));
        }
        return ExitCode::from(BAD_SETTINGS);
    };
    if check {
        return say(&env.redacted());
    }
    telemetry::start_logs(name, &process.telemetry);
    execute(name, process, settings, start)
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Option<Asked> {
    let asked = match arguments.next().as_deref() {
        None => Asked::Run,
        Some("--check") => Asked::Check,
        Some("--help" | "-h") => Asked::Help,
        Some("--version" | "-V") => Asked::Version,
        Some(_) => return None,
    };
    arguments.next().is_none().then_some(asked)
}

/// `CRASH_AT` exists in debug builds alone, so it is not among the settings.
fn crash_point(env: &mut Env) -> Option<()> {
    if cfg!(debug_assertions)
        && let Some(name) = env.optional::<String>("CRASH_AT")?
        && crash::arm(&name).is_err()
    {
        return env.refuse("CRASH_AT", "must be the name of a crash point");
    }
    Some(())
}

fn execute<S, F, Fut>(
    name: &'static str,
    process: ProcessSettings,
    settings: S,
    start: F,
) -> ExitCode
where
    S: Settings,
    F: FnOnce(Service<S>) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    let built = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match built {
        Ok(runtime) => runtime,
        Err(error) => {
            say_wrong(&format!("{name}: no threads to run on: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(async {
        let stopping = CancellationToken::new();
        let (up, _nobody_asks) = oneshot::channel();
        let (terminate, interrupt) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        );
        let ended = tokio::select! {
            ended = launch(name, process, settings, stopping.clone(), up, start) => ended,
            () = two_signals(terminate, interrupt, stopping.clone()) => {
                Err(anyhow::anyhow!("told twice to stop: not waiting for what was taken"))
            }
        };
        trace::stop().await;
        ended
    });
    // Not waiting for blocking work: nothing that matters is done there without being awaited.
    runtime.shutdown_background();
    match ended {
        Ok(Verdict::Finished) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::FAILURE,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "failed");
            ExitCode::FAILURE
        }
    }
}

/// The first signal asks the service to stop; returns at the second.
async fn two_signals(mut terminate: Signal, mut interrupt: Signal, stopping: CancellationToken) {
    for _ in 0..2 {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop");
        stopping.cancel();
    }
}

fn help(name: &str) -> String {
    format!(
        "Usage: {name} [--check | --help | --version]\n\n\
         Runs until SIGTERM or SIGINT. All settings come from the environment;\n\
         deploy/env/{name}.env lists them.\n\n  \
         --check    print the settings, secrets as ***, or everything wrong with them\n  \
         --help     print this\n  \
         --version  print the version\n\n\
         Exit codes: 0 asked to stop and done, 1 failed, 64 bad settings or arguments.\n"
    )
}

fn say(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_closed) => ExitCode::FAILURE,
    }
}

fn say_wrong(text: &str) {
    // Where standard error is closed, the exit code is all that can be said.
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_known_argument_is_understood() {
        let ask = |arguments: &[&str]| asked(arguments.iter().map(|text| (*text).to_owned()));
        assert!(matches!(ask(&[]), Some(Asked::Run)));
        assert!(matches!(ask(&["--check"]), Some(Asked::Check)));
        assert!(matches!(ask(&["-V"]), Some(Asked::Version)));
        assert!(ask(&["--chekc"]).is_none());
        assert!(ask(&["--check", "now"]).is_none());
    }
}
