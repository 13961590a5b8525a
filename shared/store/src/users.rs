//! Users, their cards, what each cash type costs them, and the tries at their password.
//!
//! A try is counted **before** the password is checked: were it counted afterwards, a hundred
//! guesses sent at once would all pass while the count still says zero.

mod password;

use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::ids::{HtouhuiUserId, HuifuId, PartnerId, ThirdPartyUserId, TokenNo};
use contract::withdrawal::CashType;
use jiff::Timestamp;

use crate::row::{fen, named, parsed};
use crate::{Connection, StoreError, Transaction};

pub use password::{LockPolicy, PasswordTry, begin_password_try, password_was_right};

const FIND: &str = "\
-- users.find
select htouhui_user_id, partner_id, third_party_user_id, huifu_id,
       password_hash is not null as has_password, locked_until
  from users
 where htouhui_user_id = $1";

const CARDS: &str = "\
-- users.cards
select id, token_no, tail, bank_name, is_default
  from cards
 where htouhui_user_id = $1 and state = 'active'
 order by is_default desc, id
 limit 50";

const CASH_RULES: &str = "\
-- users.cash_rules
select cash_type, fix_fen, rate_bp, bearer
  from cash_rules
 where htouhui_user_id = $1
 order by cash_type";

const ADD: &str = "\
-- users.add
insert into users (htouhui_user_id, partner_id, third_party_user_id, huifu_id, password_hash,
                   created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $6, $7)";

const ADD_CARD: &str = "\
-- users.add_card
insert into cards (htouhui_user_id, token_no, tail, bank_name, is_default, state,
                   created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, 'active', $6, $6, $7)";

const SET_CASH_RULE: &str = "\
-- users.set_cash_rule
insert into cash_rules (htouhui_user_id, cash_type, fix_fen, rate_bp, bearer,
                        created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $6, $7)
on conflict (htouhui_user_id, cash_type) do update
   set fix_fen = excluded.fix_fen, rate_bp = excluded.rate_bp, bearer = excluded.bearer,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by";

/// A user who may withdraw.
#[derive(Debug, Clone)]
pub struct User {
    /// In our words.
    pub htouhui_user_id: HtouhuiUserId,
    /// Through which partner.
    pub partner_id: PartnerId,
    /// In that partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// Whose account at Huifu.
    pub huifu_id: HuifuId,
    /// Whether a transaction password has been set.
    pub has_password: bool,
    /// Until when the password is locked; may lie in the past.
    pub locked_until: Option<Timestamp>,
}

/// A user about to be added.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// In our words.
    pub htouhui_user_id: &'a HtouhuiUserId,
    /// Through which partner.
    pub partner_id: &'a PartnerId,
    /// In that partner's words.
    pub third_party_user_id: &'a ThirdPartyUserId,
    /// Whose account at Huifu.
    pub huifu_id: &'a HuifuId,
    /// The password's argon2id hash in PHC form.
    pub password_hash: Option<&'a str>,
}

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

/// The user with this id, whichever partner's; the caller compares the partner.
pub async fn find(connection: &Connection, id: &HtouhuiUserId) -> Result<Option<User>, StoreError> {
    let row = connection.query_opt(FIND, &[&id.as_str()]).await?;
    row.map(|row| {
        Ok(User {
            htouhui_user_id: parsed(&row, "htouhui_user_id")?,
            partner_id: parsed(&row, "partner_id")?,
            third_party_user_id: parsed(&row, "third_party_user_id")?,
            huifu_id: parsed(&row, "huifu_id")?,
            has_password: row.try_get("has_password")?,
            locked_until: row.try_get("locked_until")?,
        })
    })
    .transpose()
}

/// The user's active cards, the default first.
pub async fn cards(connection: &Connection, id: &HtouhuiUserId) -> Result<Vec<Card>, StoreError> {
    let rows = connection.query(CARDS, &[&id.as_str()]).await?;
    let cards = rows.iter().map(|row| {
        Ok(Card {
            id: row.try_get("id")?,
            token_no: parsed(row, "token_no")?,
            tail: row.try_get("tail")?,
            bank_name: row.try_get("bank_name")?,
            is_default: row.try_get("is_default")?,
        })
    });
    cards.collect()
}

/// What each cash type that is open to the user costs.
pub async fn cash_rules(
    connection: &Connection,
    id: &HtouhuiUserId,
) -> Result<Vec<(CashType, FeeRule)>, StoreError> {
    let bearer = |name: &str| {
        FeeBearer::ALL
            .into_iter()
            .find(|bearer| bearer.as_str() == name)
    };
    let rows = connection.query(CASH_RULES, &[&id.as_str()]).await?;
    let rules = rows.iter().map(|row| {
        let rate = BasisPoints::new(row.try_get("rate_bp")?);
        let rule = FeeRule {
            fix: fen(row, "fix_fen")?,
            rate: rate.ok_or(StoreError::Corrupt { column: "rate_bp" })?,
            bearer: named(row, "bearer", bearer)?,
        };
        Ok((named(row, "cash_type", CashType::from_name)?, rule))
    });
    rules.collect()
}

/// Adds a user. Refused by `users_pkey`, `user_unique_at_partner`, `users_partner_id_fkey`.
pub async fn add(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &NewUser<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        ADD,
        &[
            &user.htouhui_user_id.as_str(),
            &user.partner_id.as_str(),
            &user.third_party_user_id.as_str(),
            &user.huifu_id.as_str(),
            &user.password_hash,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// Binds a card. Refused by `card_bound_once`, `card_tail_is_four_digits`,
/// `one_default_card_per_user`, `cards_htouhui_user_id_fkey`.
pub async fn add_card(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    card: &NewCard<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        ADD_CARD,
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

/// Opens a cash type to a user, or changes what it costs.
pub async fn set_cash_rule(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    cash_type: CashType,
    rule: &FeeRule,
) -> Result<(), StoreError> {
    tx.execute(
        SET_CASH_RULE,
        &[
            &user.as_str(),
            &cash_type.as_str(),
            &rule.fix.get(),
            &rule.rate.get(),
            &rule.bearer.as_str(),
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}
