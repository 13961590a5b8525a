//! What partner-notifier finds: partners, and notices of withdrawals that came to their end.
//!
//! Written on a connection on which triggers and foreign keys are off. Whatever the server runs for
//! their sake while a bench looks is therefore the product's doing.

use anyhow::Result;
use contract::message::{Message as _, NoticeDue};
use contract::topology::NOTIFY;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use super::shops::Shops;

const FREE_OF_CHECKS: &str = "\
-- load.free_of_checks
set session_replication_role = replica";

const REGISTER: &str = "\
-- load.register
with shop as (
    select shop, 'shop-' || shop as partner, '1' || lpad(shop::text, 10, '0') as customer
      from generate_series(0, $1::int - 1) as shop),
partner as (
    insert into partners (id, name, state, created_at, updated_at, updated_by)
    select partner, 'Load', 'active', now(), now(), 'load: register' from shop),
host as (
    insert into partner_hosts (partner_id, host, created_at, updated_at, updated_by)
    select partner, '127.0.0.1', now(), now(), 'load: register' from shop),
customer as (
    insert into users (htouhui_user_id, partner_id, third_party_user_id, huifu_id,
                       created_at, updated_at, updated_by)
    select customer, partner, 'customer', '6666' || shop, now(), now(), 'load: register' from shop)
insert into cards (htouhui_user_id, token_no, tail, bank_name, is_default, state, created_at,
                   updated_at, updated_by)
select customer, '1000', '6789', 'Load', true, 'active', now(), now(), 'load: register' from shop";

/// $1 their numbers, $2 whose each is, $3 the partners' addresses, $4 where the notices stand.
const END: &str = "\
-- load.end
with ended as (
    select 'W' || lpad(number::text, 26, '0') as withdrawal,
           'N' || lpad(number::text, 26, '0') as notice,
           'shop-' || shop as partner, customer, url, cards.id as card, clock_timestamp() as at
      from unnest($1::bigint[], $2::int[]) as one (number, shop)
      join unnest($3::text[]) with ordinality as place (url, rank) on rank = shop + 1
      cross join lateral (select '1' || lpad(shop::text, 10, '0') as customer) as whose
      join cards on cards.htouhui_user_id = customer),
withdrawn as (
    insert into withdrawals (id, partner_id, third_party_user_id, htouhui_user_id, amount_fen,
                             return_url, notify_url, from_url, language, state, cash_type, fee_fen,
                             arrival_fen, card_id, accepted_at, notice_sequence, expires_at,
                             terminal_at, created_at, updated_at, updated_by)
    select withdrawal, partner, 'customer', customer, 10000, url, url, url, 'zh-CN', 'paid', 'T1',
           105, 9895, card, at, 1, at, at, at, at, 'load: end'
      from ended)
insert into notices (id, withdrawal_id, partner_id, sequence, status, outcome, finished_at, state,
                     created_at, updated_at, updated_by)
select notice, withdrawal, partner, 1, '1', 'paid', at, $4, at, at, 'load: end' from ended";

/// $1 their numbers, $5 the lane they are parked on, if any; wakes every relay.
const MAKE_DUE: &str = "\
-- load.make_due
with due as (
    insert into outbox (message_id, exchange, routing_key, message_type, correlation_id, body,
                        available_at, lane_id, created_at, updated_at, updated_by)
    select gen_random_uuid(), $2, $3, $4, withdrawal,
           '{\"notice_id\":\"' || notice || '\",\"withdrawal_id\":\"' || withdrawal || '\"}',
           at, $5, at, at, 'load: make due'
      from (select 'W' || lpad(number::text, 26, '0') as withdrawal,
                   'N' || lpad(number::text, 26, '0') as notice, clock_timestamp() as at
              from unnest($1::bigint[]) as number) as ended
    returning id)
select pg_notify('outbox', '') from (select count(*) from due) as all_of_them";

/// $1 whose lane, $2 the address: held, so that nothing goes out on it.
const HOLD: &str = "\
-- load.hold
insert into lanes (partner_id, host, held_by, held_reason, held_at, created_at, updated_at,
                   updated_by)
values ($1, host_of($2), 'load', 'a figure', now(), now(), now(), 'load: hold')
returning id";

const RELEASE: &str = "\
-- load.release
update lanes
   set held_by = null, held_reason = null, held_at = null, updated_at = now(),
       updated_by = 'load: release'
 where id = $1";

/// Writes what a bench needs. One thing after the other.
pub(crate) struct Rows {
    sql: Client,
    urls: Vec<String>,
    written: i64,
}

impl Rows {
    /// Registers a partner with one user for each shop.
    pub(crate) async fn register(sql: Client, shops: &Shops) -> Result<Self> {
        sql.batch_execute(FREE_OF_CHECKS).await?;
        let count = i32::try_from(shops.count())?;
        sql.execute(REGISTER, &[&count]).await?;
        Ok(Self {
            sql,
            urls: (0..shops.count()).map(|shop| shops.url(shop)).collect(),
            written: 0,
        })
    }

    /// A withdrawal that was paid, and its notice, due now, for each of these shops.
    pub(crate) async fn notices(&mut self, shops: &[usize]) -> Result<()> {
        let numbers = self.ended(shops, "pending").await?;
        self.make_due(&numbers, None).await
    }

    /// Holds the lane of a shop: its number.
    pub(crate) async fn hold(&self, shop: usize) -> Result<i64> {
        let told: [&(dyn ToSql + Sync); 2] = [&format!("shop-{shop}"), &self.urls[shop]];
        Ok(self.sql.query_one(HOLD, &told).await?.get("id"))
    }

    /// Lets it go.
    pub(crate) async fn release(&self, lane: i64) -> Result<()> {
        self.sql.execute(RELEASE, &[&lane]).await?;
        Ok(())
    }

    /// Notices for one shop that wait for its lane.
    pub(crate) async fn parked(&mut self, shop: usize, count: usize, lane: i64) -> Result<()> {
        let numbers = self.ended(&vec![shop; count], "pending").await?;
        self.make_due(&numbers, Some(lane)).await
    }

    /// Withdrawals that were paid, with notices that stand so and no message about them.
    pub(crate) async fn ended(&mut self, shops: &[usize], state: &str) -> Result<Vec<i64>> {
        let first = self.written;
        self.written += i64::try_from(shops.len())?;
        let numbers: Vec<i64> = (first..self.written).collect();
        let shops = shops.iter().map(|shop| i32::try_from(*shop));
        let shops: Vec<i32> = shops.collect::<Result<_, _>>()?;
        let end = self.sql.prepare(END).await?;
        self.sql
            .execute(&end, &[&numbers, &shops, &self.urls, &state])
            .await?;
        Ok(numbers)
    }

    async fn make_due(&self, numbers: &[i64], lane: Option<i64>) -> Result<()> {
        let (exchange, key) = (NOTIFY.exchange.name, NOTIFY.routing_key);
        self.sql
            .query(
                MAKE_DUE,
                &[&numbers, &exchange, &key, &NoticeDue::TYPE, &lane],
            )
            .await?;
        Ok(())
    }
}
