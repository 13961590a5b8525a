//! Applications (申请单): what a partner asks us to set up at Huifu before money can be withdrawn.
//!
//! One application is one to two calls to Huifu, its steps. They are sent under the same rules as
//! money: an attempt is committed before the wire, an unknown outcome is asked about, and no step
//! is ever sent twice.

mod kind;
pub mod state;

pub use kind::{ApplicationKind, Step, SubjectKind, steps};
pub use state::{Next, State, Transition};
