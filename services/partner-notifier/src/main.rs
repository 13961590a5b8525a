//! The `partner-notifier` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::service::run("partner-notifier", partner_notifier::app::start)
}
