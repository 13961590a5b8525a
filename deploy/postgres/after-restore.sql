-- For a database that came back older than it was. Run it by hand, once, while huifu-dispatcher is
-- stopped and before it is started: psql -1 -v ON_ERROR_STOP=1 -f after-restore.sql
--
-- Purpose: whatever is not sent by this database may have been sent by the one that was lost. Each
-- such withdrawal is held, so that nothing is sent for it, and has a case, so that a person decides.
-- A draft is held too: its user may have confirmed it, and may confirm it again.
-- Locks: these rows, for a moment. Undo: opsctl case close ID --release, one by one.

with at_risk as (
    update withdrawals
       set held = true, updated_at = clock_timestamp(), updated_by = 'after-restore.sql'
     where state in ('draft', 'accepted')
    returning id)
insert into cases (withdrawal_id, kind, detail, fingerprint, state,
                   created_at, updated_at, updated_by)
select id, 'restored', '{}', 'restored:' || id || ':' || clock_timestamp(), 'open',
       clock_timestamp(), clock_timestamp(), 'after-restore.sql'
  from at_risk;
