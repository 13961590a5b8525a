//! The bench itself, with a handful of withdrawals.

mod figures;
mod smoke;
