//! Single figures that were promised, each measured by a bench of its own: dead letters by the
//! hundred thousand, partners that hang, statements for each notice, memory.
//!
//! What a newcomer would get wrong: these run partner-notifier alone, not the whole system. What
//! it is given is written by SQL, with triggers and foreign keys off on the writing connection, so
//! that neither the time nor the statements of the writing are taken for the product's.

mod corner;
pub mod isolation;
pub mod letters;
pub mod memory;
mod rows;
mod sheet;
mod shops;
pub mod statements;

pub use sheet::{Line, Sheet};
