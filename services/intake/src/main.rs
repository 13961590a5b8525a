//! The `intake` binary.

fn main() {}
