//! Everything that the page of one draft shows to one session.

use axum::response::{IntoResponse as _, Response};
use contract::partner::ErrorCode;
use contract::partner::url::PartnerUrl;
use contract::withdrawal::{Language, Withdrawal};
use http::header::{CONTENT_SECURITY_POLICY, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use store::partners::Partner;
use store::{Connection, balances, partners};

use super::alert::Alert;
use super::view::{PageView, Typed};
use crate::caller::must_be_active;
use crate::choices::Choices;
use crate::front::Front;
use crate::headers::policy_with_forms;
use crate::language;
use crate::purse::Purse;
use crate::refusal::{Refusal, render};
use crate::send_back::return_url;
use crate::session::Session;

/// What was read to show it.
pub(crate) struct Shown<'a> {
    pub(super) front: &'a Front,
    pub(super) withdrawal: &'a Withdrawal,
    pub(crate) choices: Choices,
    pub(crate) purse: Purse,
    pub(super) partner_name: String,
    pub(super) language: Language,
    pub(super) session: Session,
    pub(super) now: Timestamp,
    policy: HeaderValue,
}

impl<'a> Shown<'a> {
    pub(crate) async fn load(
        front: &'a Front,
        connection: &Connection,
        withdrawal: &'a Withdrawal,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let request = &withdrawal.request;
        let user = &request.htouhui_user_id;
        let (partner, choices, known) = tokio::try_join!(
            partners::find(connection, &request.partner_id),
            Choices::load(connection, user, request.amount, now),
            balances::standing(connection, user),
        )?;
        let partner = partner.ok_or(ErrorCode::PartnerUnknown)?;
        let choices = choices.ok_or(ErrorCode::UserUnknown)?;
        let return_url = return_url(front, request)?;
        must_be_active(&partner)?;
        may_be_sent_to(&partner, &return_url, "return_url")?;
        if let Some(code) = choices.missing() {
            // A card was closed or a cash type taken away since the page call.
            return Err(code.into());
        }
        Ok(Self {
            front,
            withdrawal,
            choices,
            purse: Purse::of(known, front.patience.max_age, now),
            policy: policy_with_forms(&return_url, &partner.hosts),
            partner_name: partner.name,
            language: language::of_page(front, headers, withdrawal),
            session: Session::of(front, headers),
            now,
        })
    }

    /// Whether a form came from this page as this session saw it.
    pub(crate) fn is_from_here(&self, csrf: &str) -> bool {
        let id = &self.withdrawal.request.id;
        self.session.is_from_here(self.front, id, csrf)
    }

    /// What stands in the way before the user has done anything.
    pub(super) fn lock(&self) -> Option<Alert> {
        let until = self.choices.user.locked_until?;
        (until > self.now).then_some(Alert::PasswordLocked(until))
    }

    /// The page, with what the user is to be told and what they had chosen.
    pub(crate) fn respond(&self, alert: Option<Alert>, typed: &Typed) -> Result<Response, Refusal> {
        let view = PageView::new(self, alert, typed);
        let mut response = render(&view).into_response();
        if let Some(alert) = alert {
            *response.status_mut() = alert.status();
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        if let Some(seconds) = alert.and_then(|alert| alert.retry_after(self.now)) {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        self.session.give(self.front, &mut response)?;
        Ok(response)
    }
}

/// What was true of the partner when the draft was made, asked again: it may have lost the host to
/// which its user would be sent.
pub(crate) fn may_be_sent_to(
    partner: &Partner,
    url: &PartnerUrl,
    field: &str,
) -> Result<(), Refusal> {
    if url.is_on(&partner.hosts) {
        Ok(())
    } else {
        Err(Refusal::from(ErrorCode::HostNotRegistered).at(field))
    }
}
