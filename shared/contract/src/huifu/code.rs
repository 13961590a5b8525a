//! Huifu's one-letter states and its result codes (huifu-api.md §4 and §5).
//!
//! Anything that is not listed there is `None` or [`RespClass::Unknown`]: a word we do not know is
//! never taken for a statement about money.

/// What became of a transaction: `trans_stat`, `trans_status`, `channel_status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransStat {
    /// `S`: success.
    Success,
    /// `F`: failure.
    Failure,
    /// `P`: processing.
    Processing,
}

impl TransStat {
    /// Reads the letter; `None` for anything else.
    pub fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "S" => Some(Self::Success),
            "F" => Some(Self::Failure),
            "P" => Some(Self::Processing),
            _ => None,
        }
    }
}

/// What became of the booking: `acct_status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcctStatus {
    /// `S`: the account was debited.
    Success,
    /// `F`: it was not.
    Failure,
    /// `P`: processing.
    Processing,
    /// `B`: it was, and the money was booked back.
    BookedBack,
}

impl AcctStatus {
    /// Reads the letter; `None` for anything else.
    pub fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "S" => Some(Self::Success),
            "F" => Some(Self::Failure),
            "P" => Some(Self::Processing),
            "B" => Some(Self::BookedBack),
            _ => None,
        }
    }
}

/// Which of the two callbacks about a withdrawal this is: `msg_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MsgType {
    /// `02`: the account was debited, or not. Never the end.
    Accounting,
    /// `01`: the bank has spoken. The end.
    Final,
}

impl MsgType {
    /// Reads the code; `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "01" => Some(Self::Final),
            "02" => Some(Self::Accounting),
            _ => None,
        }
    }
}

/// What a `resp_code` says about the call it answers. About the money it says nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RespClass {
    /// Read and processed: the state stands in the answer.
    Accepted,
    /// Still at work.
    Processing,
    /// Read, and refused for good.
    Refused,
    /// The original transaction is not known there, or not yet.
    NotFound,
    /// Nothing can be concluded, duplicates included: ask.
    Unknown,
}

impl RespClass {
    /// Sorts a `resp_code` (huifu-api.md §5).
    pub fn of(resp_code: &str) -> Self {
        match resp_code {
            "00000000" => Self::Accepted,
            "00000100" => Self::Processing,
            "00000001" | "00000103" | "00000106" | "10000000" | "20000003" | "20000005"
            | "20000006" | "21000000" | "22000000" | "22000002" | "22000003" | "22000004"
            | "22000005" | "23000000" | "23000002" | "23000003" | "23000004" | "90000000" => {
                Self::Refused
            }
            "20000004" | "23000001" => Self::NotFound,
            // 20000000 (duplicate), 20000001 (too frequent), 90000001 (risk, later), 91111119,
            // 98888888, 99999999, the gateway's five digits, and whatever comes next year.
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_codes_are_refusals() {
        for code in ["00000103", "10000000", "20000003", "22000005", "90000000"] {
            assert_eq!(RespClass::of(code), RespClass::Refused, "{code}");
        }
        for code in [
            "20000000",
            "20000001",
            "90000001",
            "91111119",
            "98888888",
            "99999999",
            "10000",
            "40002",
            "",
            "0000000",
            "00000000 ",
            "F",
        ] {
            assert_eq!(RespClass::of(code), RespClass::Unknown, "{code:?}");
        }
        assert_eq!(RespClass::of("00000000"), RespClass::Accepted);
        assert_eq!(RespClass::of("00000100"), RespClass::Processing);
        assert_eq!(RespClass::of("23000001"), RespClass::NotFound);
        assert_eq!(RespClass::of("20000004"), RespClass::NotFound);
    }

    #[test]
    fn letters_are_read_exactly() {
        for letter in ["", "s", "I", "SS", " S"] {
            assert_eq!(TransStat::from_letter(letter), None, "{letter:?}");
            assert_eq!(AcctStatus::from_letter(letter), None, "{letter:?}");
            assert_eq!(MsgType::from_code(letter), None, "{letter:?}");
        }
        assert_eq!(AcctStatus::from_letter("B"), Some(AcctStatus::BookedBack));
        assert_eq!(TransStat::from_letter("B"), None);
    }
}
