//! Every interface of Huifu's but the withdrawal and its query: what we send, what comes back,
//! and what it means.
//!
//! Forms of partners are read whole by the tables of `fields.rs` and become calls
//! ([`ApplicationForm::request`]); questions of ours have a type each. Answers are lenient: what
//! we do not use is ignored, a number is read in its own spelling, JSON inside of a string is
//! read by a method that says when it cannot. What an answer *means* is decided in `verdict.rs`
//! and nowhere else.

mod answer;
mod balance;
mod card;
mod cash;
mod dm_quota;
mod fee_floor;
mod fee_trial;
mod fields;
#[cfg(test)]
mod fixtures;
mod form;
mod nested;
mod picture;
mod query;
mod refusal;
mod request;
mod review;
mod rules;
mod statement;
mod subject;
pub mod table;
mod verdict;
mod words;

pub use answer::{ApplicationStatusAnswer, ConfigResult, StepAnswer};
pub use balance::{Account, AccountStatus, AccountType, BalanceAnswer, BalanceQuery};
pub use card::CardSummary;
pub use cash::CashRuleForm;
pub use dm_quota::{DEFAULT_DM_QUOTA_FIELD, DmQuotaAnswer, DmQuotaQuery};
pub use fee_floor::{FeeFloor, FloorForm};
pub use fee_trial::{FeeTrial, FeeTrialAnswer};
pub use fields::form_table;
pub use form::ApplicationForm;
pub use nested::NestedError;
pub use picture::{PICTURE_PATH, PictureAnswer, PictureUpload, file_type};
pub use query::{MerchantApplicationQuery, MerchantQuery, UserApplicationQuery, UserQuery};
pub use request::{
    ENTERPRISE_MERCHANT_PATH, ENTERPRISE_USER_PATH, INDIVIDUAL_MERCHANT_PATH, INDIVIDUAL_USER_PATH,
    MERCHANT_MODIFY_PATH, OperationRequest, RequestError, Sender, USER_BUSINESS_MODIFY_PATH,
    USER_BUSINESS_OPEN_PATH, check_onboarding_url,
};
pub use review::{Audit, ReviewCallback, ReviewForm};
pub use statement::{
    BillType, StatementAnswer, StatementFile, StatementQuery, StatementTask, TaskState,
};
pub use subject::{BoundCard, SubjectAnswer};
pub use table::{FieldError, FieldRule, Json};
pub use verdict::{
    Login, PictureVerdict, ReviewVerdict, StepDone, StepInReview, StepRefusal, StepVerdict,
};
pub use words::without_long_numbers;
