-- Ten days of withdrawals that are over, one of which the partner has not been told, and nothing
-- open. The foreign keys are not checked: these rows are only there to be passed over.
set session_replication_role = replica;
insert into withdrawals (id, partner_id, third_party_user_id, htouhui_user_id, amount_fen,
                         return_url, notify_url, from_url, language, state, cash_type, fee_fen,
                         arrival_fen, card_id, accepted_at, expires_at, terminal_at, created_at,
                         updated_at, updated_by)
select 'W-' || n, 'demo-shop', 'u-1', '10000000001', 10000, 'https://shop.example/return',
       'https://shop.example/notify', 'https://shop.example/from', 'en', 'paid', 'T1', 100, 9900, 1,
       at, at, at, at, at, 'tests: many'
  from (select n, timestamptz '2026-11-22T04:00:00Z' - n * interval '43.2 s' as at
          from generate_series(20000, 1, -1) as n) as day;
insert into notices (id, withdrawal_id, partner_id, sequence, status, outcome, finished_at, state,
                     delivered_at, created_at, updated_at, updated_by)
select 'N-' || n, 'W-' || n, 'demo-shop', 1, '1', 'paid', accepted_at,
       case n when 7 then 'pending' else 'delivered' end, case n when 7 then null else accepted_at end,
       accepted_at, accepted_at, 'tests: many'
  from withdrawals, substr(id, 3) as number, cast(number as integer) as n
 where id like 'W-%';
insert into timeline (withdrawal_id, at, recorded_by, event)
select id, accepted_at, 'tests: many', event
  from withdrawals, unnest(array['confirm', 'open_attempt', 'submit', 'pay', 'notice_delivered']) as event
 order by accepted_at;
analyze withdrawals, notices, timeline;
