//! The binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::service::run("huifu-dispatcher", huifu_dispatcher::app::start)
}
