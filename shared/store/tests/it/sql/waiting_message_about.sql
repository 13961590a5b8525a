insert into outbox (message_id, exchange, routing_key, message_type, correlation_id, body,
                    available_at, created_at, updated_at, updated_by)
values (gen_random_uuid(), 'tests', 'tests', 'tests', $1, '{}', now(), now(), now(), 'tests')
