//! Amounts that go wrong by themselves.

use crate::fen::Fen;
use crate::huifu::fault::Fault;

/// The amounts that make a fault happen without being told, for people with a browser and for
/// demonstrations. Four is the number that nobody in China picks by accident.
#[must_use]
pub fn magic_amounts() -> Vec<(Fen, Fault)> {
    let refuse = |resp_code: &str| Fault::Refuse {
        resp_code: resp_code.to_owned(),
    };
    let faults = [
        Fault::FinalFailure,
        Fault::InsufficientBalance,
        refuse("22000003"),
        Fault::TimeoutAfterPaying,
        Fault::TimeoutWithoutPaying,
        Fault::CutAnswer,
        Fault::CutBeforeReading,
        Fault::WrongSignature,
        Fault::NoSignature,
        Fault::ServerError {
            http_status: 502,
            paid: true,
        },
        Fault::ServerError {
            http_status: 502,
            paid: false,
        },
        Fault::ProcessingForever,
        Fault::FinalBeforeAccounting,
        Fault::CallbackBeforeAnswer,
        Fault::DuplicateCallbacks { n: 3 },
        Fault::WrongAmountInCallback,
        Fault::ForeignOrderInCallback,
        Fault::UnsignedCallback,
        Fault::AlteredCallback,
        Fault::SyncSuccess,
        Fault::SyncFailure,
        Fault::NoCallback,
        Fault::ContradictingFinal,
        refuse("99999999"),
        Fault::BankReturnLater,
    ];
    faults
        .into_iter()
        .zip(1..)
        .map(|(fault, number)| (Fen(44_400 + number), fault))
        .collect()
}

pub(super) fn magic_fault(amount: Fen) -> Option<Fault> {
    magic_amounts()
        .into_iter()
        .find(|(magic, _)| *magic == amount)
        .map(|(_, fault)| fault)
}
