-- Thirty thousand of everything that a bad day leaves behind, and as much that is over. Foreign keys
-- and triggers are not asked: these rows are only there to be counted.
set session_replication_role = replica;
insert into lanes (partner_id, host, created_at, updated_at, updated_by)
values ('demo-shop', 'shop.example', now(), now(), 'tests');
insert into outbox (message_id, exchange, routing_key, message_type, correlation_id, body,
                    available_at, published_at, lane_id, created_at, updated_at, updated_by)
select gen_random_uuid(), 'tixian.work', 'notice.due', 'notice.due.v1', 'W-' || n, repeat('x', 100),
       case part when 'later' then timestamptz '2030-01-01' else timestamptz '2026-01-01' end
           + n * interval '1 s',
       case part when 'published' then timestamptz '2026-01-02' + n * interval '1 s' end,
       case part when 'parked' then (select id from lanes) end,
       timestamptz '2026-01-01' + n * interval '1 s', now(), 'tests'
  from generate_series(1, 30000) as n,
       unnest(array['due', 'later', 'parked', 'published']) as part;
insert into dead_letters (service, queue, exchange, routing_key, reason, error_class, attempt_count,
                          body, state, decided_by, decided_at, decision, first_failed_at,
                          last_failed_at, created_at, updated_at, updated_by)
select service, 'tests', '', 'notice.due', 'tests', class, 1, '', state,
       case state when 'discarded' then 'tests' end, case state when 'discarded' then now() end,
       case state when 'discarded' then 'tests' end, timestamptz '2026-01-01' + n * interval '1 s',
       now(), now(), now(), 'tests'
  from generate_series(1, 10000) as n, unnest(array['open', 'discarded']) as state,
       (values ('huifu-dispatcher', 'handler'), ('partner-notifier', 'status'),
               ('partner-notifier', 'timeout')) as of (service, class);
insert into cases (kind, fingerprint, state, decided_by, decided_at, decision, created_at, updated_at,
                   updated_by)
select 'contradiction', state || n, state, case state when 'closed' then 'tests' end,
       case state when 'closed' then now() end, case state when 'closed' then 'tests' end,
       timestamptz '2026-01-01' + n * interval '1 s', now(), 'tests'
  from generate_series(1, 10000) as n, unnest(array['open', 'closed']) as state;
