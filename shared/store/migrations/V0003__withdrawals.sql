-- Purpose: withdrawals, their attempts at Huifu, their timeline, and cases for a person.
-- Locks:   none; new tables.
-- Deploy:  before the first release.
-- Undo:    drop the tables, children first.

create table withdrawals (
    id                  text        primary key,
    partner_id          text        not null references partners (id),
    third_party_user_id text        not null,
    htouhui_user_id     text        not null references users (htouhui_user_id),
    amount_fen          bigint      not null,
    out_order_no        text,
    return_url          text        not null,
    notify_url          text        not null,
    from_url            text        not null,
    requested_cash_type text,
    language            text        not null,
    state               text        not null,
    held                boolean     not null default false,
    cash_type           text,
    fee_fen             bigint,
    arrival_fen         bigint,
    card_id             bigint      references cards (id),
    accepted_at         timestamptz,
    reason_code         text,
    reason_detail       text,
    notice_sequence     integer     not null default 0,
    expires_at          timestamptz not null,
    terminal_at         timestamptz,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    updated_by          text        not null,
    constraint withdrawal_state_known check (state in (
        'draft', 'accepted', 'dispatching', 'submitted', 'unconfirmed',
        'paid', 'failed', 'returned', 'cancelled', 'expired')),
    constraint withdrawal_cash_type_known check (cash_type in ('D0', 'D1', 'T1', 'DM')),
    constraint withdrawal_requested_cash_type_known check (requested_cash_type in ('D0', 'D1', 'T1', 'DM')),
    constraint withdrawal_language_known check (language in ('zh-CN', 'en')),
    constraint withdrawal_amount_positive check (amount_fen > 0),
    constraint withdrawal_arrival_positive check (arrival_fen > 0 and fee_fen >= 0),
    constraint withdrawal_terminal_iff_terminal_at check (
        (state in ('paid', 'failed', 'returned', 'cancelled', 'expired')) = (terminal_at is not null)),
    -- Nothing is sent that the user did not see in full and confirm.
    constraint withdrawal_confirmed_iff_past_draft check (
        (state in ('draft', 'cancelled', 'expired')) = (accepted_at is null)
        and num_nulls(cash_type, fee_fen, arrival_fen, card_id, accepted_at) in (0, 5)),
    constraint out_order_no_unique_per_partner unique (partner_id, out_order_no)
) with (fillfactor = 70);

-- Neither names a column that changes between confirmation and end, so that those updates stay
-- within their page and touch no index.
create index drafts_by_expiry on withdrawals (expires_at) where accepted_at is null and terminal_at is null;
create index open_withdrawals on withdrawals (created_at) where terminal_at is null;

create table attempts (
    req_seq_id    text        primary key,
    withdrawal_id text        not null references withdrawals (id),
    req_date      text        not null,
    huifu_id      text        not null,
    token_no      text        not null,
    amount_fen    bigint      not null,
    outcome       text,
    hf_seq_id     text,
    resp_code     text,
    query_count   integer     not null default 0,
    -- When to ask Huifu about it; null once its end is known or it never left.
    next_query_at timestamptz,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    updated_by    text        not null,
    constraint attempt_outcome_known check (outcome in ('submitted', 'not_sent', 'refused', 'unknown')),
    constraint attempt_req_date_is_a_date check (req_date ~ '^[0-9]{8}$'),
    constraint attempt_amount_positive check (amount_fen > 0),
    constraint attempt_not_sent_is_not_asked_about check (outcome is distinct from 'not_sent' or next_query_at is null)
);

-- The promise "never pays twice", held by the database: a second attempt exists only when every
-- earlier one provably never left.
create unique index one_attempt_that_may_have_paid on attempts (withdrawal_id)
    where outcome is distinct from 'not_sent';
create index attempts_by_withdrawal on attempts (withdrawal_id);
create index attempts_to_ask_about on attempts (next_query_at) where next_query_at is not null;

create table timeline (
    id            bigint      generated always as identity primary key,
    withdrawal_id text        not null references withdrawals (id),
    at            timestamptz not null,
    recorded_by   text        not null,
    event         text        not null,
    from_state    text,
    to_state      text,
    detail        jsonb       not null default '{}'
);

create index timeline_by_withdrawal on timeline (withdrawal_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end
$$;

create trigger timeline_is_append_only before update or delete on timeline
    for each row execute function refuse_change();

create table cases (
    id            bigint      generated always as identity primary key,
    withdrawal_id text        references withdrawals (id),
    kind          text        not null,
    detail        jsonb       not null default '{}',
    -- The same contradiction told twice is one case.
    fingerprint   text        not null,
    state         text        not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    updated_by    text        not null,
    constraint case_told_once unique (fingerprint),
    constraint case_state_known check (state in ('open', 'closed'))
);
