//! What each sealed column is bound to: `table.column:row`. Whoever writes one and whoever seals it
//! anew after a change of keys take the words from here, or it would never open again.
//!
//! A seal belongs to its row. A digest tells a repeat, which comes before there is a row, so it
//! belongs to the partner's own number.

use contract::ids::{
    ApplicationId, ApplicationNo, HtouhuiUserId, MaterialId, PartnerId, ThirdPartyUserId,
};
use uuid::Uuid;

/// Of `applications.form_sealed`: the form, exactly as it was read.
pub fn form(id: &ApplicationId) -> String {
    format!("applications.form_sealed:{id}")
}

/// Of `applications.form_digest`: over exactly the bytes that are sealed.
pub fn form_digest(partner: &PartnerId, application_no: &ApplicationNo) -> String {
    format!("applications.form_digest:{partner}:{application_no}")
}

/// Of `applications.subject_digest`: over the subject of an opening's form. It belongs to the
/// applicant, for it tells whether a later application is about the same one.
pub fn subject_digest(partner: &PartnerId, applicant: &ThirdPartyUserId) -> String {
    format!("applications.subject_digest:{partner}:{applicant}")
}

/// Of `materials.content_sealed`: the picture.
pub fn content(id: &MaterialId) -> String {
    format!("materials.content_sealed:{id}")
}

/// Of `materials.content_digest`: over exactly the bytes that are sealed.
pub fn content_digest(partner: &PartnerId, material_no: &ApplicationNo) -> String {
    format!("materials.content_digest:{partner}:{material_no}")
}

/// Of `notice_secrets.secret_sealed`: a secret that a partner verifies notices with.
pub fn notice_secret(partner: &PartnerId, secret_id: &str) -> String {
    format!("notice_secrets.secret_sealed:{partner}:{secret_id}")
}

/// Of `users.mobile_sealed`: the number's digits.
pub fn mobile(user: &HtouhuiUserId) -> String {
    format!("users.mobile_sealed:{user}")
}

/// Of `sms_codes.code_digest`: over the code's digits.
pub fn sms_code(id: &Uuid) -> String {
    format!("sms_codes.code_digest:{id}")
}
