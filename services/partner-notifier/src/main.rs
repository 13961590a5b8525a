//! The `partner-notifier` binary.

fn main() {}
