//! Applications for people who look for the one that is stuck.

use contract::application::State;
use contract::ids::PartnerId;

use super::{Application, from_row};
use crate::{Connection, StoreError};

const LIST: &str = "\
-- applications.list
select id, partner_id, application_no, kind, subject, third_party_user_id, htouhui_user_id,
       huifu_id, notify_url, form_digest, card_tail, bank_name, state, held, step, apply_no,
       token_no, reason_code, reason_detail, terminal_at, traceparent, created_at,
       updated_at
  from applications
 where ($1::text is null or partner_id = $1)
   and ($2::text is null or state = $2)
   and (not $3 or terminal_at is null)
   and (not $4 or held)
 order by created_at, id
 limit $5";

/// Which applications; what is left out does not matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Of this partner.
    pub partner: Option<&'a PartnerId>,
    /// In this state.
    pub state: Option<State>,
    /// Only those that have not come to their end.
    pub open: bool,
    /// Only those that a case holds.
    pub held: bool,
}

/// The oldest applications of this kind.
pub async fn list(
    connection: &Connection,
    filter: &Filter<'_>,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    let partner = filter.partner.map(PartnerId::as_str);
    let state = filter.state.map(State::as_str);
    let rows = connection
        .query(
            LIST,
            &[&partner, &state, &filter.open, &filter.held, &limit],
        )
        .await?;
    rows.iter().map(from_row).collect()
}
