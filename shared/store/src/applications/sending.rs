//! What huifu-dispatcher needs to send a step: the one place that reads a form out of its row.

use contract::application::ApplicationKind;
use contract::ids::ApplicationId;
use tokio_postgres::types::ToSql;

use super::{Application, from_row};
use crate::materials::{self, Material};
use crate::{Connection, StoreError};

const FOR_SENDING: &str = "\
-- applications.for_sending
select id, partner_id, application_no, kind, subject, third_party_user_id, htouhui_user_id,
       huifu_id, notify_url, form_digest, card_tail, bank_name, state, held, step, apply_no,
       token_no, reason_code, reason_detail, terminal_at, traceparent, created_at,
       updated_at, form_sealed
  from applications
 where id = $1";

// By the columns of `one_opening_per_user`, or it would read every application.
const OPENING_OF: &str = "\
-- applications.opening_of
select id, partner_id, application_no, kind, subject, third_party_user_id, htouhui_user_id,
       huifu_id, notify_url, form_digest, card_tail, bank_name, state, held, step, apply_no,
       token_no, reason_code, reason_detail, terminal_at, traceparent, created_at,
       updated_at, form_sealed
  from applications
 where partner_id = $1 and third_party_user_id = $2 and htouhui_user_id = $3
   and kind = 'opening' and state = 'passed'";

/// An application with everything that its step is made of.
#[derive(Clone)]
pub struct ForSending {
    /// The application: kind, subject, step, account, state, hold.
    pub application: Application,
    /// The form, sealed.
    pub form_sealed: String,
    /// The pictures that the form names, with Huifu's names of those that it has.
    pub materials: Vec<Material>,
    /// For a further card: the user's opening that has passed, and its form, sealed. There is none
    /// for a user whom somebody added by hand.
    pub opening: Option<(Application, String)>,
}

/// Everything needed to send this application's step; `None` if there is no such application.
pub async fn for_sending(
    connection: &Connection,
    id: &ApplicationId,
) -> Result<Option<ForSending>, StoreError> {
    let Some(row) = connection.query_opt(FOR_SENDING, &[&id.as_str()]).await? else {
        return Ok(None);
    };
    let application = from_row(&row)?;
    let opening = match application.kind {
        ApplicationKind::Card => opening_of(connection, &application).await?,
        ApplicationKind::Opening | ApplicationKind::CashRules => None,
    };
    Ok(Some(ForSending {
        application,
        form_sealed: row.try_get("form_sealed")?,
        materials: materials::of_application(connection, id).await?,
        opening,
    }))
}

async fn opening_of(
    connection: &Connection,
    application: &Application,
) -> Result<Option<(Application, String)>, StoreError> {
    let user: [&(dyn ToSql + Sync); 3] = [
        &application.partner_id.as_str(),
        &application.third_party_user_id.as_str(),
        &application.htouhui_user_id.as_str(),
    ];
    let Some(row) = connection.query_opt(OPENING_OF, &user).await? else {
        return Ok(None);
    };
    Ok(Some((from_row(&row)?, row.try_get("form_sealed")?)))
}
