-- Purpose: users' mobile numbers, and the codes that go to them by SMS.
-- Locks:   users, exclusively, for as long as it takes to read it once.
-- Deploy:  before the release that lets users set their passwords; older programs know neither.
-- Undo:    drop the table, then the columns.

alter table users
    -- Sealed; of the number itself, four digits may be read.
    add column mobile_sealed text,
    add column mobile_tail   text,
    add constraint user_mobile_is_whole check (num_nonnulls(mobile_sealed, mobile_tail) in (0, 2)),
    add constraint user_mobile_tail_is_four_digits check (mobile_tail ~ '^[0-9]{4}$');

-- A row is written before the SMS is asked for, and swept a while after nothing counts it any more.
create table sms_codes (
    -- Also the gateway's request id.
    id              uuid        primary key,
    htouhui_user_id text        not null references users (htouhui_user_id),
    withdrawal_id   text        not null references withdrawals (id),
    purpose         text        not null,
    -- Keyed digests: of the code; of the session in whose browser it was asked for, and no other
    -- may use it; of the address it was asked for from.
    code_digest     text        not null,
    session_digest  text        not null,
    client_digest   text        not null,
    state           text        not null,
    tries           integer     not null default 0,
    expires_at      timestamptz not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    updated_by      text        not null,
    constraint sms_code_purpose_known check (purpose in ('set_password', 'reset_password')),
    constraint sms_code_state_known check (
        state in ('issued', 'sent', 'not_sent', 'replaced', 'used')),
    constraint sms_code_tries_counted check (tries between 0 and 5)
) with (fillfactor = 70);

-- A limit counts what one user, or one address, was sent lately.
create index sms_codes_by_user on sms_codes (htouhui_user_id, created_at);
create index sms_codes_by_client on sms_codes (client_digest, created_at);
create index sms_codes_to_sweep on sms_codes (created_at);
