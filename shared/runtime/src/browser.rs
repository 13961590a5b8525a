//! What every page of ours has in common: what browsers are told about it, the files beside it, its
//! cookies, and where its forms were.

mod assets;
mod cookies;
mod headers;
mod origin;

pub use assets::{Asset, Assets};
pub use cookies::{Cookie, SameSite, new_session};
pub use headers::{POLICY_WITHOUT_FORMS, policy_with_forms_to, secure};
pub use origin::Origin;
