-- Purpose: outbox (duties to be carried by the broker), inbox (callbacks seen), dead letters.
-- Locks:   none; new tables.
-- Deploy:  before the first release.
-- Undo:    drop the tables.

-- A row is a duty. It lives until whoever consumed the message has committed the effect and deletes
-- it in the same transaction: that deletion is also how a message handled before is recognised, and
-- what is still here is what a broker that lost everything must be given again.
create table outbox (
    id             bigint      generated always as identity primary key,
    message_id     uuid        not null,
    exchange       text        not null,
    routing_key    text        not null,
    message_type   text        not null,
    correlation_id text        not null,
    causation_id   uuid,
    traceparent    text,
    body           text        not null,
    -- Claiming a row moves this forward, so a relay that dies gives the row back by itself.
    available_at   timestamptz not null,
    published_at   timestamptz,
    publish_count  integer     not null default 0,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    updated_by     text        not null,
    constraint outbox_message_once unique (message_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

create index outbox_due on outbox (available_at) where published_at is null;
create index outbox_published on outbox (routing_key, published_at) where published_at is not null;

create table inbox (
    source     text        not null,
    key        text        not null,
    created_at timestamptz not null,
    constraint inbox_seen_once primary key (source, key)
);

create table dead_letters (
    id             bigint      generated always as identity primary key,
    message_id     uuid,
    service        text        not null,
    queue          text        not null,
    exchange       text        not null,
    routing_key    text        not null,
    message_type   text,
    correlation_id text,
    causation_id   uuid,
    partner_id     text,
    reason         text        not null,
    error_class    text        not null,
    attempt_count  integer     not null,
    headers        jsonb       not null default '{}',
    body           bytea       not null,
    state          text        not null,
    decided_by     text,
    decided_at     timestamptz,
    decision       text,
    first_failed_at timestamptz not null,
    last_failed_at timestamptz not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    updated_by     text        not null,
    constraint dead_letter_state_known check (state in ('open', 'replayed', 'discarded')),
    constraint dead_letter_decided_iff_not_open check (
        (state = 'open') = (decided_at is null) and num_nulls(decided_by, decided_at, decision) in (0, 3))
);

create index dead_letters_open on dead_letters (id) where state = 'open';
-- The same message may die again after a replay, but not twice at once.
create unique index dead_letter_open_once on dead_letters (message_id) where state = 'open';
