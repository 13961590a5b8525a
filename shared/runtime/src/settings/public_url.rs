//! Under which address browsers reach a service.

use url::Url;

use super::Env;

/// An address without path, query and fragment: what origins are compared with and links are made
/// of.
pub fn public_url(env: &mut Env, name: &'static str) -> Option<Url> {
    let url: Url = env.required(name)?;
    let web = matches!(url.scheme(), "https" | "http");
    if web && url.path() == "/" && url.query().is_none() && url.fragment().is_none() {
        return Some(url);
    }
    env.refuse(
        name,
        "must be https (or http) with a host, without path, query and fragment",
    )
}
