//! The `opsctl` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    opsctl::app::run()
}
