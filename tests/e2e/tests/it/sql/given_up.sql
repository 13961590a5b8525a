-- Withdrawals that failed, and whose notices were given up while the partner was away. How many,
-- and where it hears, are settings of the session.
insert into withdrawals (id, partner_id, third_party_user_id, htouhui_user_id, amount_fen,
                         return_url, notify_url, from_url, language, state, cash_type, fee_fen,
                         arrival_fen, card_id, accepted_at, reason_code, notice_sequence,
                         expires_at, terminal_at, created_at, updated_at, updated_by)
select 'W' || lpad(n::text, 26, '0'), 'demo-shop', 'shop-user-1', '10000000001', 10000,
       current_setting('e2e.notify_url'), current_setting('e2e.notify_url'),
       current_setting('e2e.notify_url'), 'en', 'failed', 'T1', 100, 9900,
       (select min(id) from cards), now(), 'refused_by_provider', 1, now(), now(), now(), now(),
       'e2e: given up'
  from generate_series(1, current_setting('e2e.letters')::integer) as n;
insert into timeline (withdrawal_id, at, recorded_by, event, to_state)
select id, created_at, updated_by, 'refuse', state
  from withdrawals
 where updated_by = 'e2e: given up'
 order by id;
insert into notices (id, withdrawal_id, partner_id, sequence, status, outcome, reason_code,
                     finished_at, state, created_at, updated_at, updated_by)
select 'N' || substr(id, 2), id, partner_id, 1, '0', 'failed', reason_code, terminal_at,
       'dead_lettered', created_at, created_at, updated_by
  from withdrawals
 where updated_by = 'e2e: given up';
insert into dead_letters (message_id, service, queue, exchange, routing_key, message_type,
                          correlation_id, reason, error_class, attempt_count, body, state,
                          first_failed_at, last_failed_at, created_at, updated_at, updated_by)
select gen_random_uuid(), 'partner-notifier', 'partner-notifier.notice-due', 'tixian.work',
       'notice.due', 'notice.due.v1', id, 'the partner did not take the notice', 'connect', 16,
       convert_to('{"notice_id":"N' || substr(id, 2) || '","withdrawal_id":"' || id || '"}',
                  'UTF8'),
       'open', created_at, created_at, created_at, created_at, updated_by
  from withdrawals
 where updated_by = 'e2e: given up'
 order by id;
