//! What huifu-dispatcher needs to send a step: the one place that reads a form out of its row.

use contract::ids::ApplicationId;

use super::{Application, from_row};
use crate::materials::{self, Material};
use crate::{Connection, StoreError};

const FOR_SENDING: &str = "\
-- applications.for_sending
select id, partner_id, application_no, kind, subject, third_party_user_id, htouhui_user_id,
       huifu_id, notify_url, form_digest, card_tail, bank_name, state, held, step, apply_no,
       token_no, reason_code, reason_detail, terminal_at, created_at, updated_at, form_sealed
  from applications
 where id = $1";

/// An application with everything that its step is made of.
#[derive(Clone)]
pub struct ForSending {
    /// The application: kind, subject, step, account, state, hold.
    pub application: Application,
    /// The form, sealed.
    pub form_sealed: String,
    /// The pictures that the form names, with Huifu's names of those that it has.
    pub materials: Vec<Material>,
}

/// Everything needed to send this application's step; `None` if there is no such application.
pub async fn for_sending(
    connection: &Connection,
    id: &ApplicationId,
) -> Result<Option<ForSending>, StoreError> {
    let Some(row) = connection.query_opt(FOR_SENDING, &[&id.as_str()]).await? else {
        return Ok(None);
    };
    Ok(Some(ForSending {
        application: from_row(&row)?,
        form_sealed: row.try_get("form_sealed")?,
        materials: materials::of_application(connection, id).await?,
    }))
}
