//! The `opsctl` binary.

fn main() {}
