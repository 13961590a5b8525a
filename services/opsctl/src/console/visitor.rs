//! A person with a browser: signed in, and known by the session's cookie.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Uri};

use super::front::Front;
use super::person::Person;
use super::refusal::Refusal;
use super::sessions::Told;
use super::view::{Frame, Section, Who};

/// Who looks, and by which session.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) person: Person,
    pub(crate) csrf: String,
    cookie: String,
}

impl Visitor {
    /// `None` where nobody is signed in, or the proxy does not vouch any more for who is.
    pub(crate) fn of(front: &Front, headers: &HeaderMap, extensions: &Extensions) -> Option<Self> {
        let cookie = front.cookie.session(headers)?;
        let seen = front.sessions.seen(&cookie, Instant::now())?;
        let person = if seen.by_proxy {
            // The role is what the proxy says now, not what it was when the session began.
            vouched(front, headers, extensions).filter(|now| now.name == seen.person.name)?
        } else {
            seen.person
        };
        Some(Self {
            person,
            csrf: seen.csrf,
            cookie,
        })
    }

    /// What is around a page of this section.
    pub(crate) fn frame(&self, front: &Front, at: Section) -> Frame {
        let who = Who {
            name: self.person.name.clone(),
            role: self.person.role.as_str(),
            csrf: self.csrf.clone(),
        };
        frame(front, at, Some(who))
    }

    /// Has the next page say this.
    pub(crate) fn tell(&self, front: &Front, told: Told) {
        front.sessions.tell(&self.cookie, told);
    }

    /// What the act before had to say.
    pub(crate) fn hear(&self, front: &Front) -> Option<Told> {
        front.sessions.hear(&self.cookie)
    }

    /// Signs out.
    pub(crate) fn leave(&self, front: &Front) {
        front.sessions.end(&self.cookie);
    }
}

/// What is around a page; without `who` there is no way to anywhere else.
pub(crate) fn frame(front: &Front, at: Section, who: Option<Who>) -> Frame {
    Frame {
        style: front.style_path.clone(),
        script: front.script_path.clone(),
        icon: front.icon_path.clone(),
        who,
        at,
    }
}

/// Who our proxy says it is.
pub(crate) fn vouched(
    front: &Front,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Option<Person> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    front.proxy.as_ref()?.says(*peer, headers)
}

impl FromRequestParts<Arc<Front>> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, front: &Arc<Front>) -> Result<Self, Refusal> {
        let visitor = Self::of(front, &parts.headers, &parts.extensions);
        visitor.ok_or_else(|| Refusal::NotSignedIn {
            wanted: wanted(&parts.method, &parts.uri),
        })
    }
}

/// What a form wanted to do is not done after signing in: its page is looked at again.
fn wanted(method: &Method, uri: &Uri) -> String {
    let path = uri.path_and_query().map(ToString::to_string);
    path.filter(|_| method == Method::GET)
        .unwrap_or_else(|| "/".to_owned())
}
