-- Purpose: notices to partners and each attempt to deliver them.
-- Locks:   none; new tables.
-- Deploy:  before the first release.
-- Undo:    drop the tables, children first.

create table notices (
    id            text        primary key,
    withdrawal_id text        not null references withdrawals (id),
    partner_id    text        not null references partners (id),
    sequence      integer     not null,
    -- What it tells, as it stood when the withdrawal came to this end. A later bank return writes a
    -- notice of its own and leaves this one as it was.
    status        text        not null,
    outcome       text        not null,
    reason_code   text,
    finished_at   timestamptz not null,
    state         text        not null,
    attempt_count integer     not null default 0,
    -- Where the retry schedule stands; a replay begins it anew while attempt_count goes on.
    schedule_step integer     not null default 0,
    delivered_at  timestamptz,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    updated_by    text        not null,
    constraint notice_numbered_once unique (withdrawal_id, sequence),
    constraint notice_status_known check (status in ('0', '1')),
    constraint notice_outcome_known check (outcome in ('paid', 'failed', 'returned')),
    constraint notice_status_tells_the_outcome check ((status = '1') = (outcome = 'paid')),
    constraint notice_state_known check (state in ('pending', 'delivered', 'dead_lettered')),
    constraint notice_delivered_iff_delivered_at check ((state = 'delivered') = (delivered_at is not null))
) with (fillfactor = 80);

create index notices_undelivered on notices (partner_id, created_at) where state <> 'delivered';

create table notice_attempts (
    notice_id   text        not null references notices (id),
    number      integer     not null,
    at          timestamptz not null,
    outcome     text        not null,
    http_status integer,
    duration_ms bigint      not null,
    answer      text,
    constraint notice_attempt_once primary key (notice_id, number)
);
