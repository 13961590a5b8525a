insert into dead_letters (service, queue, exchange, routing_key, correlation_id, reason,
                          error_class, attempt_count, body, state, first_failed_at, last_failed_at, created_at,
                          updated_at, updated_by)
values ('tests', 'tests', '', 'notice.due', $1, 'tests', 'status', 1, '', 'open', now(), now(),
        now(), now(), 'tests')
