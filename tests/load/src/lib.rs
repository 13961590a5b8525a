//! Open-loop load with an exact ledger, beside a bare pipeline doing the same work.
//!
//! What a newcomer would get wrong: a rate alone says nothing. The machine's speed drifts by more
//! than the difference anybody looks for, so every rate is taken beside a bare pipeline's in the
//! same run, in turns, and the ratio is the figure. And a fast system that forgets one withdrawal
//! in a million is a slow way to lose money: a run whose ledger is not exact is a failed run,
//! however quick it was.

pub mod bare;
pub mod bench;
mod books;
mod cost;
pub mod figures;
mod front;
mod journey;
pub mod latency;
pub mod ledger;
mod machine;
mod pace;
mod register;
pub mod report;
mod system;
