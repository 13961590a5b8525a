set enable_seqscan = off;
insert into outbox (message_id, exchange, routing_key, message_type, correlation_id, body,
                    available_at, created_at, updated_at, updated_by, lane_id)
select gen_random_uuid(), exchange, routing_key, message_type, correlation_id, body, available_at,
       created_at, updated_at, updated_by, lane_id
  from outbox, generate_series(1, 100000);
analyze outbox;
