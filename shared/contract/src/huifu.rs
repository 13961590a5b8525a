//! The words we share with Huifu (斗拱), and what each of them makes us do.
//!
//! Huifu's own names are kept as Huifu spells them, contradictions included: an answer to a
//! withdrawal says `trans_stat`, everything else says `trans_status`. What a word *means* for a
//! withdrawal is decided in `verdict.rs` and nowhere else.

pub mod answer;
pub mod callback;
pub mod code;
pub mod date;
pub mod envelope;
mod field;
pub mod operations;
pub mod reason;
pub mod request;
pub mod statement;
pub mod verdict;

pub use callback::Callback;
pub use date::ReqDate;
pub use field::{LimitError, TextRule};
pub use request::{Encashment, Query};
pub use verdict::Verdict;

/// Where withdrawals are posted (huifu-api.md §3.1).
pub const ENCASHMENT_PATH: &str = "/v2/trade/settlement/encashment";
/// Where we ask what became of one (huifu-api.md §3.2).
pub const QUERY_PATH: &str = "/v2/trade/settlement/query";
/// Without it the gateway may answer `10000000` (huifu-api.md §1).
pub const CONTENT_TYPE: &str = "application/json;charset=UTF-8";
