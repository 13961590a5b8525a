//! People whom a proxy of ours has signed in by OIDC, and names in headers.
//!
//! Anybody can write headers. They are believed only from the addresses of the proxies, and only
//! beside the secret that these share with us; a proxy must take all three out of what browsers
//! send.

use std::net::{IpAddr, SocketAddr};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::{HeaderMap, HeaderName};
use runtime::settings::{Env, Secret};

use super::person::Person;
use super::role::Role;
use super::tokens::digest_of;

const SECRET_HEADER: HeaderName = HeaderName::from_static("x-console-secret");

/// Long enough that nobody guesses it.
const SECRET_BYTES: usize = 32;

/// Which proxies are believed, and how they say who somebody is.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    addresses: Vec<IpAddr>,
    secret: Secret,
    name_header: HeaderName,
    groups_header: HeaderName,
    /// The group that makes each role, the greatest first.
    groups: [(String, Role); 3],
}

impl Proxy {
    /// `Some(None)` where no proxy is named.
    pub(crate) fn read(env: &mut Env) -> Option<Option<Self>> {
        let addresses: Option<Vec<IpAddr>> = env.optional("CONSOLE_OIDC_PROXIES")?;
        let secret = env.optional("CONSOLE_OIDC_SECRET");
        let name_header = header(env, "CONSOLE_OIDC_NAME_HEADER", "x-auth-request-user");
        let groups_header = header(env, "CONSOLE_OIDC_GROUPS_HEADER", "x-auth-request-groups");
        let approvers = env.or("CONSOLE_OIDC_APPROVERS", "tixian-approvers".to_owned());
        let operators = env.or("CONSOLE_OIDC_OPERATORS", "tixian-operators".to_owned());
        let readers = env.or("CONSOLE_OIDC_READERS", "tixian-readers".to_owned());
        let secret: Option<Secret> = secret?;
        let (addresses, secret) = match (addresses, secret) {
            (None, None) => return Some(None),
            (Some(addresses), Some(secret)) if secret.expose().len() >= SECRET_BYTES => {
                (addresses, secret)
            }
            (Some(_), _) => {
                return env.refuse(
                    "CONSOLE_OIDC_SECRET",
                    "must be 32 bytes or longer, for a proxy is believed by it",
                );
            }
            (None, Some(_)) => {
                return env.refuse("CONSOLE_OIDC_PROXIES", "must name the proxies that have it");
            }
        };
        Some(Some(Self {
            addresses,
            secret,
            name_header: name_header?,
            groups_header: groups_header?,
            groups: [
                (approvers?, Role::Approver),
                (operators?, Role::Operator),
                (readers?, Role::Reader),
            ],
        }))
    }

    /// Who the proxy says it is; `None` if it is no proxy of ours, says nothing, or names nobody
    /// who has a role here.
    pub(crate) fn says(&self, peer: SocketAddr, headers: &HeaderMap) -> Option<Person> {
        if !self.addresses.contains(&peer.ip().to_canonical()) {
            return None;
        }
        let sent = one(headers, &SECRET_HEADER)?;
        // Digests, so that the comparison tells nothing of the length.
        let (sent, ours) = (digest_of(sent), digest_of(self.secret.expose()));
        verify_slices_are_equal(&sent, &ours).ok()?;
        let groups: Vec<&str> = one(headers, &self.groups_header)?
            .split(',')
            .map(str::trim)
            .collect();
        let found = self
            .groups
            .iter()
            .find(|(group, _)| groups.contains(&group.as_str()));
        Person::new(one(headers, &self.name_header)?, found?.1)
    }
}

/// The header's value; `None` where it came twice, for then somebody put one beside the proxy's.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let value = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(value)
}

fn header(env: &mut Env, name: &'static str, usual: &str) -> Option<HeaderName> {
    let text: String = env.or(name, usual.to_owned())?;
    match text.parse() {
        Ok(header) => Some(header),
        Err(_) => env.refuse(name, "must be the name of a header"),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const SECRET: &str = "a secret between the proxy and us";

    fn proxy() -> Proxy {
        let mut env = Env::new([
            ("CONSOLE_OIDC_PROXIES", "10.0.0.9"),
            ("CONSOLE_OIDC_SECRET", SECRET),
        ]);
        Proxy::read(&mut env).unwrap().unwrap()
    }

    fn said(sent: &[(&'static str, &'static str)], peer: &str) -> Option<(String, Role)> {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let person = proxy().says(peer.parse().unwrap(), &headers)?;
        Some((person.name, person.role))
    }

    #[test]
    fn a_name_is_believed_from_our_proxy_with_our_secret_and_from_nobody_else() {
        let name = ("x-auth-request-user", "lin@example.com");
        let groups = (
            "x-auth-request-groups",
            "staff, tixian-readers,tixian-operators",
        );
        let secret = ("x-console-secret", SECRET);
        let lin = Some(("lin@example.com".to_owned(), Role::Operator));
        assert_eq!(said(&[name, groups, secret], "10.0.0.9:1"), lin);
        assert_eq!(said(&[name, groups, secret], "[::ffff:10.0.0.9]:1"), lin);
        assert_eq!(said(&[name, groups, secret], "10.0.0.8:1"), None);
        assert_eq!(said(&[name, groups], "10.0.0.9:1"), None, "no secret");
        let wrong = ("x-console-secret", "a secret between somebody else");
        assert_eq!(said(&[name, groups, wrong], "10.0.0.9:1"), None);
        let twice = [name, name, groups, secret];
        assert_eq!(said(&twice, "10.0.0.9:1"), None, "one is the browser's");
        let strange = ("x-auth-request-groups", "tixian");
        assert_eq!(said(&[name, strange, secret], "10.0.0.9:1"), None);
        assert_eq!(said(&[groups, secret], "10.0.0.9:1"), None);
    }

    #[test]
    fn a_proxy_without_a_secret_is_refused_at_the_start() {
        for wrong in [
            [("CONSOLE_OIDC_PROXIES", "10.0.0.9"), ("X", "")],
            [
                ("CONSOLE_OIDC_PROXIES", "10.0.0.9"),
                ("CONSOLE_OIDC_SECRET", "short"),
            ],
            [("CONSOLE_OIDC_SECRET", SECRET), ("X", "")],
            [
                ("CONSOLE_OIDC_PROXIES", "proxy"),
                ("CONSOLE_OIDC_SECRET", SECRET),
            ],
        ] {
            assert!(Proxy::read(&mut Env::new(wrong)).is_none(), "{wrong:?}");
        }
        assert!(matches!(Proxy::read(&mut Env::default()), Some(None)));
    }
}
