//! The binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::service::run("callback-receiver", callback_receiver::app::start)
}
