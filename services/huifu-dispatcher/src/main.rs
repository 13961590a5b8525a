//! The `huifu-dispatcher` binary.

fn main() {}
