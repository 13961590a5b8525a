-- Purpose: secrets for the Standard Webhooks headers on notices, and runs that certify an endpoint.
-- Locks:   users, exclusively for a moment, then shared for as long as it takes to read it once.
-- Deploy:  before the release that sends the headers; older programs look at none of it.
-- Undo:    drop the tables and the constraint.

create table notice_secrets (
    partner_id    text        not null references partners (id),
    secret_id     text        not null,
    -- Under a data key, in the context of this row.
    secret_sealed text        not null,
    -- It signs until then.
    retired_at    timestamptz,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    updated_by    text        not null,
    primary key (partner_id, secret_id),
    -- It stands before a space in what is read for a delivery.
    constraint notice_secret_id_plain check (secret_id ~ '^[A-Za-z0-9_-]{1,32}$'),
    constraint notice_secret_retires_after_it_starts check (retired_at is null or retired_at >= created_at)
);

-- A run is written before its first notice leaves and once more at its end, so that one which was
-- broken off is seen too.
create table certifications (
    id           text        primary key,
    partner_id   text        not null references partners (id),
    -- Without the rest of the URL, which may hold a secret of the partner.
    host         text        not null,
    started_at   timestamptz not null,
    finished_at  timestamptz,
    result       text,
    -- What was found of each check, by its name.
    sheet        jsonb,
    -- Who had it run and why, in an operator's words.
    certified_by text        not null,
    reason       text        not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    updated_by   text        not null,
    constraint certification_result_known check (result in ('passed', 'failed', 'partly')),
    constraint certification_finished_iff_result check (num_nulls(finished_at, result, sheet) in (0, 3))
);

create index certifications_by_partner on certifications (partner_id, started_at desc);

-- The user that certification notices name must never be anybody's.
alter table users
    add constraint user_is_not_of_certification check (htouhui_user_id <> 'CERTIFY') not valid;
alter table users validate constraint user_is_not_of_certification;
