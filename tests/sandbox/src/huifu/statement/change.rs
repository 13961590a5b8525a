//! Files that do not tell the truth, for those who compare them with their own books.

use crate::fen::Fen;
use crate::huifu::statement::StatementLine;
use serde::{Deserialize, Serialize};

/// One thing that is wrong with the file of a day. The book stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum StatementChange {
    /// The amount of this serial is off by so many fen.
    AddToAmount {
        /// Whose line.
        req_seq_id: String,
        /// How much more, or less.
        fen: Fen,
    },
    /// The lines of this serial are missing.
    Drop {
        /// Whose lines.
        req_seq_id: String,
    },
    /// A line of somebody nobody knows stands at the end.
    Foreign {
        /// The line.
        line: StatementLine,
    },
}

pub(super) fn apply(lines: &mut Vec<StatementLine>, change: &StatementChange) {
    match change {
        StatementChange::AddToAmount { req_seq_id, fen } => {
            for line in lines
                .iter_mut()
                .filter(|line| line.req_seq_id == *req_seq_id)
            {
                line.cash_amt = line.cash_amt + *fen;
            }
        }
        StatementChange::Drop { req_seq_id } => {
            lines.retain(|line| line.req_seq_id != *req_seq_id);
        }
        StatementChange::Foreign { line } => lines.push(line.clone()),
    }
}
