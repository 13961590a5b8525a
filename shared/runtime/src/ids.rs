//! New ids, from the clock and the system's randomness.
//!
//! `contract::ids` says what an id looks like and knows neither. An id made here is unique without
//! asking anybody; it is not a secret, although 80 of its bits are random.

use contract::ids::{
    ApplicationId, CertificationId, CertificationSubjectId, MaterialId, NoticeId, ReqSeqId,
    WithdrawalId,
};
use uuid::Uuid;

use crate::clock;

/// A new message id: a UUID version 7, so that outbox rows sort as they were written.
pub fn new_message_id() -> Uuid {
    Uuid::now_v7()
}

/// A new withdrawal.
pub fn new_withdrawal_id() -> WithdrawalId {
    WithdrawalId::from_parts(millis(), random())
}

/// A new attempt; Huifu knows it as `req_seq_id`.
pub fn new_req_seq_id() -> ReqSeqId {
    ReqSeqId::from_parts(millis(), random())
}

/// A new notice to a partner.
pub fn new_notice_id() -> NoticeId {
    NoticeId::from_parts(millis(), random())
}

/// A new application.
pub fn new_application_id() -> ApplicationId {
    ApplicationId::from_parts(millis(), random())
}

/// A new picture.
pub fn new_material_id() -> MaterialId {
    MaterialId::from_parts(millis(), random())
}

/// A new run that certifies a partner's endpoint.
pub fn new_certification_id() -> CertificationId {
    CertificationId::from_parts(millis(), random())
}

/// What a notice of such a run tells of.
pub fn new_certification_subject_id() -> CertificationSubjectId {
    CertificationSubjectId::from_parts(millis(), random())
}

/// `N` bytes nobody can guess: nonces, tokens, salts.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .expect("the operating system's random source does not fail once the system has booted");
    bytes
}

fn millis() -> u64 {
    u64::try_from(clock::now().as_millisecond()).expect("the clock is set after 1970")
}

fn random() -> u128 {
    u128::from_le_bytes(random_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ids_made_in_the_same_millisecond_differ() {
        assert_ne!(new_withdrawal_id(), new_withdrawal_id());
        assert_ne!(new_message_id(), new_message_id());
    }
}
