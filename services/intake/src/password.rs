//! `/w/{order_id}/{mac}/password`: the first transaction password, or another one in place of a
//! forgotten one.
//!
//! A code goes to the registered mobile; with it the user sets six digits. Whoever sets the first
//! password goes on with the withdrawal; whoever resets one sees that it is done, with the way to
//! the partner's `from_url`, and the way back to the withdrawal while that is open.
//!
//! What a newcomer would get wrong: the page's address opens this page too, so nothing here may
//! tell more of the mobile than four digits, and every guess and every SMS is counted.

mod alert;
mod ask;
mod done;
mod rule;
mod set;
mod view;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::response::Response;
use contract::partner::ErrorCode;
use contract::withdrawal::{Language, Withdrawal};
use http::{HeaderMap, Uri};
use jiff::Timestamp;
use runtime::clock;
use store::partners::Partner;
use store::sms_codes::{self, Bearer, Current, Purpose};
use store::users::User;
use store::{Connection, partners, users};

use crate::caller::must_be_active;
use crate::form::{Form, field, read_form};
use crate::front::Front;
use crate::page::{elsewhere, open};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::{client_address, language, origin};

pub(crate) use alert::Alert;
pub(crate) use done::done;
pub(crate) use rule::Unfit;

/// Everything that one request about a password needs.
struct Desk<'a> {
    front: &'a Front,
    withdrawal: &'a Withdrawal,
    partner: Partner,
    user: User,
    session: Session,
    session_digest: String,
    language: Language,
}

/// What a form came to.
enum Decided {
    /// The user goes on.
    SentOn(Response),
    /// The page is shown again.
    Told(Alert),
}

/// Shows the page.
pub(crate) async fn page(
    State(front): State<Arc<Front>>,
    Path((order_id, mac)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if let Some(switched) = language::switched(&front, &uri) {
        return switched;
    }
    let mut language = language::of_visitor(&front, &headers);
    let shown = async {
        let mut connection = front.store.connection().await?;
        let withdrawal = open(&front, &connection, &order_id, &mac).await?;
        language = language::of_page(&front, &headers, &withdrawal);
        let now = clock::now();
        if let Some(response) = elsewhere(&front, &mut connection, &withdrawal, now).await? {
            return Ok(response);
        }
        let desk = Desk::load(&front, &connection, &withdrawal, &headers, language).await?;
        let code = sms_codes::current(&connection, now, &desk.bearer()).await?;
        desk.respond(None, code, now)
    };
    let shown: Result<Response, Refusal> = shown.await;
    shown.unwrap_or_else(|refusal| refusal.page(&front, language))
}

/// Sends a code, or sets the password.
pub(crate) async fn decide(
    State(front): State<Arc<Front>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((order_id, mac)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = read_form(&headers, body).await;
    let mut language = language::of_visitor(&front, &headers);
    let decided = async {
        let mut connection = front.store.connection().await?;
        let withdrawal = open(&front, &connection, &order_id, &mac).await?;
        language = language::of_page(&front, &headers, &withdrawal);
        let now = clock::now();
        if let Some(response) = elsewhere(&front, &mut connection, &withdrawal, now).await? {
            return Ok(response);
        }
        let form = form?;
        let desk = Desk::load(&front, &connection, &withdrawal, &headers, language).await?;
        drop(connection);
        let is_ours = origin::is_ours(&front, &headers) && desk.is_from_here(&form);
        let decided = if is_ours {
            let client = client_address::of_request(peer, &headers, front.trusted_proxies);
            match field(&form, "action") {
                "send" => desk.ask(client).await?,
                "set" => desk.set(&form).await?,
                _ => return Err(Refusal::from(ErrorCode::RequestMalformed).at("action")),
            }
        } else {
            Decided::Told(Alert::Stale)
        };
        desk.answer(decided).await
    };
    let decided: Result<Response, Refusal> = decided.await;
    let result = match &decided {
        Ok(response) => response.status().as_u16().to_string(),
        Err(refusal) => refusal.code().as_str().to_owned(),
    };
    metrics::counter!("tixian_password_pages_total", "result" => result).increment(1);
    decided.unwrap_or_else(|refusal| refusal.page(&front, language))
}

impl<'a> Desk<'a> {
    async fn load(
        front: &'a Front,
        connection: &Connection,
        withdrawal: &'a Withdrawal,
        headers: &HeaderMap,
        language: Language,
    ) -> Result<Self, Refusal> {
        let request = &withdrawal.request;
        let (partner, user) = tokio::try_join!(
            partners::find(connection, &request.partner_id),
            users::find(connection, &request.htouhui_user_id),
        )?;
        let partner = partner.ok_or(ErrorCode::PartnerUnknown)?;
        must_be_active(&partner)?;
        let session = Session::of(front, headers);
        Ok(Self {
            front,
            withdrawal,
            partner,
            user: user.ok_or(ErrorCode::UserUnknown)?,
            session_digest: session.digest(front),
            session,
            language,
        })
    }

    /// What a code from here is good for.
    fn bearer(&self) -> Bearer<'_> {
        let purpose = if self.user.has_password {
            Purpose::ResetPassword
        } else {
            Purpose::SetPassword
        };
        self.bearer_for(purpose)
    }

    fn bearer_for(&self, purpose: Purpose) -> Bearer<'_> {
        Bearer {
            user: &self.user.htouhui_user_id,
            withdrawal: &self.withdrawal.request.id,
            session_digest: &self.session_digest,
            purpose,
        }
    }

    fn is_from_here(&self, form: &Form) -> bool {
        let id = &self.withdrawal.request.id;
        self.session
            .is_from_here(self.front, id, field(form, "csrf"))
    }

    fn path(&self) -> String {
        format!("{}/password", self.page_path())
    }

    fn page_path(&self) -> String {
        self.front.page_key.path(&self.withdrawal.request.id)
    }

    async fn answer(&self, decided: Decided) -> Result<Response, Refusal> {
        match decided {
            Decided::SentOn(response) => Ok(response),
            Decided::Told(alert) => {
                let connection = self.front.store.connection().await?;
                let now = clock::now();
                let code = sms_codes::current(&connection, now, &self.bearer()).await?;
                self.respond(Some(alert), code, now)
            }
        }
    }

    fn respond(
        &self,
        alert: Option<Alert>,
        code: Option<Current>,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        view::response(self, alert, code, now)
    }
}
