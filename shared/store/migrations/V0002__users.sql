-- Purpose: users, their cards at Huifu, what each cash type costs them.
-- Locks:   none; new tables.
-- Deploy:  before the first release.
-- Undo:    drop the tables, children first.

create table users (
    htouhui_user_id     text        primary key,
    partner_id          text        not null references partners (id),
    third_party_user_id text        not null,
    huifu_id            text        not null,
    password_hash       text,
    password_failures   integer     not null default 0,
    -- How often in a row the password was locked; each lock lasts longer than the one before.
    password_locks      integer     not null default 0,
    locked_until        timestamptz,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    updated_by          text        not null,
    constraint user_id_length check (length(htouhui_user_id) between 1 and 11),
    constraint user_unique_at_partner unique (partner_id, third_party_user_id),
    constraint user_failures_counted check (password_failures >= 0 and password_locks >= 0)
);

create table cards (
    id              bigint      generated always as identity primary key,
    htouhui_user_id text        not null references users (htouhui_user_id),
    token_no        text        not null,
    tail            text        not null,
    bank_name       text        not null,
    is_default      boolean     not null,
    state           text        not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    updated_by      text        not null,
    constraint card_bound_once unique (htouhui_user_id, token_no),
    constraint card_tail_is_four_digits check (tail ~ '^[0-9]{4}$'),
    constraint card_state_known check (state in ('active', 'closed'))
);

create unique index one_default_card_per_user on cards (htouhui_user_id) where is_default and state = 'active';

create table cash_rules (
    htouhui_user_id text        not null references users (htouhui_user_id),
    cash_type       text        not null,
    fix_fen         bigint      not null,
    rate_bp         integer     not null,
    bearer          text        not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    updated_by      text        not null,
    primary key (htouhui_user_id, cash_type),
    constraint cash_rule_cash_type_known check (cash_type in ('D0', 'D1', 'T1', 'DM')),
    constraint cash_rule_bearer_known check (bearer in ('inner', 'outer')),
    constraint cash_rule_fix_not_negative check (fix_fen >= 0),
    constraint cash_rule_rate_in_percent check (rate_bp between 0 and 10000)
);
