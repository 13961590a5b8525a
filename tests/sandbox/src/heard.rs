//! By which names headers came: a test looks for those that nobody may send.
//!
//! Only names: values are somebody's keys and signatures.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More than all clients together have; a stranger who makes names up fills no memory.
const MOST_NAMES: usize = 1000;

#[derive(Default)]
pub(crate) struct Heard(Mutex<BTreeSet<String>>);

impl Heard {
    /// In small letters, as they come.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes the headers of a request, whatever becomes of it.
pub(crate) async fn note(
    State(heard): State<Arc<Heard>>,
    request: Request,
    next: Next,
) -> Response {
    {
        let mut names = heard.locked();
        for name in request.headers().keys() {
            if names.len() < MOST_NAMES {
                names.insert(name.as_str().to_owned());
            }
        }
    }
    next.run(request).await
}
