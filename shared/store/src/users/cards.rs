//! Cards at Huifu: a user may have several, and chooses one for each withdrawal.

use contract::ids::{HtouhuiUserId, TokenNo};
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::parsed;
use crate::{Connection, StoreError, Transaction};

const CARDS_OF: &str = "\
-- users.cards_of
select id, token_no, tail, bank_name, is_default
  from cards
 where htouhui_user_id = $1 and state = 'active'
 order by is_default desc, id
 limit 50";

const FIND_CARD: &str = "\
-- users.find_card
select id, token_no, tail, bank_name, is_default from cards where id = $1";

const ADD_CARD: &str = "\
-- users.add_card
insert into cards (htouhui_user_id, token_no, tail, bank_name, is_default, state,
                   created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, 'active', $6, $6, $7)";

const NO_DEFAULT_CARD: &str = "\
-- users.no_default_card
update cards
   set is_default = false, updated_at = $2, updated_by = $3
 where htouhui_user_id = $1 and is_default and state = 'active'";

/// A number that is bound already is the same card again: Huifu may answer a card that it knows
/// with the number it gave it the first time.
const BIND_CARD: &str = "\
-- users.bind_card
insert into cards (htouhui_user_id, token_no, tail, bank_name, is_default, state,
                   created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, 'active', $6, $6, $7)
on conflict on constraint card_bound_once do update
   set tail = excluded.tail, bank_name = excluded.bank_name, is_default = excluded.is_default,
       state = excluded.state, updated_at = excluded.updated_at, updated_by = excluded.updated_by";

const HAS_DEFAULT_CARD: &str = "\
-- users.has_default_card
select exists(
    select from cards
     where htouhui_user_id = $1 and is_default and state = 'active' and token_no <> $2) as has_default";

/// A bound card.
#[derive(Debug, Clone)]
pub struct Card {
    /// Our number of it.
    pub id: i64,
    /// Huifu's.
    pub token_no: TokenNo,
    /// The last four digits; more of the number is not kept here.
    pub tail: String,
    /// For people.
    pub bank_name: String,
    /// Whether it is chosen unless the user chooses another.
    pub is_default: bool,
}

/// A card about to be bound.
#[derive(Debug, Clone)]
pub struct NewCard<'a> {
    /// Huifu's number of it.
    pub token_no: &'a TokenNo,
    /// The last four digits.
    pub tail: &'a str,
    /// For people.
    pub bank_name: &'a str,
    /// Whether it is chosen unless the user chooses another.
    pub is_default: bool,
}

/// The user's active cards, the default first.
pub async fn of(connection: &Connection, id: &HtouhuiUserId) -> Result<Vec<Card>, StoreError> {
    let rows = connection.query(CARDS_OF, &[&id.as_str()]).await?;
    rows.iter().map(from_row).collect()
}

/// The card of this number, closed or not: one that a withdrawal went to stays on its page.
pub async fn find(connection: &Connection, id: i64) -> Result<Option<Card>, StoreError> {
    let row = connection.query_opt(FIND_CARD, &[&id]).await?;
    row.as_ref().map(from_row).transpose()
}

/// Binds a card. Refused by `card_bound_once`, `card_tail_is_four_digits`,
/// `one_default_card_per_user`, `cards_htouhui_user_id_fkey`.
pub async fn add(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    card: &NewCard<'_>,
) -> Result<(), StoreError> {
    write(tx, ADD_CARD, now, user, card).await
}

/// Binds a card that Huifu has passed; one that is bound already becomes what this says.
pub(crate) async fn bind(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    card: &NewCard<'_>,
) -> Result<(), StoreError> {
    write(tx, BIND_CARD, now, user, card).await
}

async fn write(
    tx: &Transaction<'_>,
    statement: &str,
    now: Timestamp,
    user: &HtouhuiUserId,
    card: &NewCard<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        statement,
        &[
            &user.as_str(),
            &card.token_no.as_str(),
            &card.tail,
            &card.bank_name,
            &card.is_default,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// Whether another card than this one is the user's default.
pub(crate) async fn has_default(
    tx: &Transaction<'_>,
    user: &HtouhuiUserId,
    besides: &TokenNo,
) -> Result<bool, StoreError> {
    let row = tx
        .query_one(HAS_DEFAULT_CARD, &[&user.as_str(), &besides.as_str()])
        .await?;
    Ok(row.try_get("has_default")?)
}

/// Makes room for another default card: none of the user's cards is the default after this.
pub async fn set_none_as_default(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
) -> Result<(), StoreError> {
    tx.execute(NO_DEFAULT_CARD, &[&user.as_str(), &now, &tx.name()])
        .await
        .map(drop)
}

fn from_row(row: &Row) -> Result<Card, StoreError> {
    Ok(Card {
        id: row.try_get("id")?,
        token_no: parsed(row, "token_no")?,
        tail: row.try_get("tail")?,
        bank_name: row.try_get("bank_name")?,
        is_default: row.try_get("is_default")?,
    })
}
