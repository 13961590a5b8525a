//! What can be proved of `deploy/` without a cluster: that it builds, fits Kubernetes' schemas and
//! its "restricted" policy, that every service reads its ConfigMap, that the database has room for
//! every pool, that each alert fires, clears and has its section of the runbook.
//!
//! A tool that cannot be had is no failure of the manifests: the test says aloud what it skips.

mod built;
mod metrics;
mod pods;
mod questions;
mod text;
mod tools;

pub use built::{Overlay, Resources, build};
pub use metrics::{catalogue, counted_in_sources, named_in_sources, recorded};
pub use pods::{Pod, pods};
pub use questions::{Matcher, Needs, Selector, needs, series};
pub use text::{checkout, read};
pub use tools::{buildah, kubectl, promtool, skipped};
