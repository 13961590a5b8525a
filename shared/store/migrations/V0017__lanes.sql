-- Purpose: lanes: what went wrong with a partner's host, who holds it, and what waits for it.
-- Locks:   outbox, exclusively, for as long as its index of due rows takes to build.
-- Deploy:  before the release that parks notices. An older relay may publish what is parked; it is
--          passed over where it arrives.
-- Undo:    set outbox.lane_id to null; drop the indexes, the column and the table; make
--          outbox_due anew.

-- A row only where something went wrong or somebody held it: a partner that takes its notices
-- writes nothing here. The host is that of its address (host_of), or '' for all its hosts.
create table lanes (
    id             bigint      generated always as identity primary key,
    partner_id     text        not null references partners (id),
    host           text        not null,
    state          text        not null default 'closed',
    -- In a row, since the last notice that was taken.
    failures       integer     not null default 0,
    opened_at      timestamptz,
    -- Open: when one notice may try. Half open: until when the one that tries is waited for.
    probe_at       timestamptz,
    probe_pause_ms bigint,
    held_by        text,
    held_reason    text,
    held_ticket    text,
    held_at        timestamptz,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    updated_by     text        not null,
    constraint lane_once unique (partner_id, host),
    constraint lane_state_known check (state in ('closed', 'open', 'half_open')),
    constraint lane_failures_counted check (failures >= 0),
    constraint lane_probed_iff_not_closed check (
        num_nulls(opened_at, probe_at, probe_pause_ms)
            = case when state = 'closed' then 3 else 0 end),
    constraint lane_held_by_whom_and_why check (
        num_nulls(held_by, held_reason, held_at) in (0, 3)
        and (held_ticket is null or held_at is not null))
) with (fillfactor = 70);

create index lanes_not_closed on lanes (id) where state <> 'closed' or held_at is not null;

-- A parked row waits for its lane and not for a time: no relay takes it, and partner-notifier
-- claims it straight from here. It lies at no broker, so published_at is null.
alter table outbox add column lane_id bigint;

create index outbox_parked on outbox (lane_id, created_at, id) where lane_id is not null;

drop index outbox_due;
create index outbox_due on outbox (available_at) where published_at is null and lane_id is null;
