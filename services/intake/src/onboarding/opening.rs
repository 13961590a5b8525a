//! `POST /v1/onboarding/openings`: an account at Huifu for somebody who has none.

use contract::partner::ErrorCode;
use contract::partner::onboarding::{ApplicationAnswer, OpeningRequest};
use contract::partner::time::beijing_date;
use store::users;

use super::receive::{self, Asked, For};
use crate::api::{Call, Endpoint};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct Openings;

impl Endpoint for Openings {
    const PATH: &'static str = "/v1/onboarding/openings";
    const LONGEST_BODY: usize = receive::LONGEST_BODY;
    type Answer = ApplicationAnswer;

    async fn answer(call: Call<'_>) -> Result<ApplicationAnswer, Refusal> {
        let today = beijing_date(call.now);
        let loopback = call.front.loopback_http;
        let read = |today| OpeningRequest::parse(call.body, loopback, today);
        // What only the day is against may be a repeat of what came in earlier.
        let (request, of_today) = match read(Some(today)) {
            Ok(request) => (request, None),
            Err(problems) => match read(None) {
                Ok(request) => (request, Some(problems)),
                Err(_) => return Err(problems.into()),
            },
        };
        let user = &request.third_party_user_id;
        let asked = Asked {
            application_no: &request.application_no,
            third_party_user_id: user,
            notify_url: &request.notify_url,
            form: &request.form,
            account: For::Nobody,
        };
        if let Some(earlier) = receive::repeated(&call, &asked).await? {
            return Ok(earlier);
        }
        if let Some(problems) = of_today {
            return Err(problems.into());
        }
        if users::find_at_partner(&call.connection, call.partner_id(), user)
            .await?
            .is_some()
        {
            return Err(Refusal::from(ErrorCode::OpeningExists).at("third_party_user_id"));
        }
        receive::receive(call, &asked).await
    }
}
