-- Purpose: partners, the hosts their addresses may point to, their public keys, the nonces they used.
-- Locks:   none; new tables.
-- Deploy:  before the first release.
-- Undo:    drop the tables, children first.

create table partners (
    id         text        primary key,
    name       text        not null,
    state      text        not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by text        not null,
    constraint partner_id_length check (length(id) between 1 and 32),
    constraint partner_state_known check (state in ('active', 'suspended'))
);

create table partner_hosts (
    partner_id text        not null references partners (id),
    host       text        not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by text        not null,
    primary key (partner_id, host),
    -- Compared with what a URL parser prints, which is lower case; a host is without a port.
    constraint partner_host_lower_case check (host = lower(host))
);

create table partner_keys (
    partner_id  text        not null references partners (id),
    key_id      text        not null,
    spki        bytea       not null,
    fingerprint text        not null,
    not_before  timestamptz not null,
    retired_at  timestamptz,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    updated_by  text        not null,
    primary key (partner_id, key_id),
    -- A key that two partners share could sign for both.
    constraint partner_key_belongs_to_one unique (fingerprint),
    constraint partner_key_retires_after_it_starts check (retired_at is null or retired_at >= not_before)
);

create table nonces (
    partner_id text        not null references partners (id),
    nonce      text        not null,
    expires_at timestamptz not null,
    created_at timestamptz not null,
    constraint nonce_used_once primary key (partner_id, nonce)
);

create index nonces_by_expiry on nonces (expires_at);
