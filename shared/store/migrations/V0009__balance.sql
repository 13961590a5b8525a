-- Purpose: what Huifu last said about a user's balance, with its age.
-- Locks:   none; a new table.
-- Deploy:  before the release that shows balances.
-- Undo:    drop the table.

-- A cache: every row may be deleted at any time.
create table balances (
    htouhui_user_id text        primary key references users (htouhui_user_id),
    -- Of the basic account: what can be taken now, and what was there when yesterday ended.
    available_fen   bigint      not null,
    yesterday_fen   bigint      not null,
    -- Null: Huifu did not say.
    dm_quota_fen    bigint,
    -- When Huifu was asked, so that the age is never understated.
    asked_at        timestamptz not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    updated_by      text        not null,
    constraint balance_not_negative check (available_fen >= 0 and yesterday_fen >= 0 and dm_quota_fen >= 0)
) with (fillfactor = 70);
