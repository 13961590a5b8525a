//! A user without a browser: posts the partner's form, reads our page, confirms or cancels.
//!
//! As strict as a browser where it matters to us: it follows only redirects it is told to follow,
//! keeps cookies, and sends exactly the fields that the page's form contains.

mod agent;
mod page;

pub use agent::{Choice, UserAgent, UserError};
pub use page::{Form, Page, Submit};
