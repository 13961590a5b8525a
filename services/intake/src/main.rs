//! The `intake` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::service::run("intake", intake::app::start)
}
