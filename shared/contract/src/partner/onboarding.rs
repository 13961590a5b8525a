//! The bodies of `POST /v1/onboarding/…`: how a partner's server has merchants and users set up at
//! Huifu, and hears where that stands.
//!
//! What a newcomer would get wrong: an application is received, not done. Its answer tells the
//! `htouhui_user_id` under which the user will withdraw, and that user exists only once the
//! application has passed. The `application_no` is the partner's own, and its idempotency key: the
//! same number with the same content is answered as before, with other content it is an error.

mod application;
mod material;
mod status;

pub use application::{ChangeRequest, OpeningRequest, named_user};
pub use material::{MAX_PICTURE_BYTES, MaterialAnswer, MaterialRequest, MediaType};
pub use status::{ApplicationAnswer, StatusRequest, explained};
