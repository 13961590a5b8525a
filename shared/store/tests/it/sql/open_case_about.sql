insert into cases (withdrawal_id, kind, fingerprint, state, created_at, updated_at, updated_by)
values ($1, 'tests', $1, 'open', now(), now(), 'tests')
