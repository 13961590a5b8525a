insert into replay_items (job_id, letter_id, correlation_id, state, created_at, updated_at,
                          updated_by)
select job_id, 99, correlation_id, state, created_at, updated_at, updated_by
  from replay_items
