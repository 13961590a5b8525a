-- Purpose: fees of D1 on working days, who pays an outer fee, and the calendar that tells them apart.
-- Locks:   cash_rules, exclusively, for as long as it takes to read it once.
-- Deploy:  before the release that quotes by the day; older programs quote D1 as on holidays.
-- Undo:    drop the table, then the columns.

alter table cash_rules
    add column weekday_fix_fen bigint,
    add column weekday_rate_bp integer,
    -- Whose account an outer fee is taken from, if it is not the user's own.
    add column payer_huifu_id  text,
    add constraint cash_rule_weekday_is_for_d1 check (
        cash_type = 'D1' or num_nonnulls(weekday_fix_fen, weekday_rate_bp) = 0),
    add constraint cash_rule_weekday_is_whole check (
        num_nonnulls(weekday_fix_fen, weekday_rate_bp) in (0, 2)),
    add constraint cash_rule_weekday_fix_not_negative check (weekday_fix_fen >= 0),
    add constraint cash_rule_weekday_rate_in_percent check (weekday_rate_bp between 0 and 10000),
    add constraint cash_rule_payer_is_for_outer check (bearer = 'outer' or payer_huifu_id is null);

-- Days that are not what their weekday says. A day that is not here is a working day from Monday to
-- Friday and a holiday at the weekend.
create table calendar_days (
    day        date        primary key,
    kind       text        not null,
    -- Who entered it and why, in an operator's words: it decides what users pay.
    decided_by text        not null,
    decision   text        not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by text        not null,
    constraint calendar_day_kind_known check (kind in ('working', 'holiday'))
);
