//! A person with a browser: signed in, and known by the session's cookie.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, Method, Uri};
use store::StoreError;
use store::console_sessions::Told;

use super::front::Front;
use super::person::Person;
use super::refusal::Refusal;
use super::sessions::Presence;
use super::view::{Frame, Section, Who};

/// Set by our script where a page looks by itself how far something is.
const BY_ITSELF: HeaderName = HeaderName::from_static("x-console-live");

/// Who looks, and by which session.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) person: Person,
    pub(crate) csrf: String,
    cookie: String,
    has_told: bool,
}

impl Visitor {
    /// `None` where nobody is signed in, or nobody vouches any more for who is.
    pub(crate) async fn of(
        front: &Front,
        headers: &HeaderMap,
        extensions: &Extensions,
        presence: Presence,
    ) -> Result<Option<Self>, StoreError> {
        let Some(cookie) = front.cookie.session(headers) else {
            return Ok(None);
        };
        let Some(session) = front.sessions.seen(&cookie, presence).await? else {
            return Ok(None);
        };
        // Who it is and in which role is what the file or the proxy says now, not what it was when
        // the session began.
        let person = match &session.token_digest {
            Some(digest) => front.tokens.still_owner(digest).cloned(),
            None => vouched(front, headers, extensions),
        };
        let person = person.filter(|person| person.name == session.actor);
        Ok(person.map(|person| Self {
            person,
            csrf: session.csrf,
            cookie,
            // What was said is for whoever is there.
            has_told: session.has_told && presence == Presence::Used,
        }))
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
    pub(crate) async fn tell(&self, front: &Front, told: &Told) -> Result<(), StoreError> {
        front.sessions.tell(&self.cookie, told).await
    }

    /// What the act before had to say.
    pub(crate) async fn hear(&self, front: &Front) -> Result<Option<Told>, StoreError> {
        if !self.has_told {
            return Ok(None);
        }
        front.sessions.hear(&self.cookie).await
    }

    /// Signs out, here or in every browser; answers how many there were.
    pub(crate) async fn leave(&self, front: &Front, everywhere: bool) -> Result<i64, StoreError> {
        let sessions = &front.sessions;
        sessions.end(&self.person, &self.cookie, everywhere).await
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
        let by_itself = parts.method == Method::GET && parts.headers.contains_key(BY_ITSELF);
        let presence = if by_itself {
            Presence::LookedAt
        } else {
            Presence::Used
        };
        let visitor = Self::of(front, &parts.headers, &parts.extensions, presence).await?;
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
