-- Purpose: how much waits, and for how long, read from indexes alone, however much it is.
-- Locks:   outbox, exclusively, and dead_letters, cases and replay_jobs, against writes, while
--          their indexes are built (a second a million rows, without load).
-- Deploy:  before the release that shows them; older programs only have the indexes to keep.
-- Undo:    drop the new indexes; make outbox_due and outbox_parked anew without what they include.

-- By what is due or parked is counted, without a look at the rows.
drop index outbox_due;
create index outbox_due on outbox (available_at) include (routing_key)
    where published_at is null and lane_id is null;
drop index outbox_parked;
create index outbox_parked on outbox (lane_id, created_at, id) include (routing_key)
    where lane_id is not null;

create index dead_letters_open_by_service on dead_letters (service, error_class, first_failed_at)
    where state = 'open';
create index cases_open on cases (kind, created_at) where state = 'open';
create index replay_jobs_not_over on replay_jobs (state, created_at) where ended_at is null;
