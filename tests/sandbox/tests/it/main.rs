//! The sandboxes over real HTTP, each judged by a caller of its own.
#![expect(
    clippy::unwrap_used,
    reason = "fixtures are test code, only not in test functions"
)]

mod applicant;
mod binaries;
mod eventually;
mod gateway;
mod huifu_accounts;
mod huifu_admin;
mod huifu_answer_faults;
mod huifu_callback_faults;
mod huifu_callbacks;
mod huifu_merchants;
mod huifu_onboarding_faults;
mod huifu_payment;
mod huifu_pictures;
mod huifu_reviews;
mod huifu_statements;
mod huifu_users;
mod merchant;
mod partner_api;
mod partner_application_notices;
mod partner_forms;
mod partner_modes;
mod partner_notices;
mod platform;
mod signature_vectors;
mod sms_gateway;
mod user_journey;
