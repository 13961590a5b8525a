//! The operator's tool: migrations, partners and keys, withdrawals, dead letters, signatures.
