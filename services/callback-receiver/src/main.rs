//! The `callback-receiver` binary.

fn main() {}
