-- Purpose: Huifu's statement files line by line, what they and our rows say differently, and the
--          signed balance of each day.
-- Locks:   withdrawals and timeline, against writes, for as long as it takes to read each once.
-- Deploy:  before the release that reconciles days; older programs look at none of it.
-- Undo:    drop the two indexes, then the tables, children first.

-- By the day of acceptance. The column changes once, at confirmation, which touches every index
-- anyway; the updates between confirmation and end go on staying within their page.
create index withdrawals_by_acceptance on withdrawals (accepted_at) where accepted_at is not null;
-- Rows are appended in the order of their time, so a few bytes for each range of pages will do.
create index timeline_by_time on timeline using brin (at) with (autosummarize = on);

-- What a member at Huifu (a channel or a merchant) has to say of one day, whole or not yet.
create table statements (
    day         date        not null,
    member      text        not null,
    state       text        not null,
    -- When to ask for it next. Claiming moves it forward, so whoever dies gives it back by itself.
    next_try_at timestamptz,
    -- How many files were taken; a corrected one replaces the lines of the one before.
    version     integer     not null default 0,
    file_digest text,
    line_count  integer,
    -- Why there is no file yet, or none that can be read.
    trouble     text,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    updated_by  text        not null,
    primary key (day, member),
    constraint statement_state_known check (state in ('due', 'taken', 'set_aside')),
    constraint statement_due_iff_next_try check ((state = 'due') = (next_try_at is not null)),
    constraint statement_taken_has_a_file check (
        state <> 'taken' or num_nulls(file_digest, line_count) = 0 and version > 0)
);

create index statements_due on statements (next_try_at) where state = 'due';

-- Huifu answers three questions for files a day (huifu-api.md §3.6).
create table statement_questions (
    member     text        not null,
    asked_on   date        not null,
    count      integer     not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by text        not null,
    primary key (member, asked_on),
    constraint statement_question_allowance check (count between 1 and 3)
);

create table statement_lines (
    day        date        not null,
    member     text        not null,
    line       integer     not null,
    req_seq_id text        not null,
    req_date   text        not null,
    -- Who withdrew; the member itself or one of its users.
    huifu_id   text        not null,
    hf_seq_id  text,
    amount_fen bigint      not null,
    fee_fen    bigint,
    state      text        not null,
    created_at timestamptz not null,
    primary key (day, member, line),
    foreign key (day, member) references statements (day, member),
    constraint statement_line_state_known check (state in ('paid', 'failed', 'returned', 'processing')),
    constraint statement_line_not_negative check (amount_fen >= 0 and fee_fen >= 0)
);

create index statement_lines_by_serial on statement_lines (req_seq_id);

create table statement_differences (
    id            bigint      generated always as identity primary key,
    day           date        not null,
    -- Whose statement says it; null for what stands in nobody's.
    member        text,
    kind          text        not null,
    req_seq_id    text        not null,
    req_date      text        not null,
    huifu_id      text        not null,
    withdrawal_id text        references withdrawals (id),
    detail        jsonb       not null default '{}',
    created_at    timestamptz not null,
    foreign key (day, member) references statements (day, member),
    constraint statement_difference_kind_known check (kind in (
        'missing_here', 'missing_at_huifu', 'amount_differs', 'fee_differs', 'state_differs',
        'paid_twice', 'ended_at_huifu', 'returned_at_huifu')),
    constraint statement_difference_member_unless_missing check (
        (member is null) = (kind = 'missing_at_huifu'))
);

create index statement_differences_by_day on statement_differences (day, member);

-- What was accepted on a day and what became of it. A later count is a new version.
create table day_balances (
    day            date        not null,
    version        integer     not null,
    accepted_count bigint      not null,
    accepted_fen   bigint      not null,
    paid_count     bigint      not null,
    paid_fen       bigint      not null,
    failed_count   bigint      not null,
    failed_fen     bigint      not null,
    returned_count bigint      not null,
    returned_fen   bigint      not null,
    open_count     bigint      not null,
    open_fen       bigint      not null,
    counted_at     timestamptz not null,
    -- The same facts as they were signed.
    signed_text    text        not null,
    key_id         text        not null,
    signature      text        not null,
    created_at     timestamptz not null,
    primary key (day, version),
    constraint day_balance_version_positive check (version > 0)
);

create trigger day_balances_are_append_only before update or delete on day_balances
    for each row execute function refuse_change();
