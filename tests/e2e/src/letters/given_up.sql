-- Withdrawals that came to their ends while their partners were away, so that every notice was given
-- up. A bank returned the money of one in four later: that has two notices, and two letters.
-- The withdrawals' first number, how many, and the partners with their addresses in turn are
-- settings of the session.
create temporary table wanted as
select n, 'W' || lpad(n::text, 26, '0') as id, shop.partner, shop.url, cards.htouhui_user_id,
       cards.id as card, n % 4 = (n / 4) % 4 as is_returned,
       now() - interval '1 day' + n * interval '1 millisecond' as at
  from generate_series(current_setting('e2e.first')::integer,
                       current_setting('e2e.first')::integer
                           + current_setting('e2e.count')::integer - 1) as n
  join (select ordinality - 1 as turn, value ->> 0 as partner, value ->> 1 as url,
               count(*) over () as count
          from jsonb_array_elements(current_setting('e2e.shops')::jsonb) with ordinality) as shop
    on shop.turn = n % shop.count
  join users on users.partner_id = shop.partner
  join cards on cards.htouhui_user_id = users.htouhui_user_id;

insert into withdrawals (id, partner_id, third_party_user_id, htouhui_user_id, amount_fen,
                         return_url, notify_url, from_url, language, state, cash_type, fee_fen,
                         arrival_fen, card_id, accepted_at, notice_sequence, expires_at,
                         terminal_at, created_at, updated_at, updated_by)
select id, partner, 'shop-user-1', htouhui_user_id, 10000, url, url, url, 'en',
       case when is_returned then 'returned' else 'paid' end, 'T1', 100, 9900, card, at,
       case when is_returned then 2 else 1 end, at, at, at, at, 'e2e: given up'
  from wanted;

create temporary table told as
select 'N' || sequence || substr(id, 3) as notice, id, partner, sequence,
       case sequence when 1 then 'paid' else 'returned' end as outcome,
       at + sequence * interval '10 microseconds' as at
  from wanted, generate_series(1, case when is_returned then 2 else 1 end) as sequence;

insert into notices (id, withdrawal_id, partner_id, sequence, status, outcome, finished_at, state,
                     created_at, updated_at, updated_by)
select notice, id, partner, sequence, case outcome when 'paid' then '1' else '0' end, outcome, at,
       'dead_lettered', at, at, 'e2e: given up'
  from told;

insert into dead_letters (message_id, service, queue, exchange, routing_key, message_type,
                          correlation_id, reason, error_class, attempt_count, body, state,
                          first_failed_at, last_failed_at, created_at, updated_at, updated_by)
select gen_random_uuid(), 'partner-notifier', 'partner-notifier.notice-due', 'tixian.work',
       'notice.due', 'notice.due.v1', id, 'the partner did not take the notice', 'connect', 16,
       convert_to('{"notice_id":"' || notice || '","withdrawal_id":"' || id || '"}', 'UTF8'),
       'open', at, at, at, at, 'e2e: given up'
  from told
 order by at;
drop table wanted, told;
