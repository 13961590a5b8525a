-- Purpose: applications for accounts, cards and cash types at Huifu, with their attempts, pictures
--          and timeline; notices that tell about them; users of four kinds.
-- Locks:   users, notices and cases, exclusively, for as long as it takes to read them once;
--          withdrawals, against writing, while an index is built.
-- Deploy:  before the release that takes applications; older programs go on with withdrawals.
-- Undo:    drop the new tables, children first, then the new columns and constraints.

create sequence htouhui_user_ids minvalue 20000000001 maxvalue 99999999999;

alter table users
    add column kind text not null default 'individual_user',
    add constraint user_kind_known check (kind in (
        'enterprise_merchant', 'individual_merchant', 'enterprise_user', 'individual_user'));

create table applications (
    id                  text        primary key,
    partner_id          text        not null references partners (id),
    application_no      text        not null,
    kind                text        not null,
    subject             text        not null,
    third_party_user_id text        not null,
    htouhui_user_id     text        not null,
    -- Issued by Huifu: the opening's own, or the user's for whom something is added.
    huifu_id            text,
    notify_url          text        not null,
    -- What was asked for, sealed: names, numbers, mobiles. Its keyed digest tells a repeat from
    -- other content under the same number without opening it.
    form_sealed         text        not null,
    form_digest         text        not null,
    -- Keyed as well, of who is to be opened: whoever is the same needs no second account.
    subject_digest      text,
    card_tail           text,
    bank_name           text,
    state               text        not null,
    held                boolean     not null default false,
    -- The step that is due or under way.
    step                text        not null,
    apply_no            text,
    token_no            text,
    reason_code         text,
    reason_detail       text,
    notice_sequence     integer     not null default 0,
    terminal_at         timestamptz,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    updated_by          text        not null,
    constraint application_no_unique_per_partner unique (partner_id, application_no),
    constraint application_kind_known check (kind in ('opening', 'card', 'cash_rules')),
    constraint application_subject_known check (subject in (
        'enterprise_merchant', 'individual_merchant', 'enterprise_user', 'individual_user')),
    constraint application_state_known check (state in (
        'received', 'sending', 'submitted', 'in_review', 'unknown', 'passed', 'refused', 'failed')),
    constraint application_step_known check (step in ('base', 'business')),
    constraint application_card_tail_is_four_digits check (card_tail ~ '^[0-9]{4}$'),
    constraint application_terminal_iff_terminal_at check (
        (state in ('passed', 'refused', 'failed')) = (terminal_at is not null))
) with (fillfactor = 70);

-- Nobody is opened twice: a second opening of the same user waits for the first to be refused.
create unique index one_opening_per_user on applications (partner_id, third_party_user_id)
    where kind = 'opening' and state not in ('refused', 'failed');
create index open_applications on applications (created_at) where terminal_at is null;

-- Whoever was refused at the business step has an account at Huifu already.
create index openings_by_applicant on applications (partner_id, third_party_user_id)
    where kind = 'opening';
-- A balance that was asked for before a withdrawal is no balance of today.
create index withdrawals_by_user on withdrawals (htouhui_user_id) where accepted_at is not null;

create table application_attempts (
    req_seq_id     text        primary key,
    application_id text        not null references applications (id),
    step           text        not null,
    req_date       text        not null,
    outcome        text,
    resp_code      text,
    query_count    integer     not null default 0,
    -- When to ask Huifu about it; null once its end is known or it never left.
    next_query_at  timestamptz,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    updated_by     text        not null,
    constraint application_attempt_step_known check (step in ('base', 'business')),
    constraint application_attempt_outcome_known check (
        outcome in ('submitted', 'not_sent', 'refused', 'unknown')),
    constraint application_attempt_req_date_is_a_date check (req_date ~ '^[0-9]{8}$'),
    constraint application_attempt_not_sent_is_not_asked_about check (
        outcome is distinct from 'not_sent' or next_query_at is null)
);

-- Never sent twice, held by the database.
create unique index one_attempt_that_may_have_arrived on application_attempts (application_id, step)
    where outcome is distinct from 'not_sent';
create index application_attempts_by_application on application_attempts (application_id);
create index application_attempts_to_ask_about on application_attempts (next_query_at)
    where next_query_at is not null;

create table application_timeline (
    id             bigint      generated always as identity primary key,
    application_id text        not null references applications (id),
    at             timestamptz not null,
    recorded_by    text        not null,
    event          text        not null,
    from_state     text,
    to_state       text,
    detail         jsonb       not null default '{}'
);

create index application_timeline_by_application on application_timeline (application_id, id);
create trigger application_timeline_is_append_only before update or delete on application_timeline
    for each row execute function refuse_change();

create table materials (
    id             text        primary key,
    partner_id     text        not null references partners (id),
    material_no    text        not null,
    file_type      text        not null,
    media_type     text        not null,
    size_bytes     integer     not null,
    content_sealed text        not null,
    content_digest text        not null,
    -- Huifu's name of it, once it has been uploaded.
    huifu_file_id  text,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    updated_by     text        not null,
    constraint material_no_unique_per_partner unique (partner_id, material_no),
    constraint material_media_type_known check (media_type in ('image/jpeg', 'image/png')),
    constraint material_size_positive check (size_bytes > 0)
);

create table application_materials (
    application_id text not null references applications (id),
    material_id    text not null references materials (id),
    primary key (application_id, material_id)
);

alter table notices
    alter column withdrawal_id drop not null,
    add column application_id text references applications (id),
    add constraint notice_about_one_thing check (num_nonnulls(withdrawal_id, application_id) = 1),
    add constraint application_notice_numbered_once unique (application_id, sequence),
    drop constraint notice_outcome_known,
    add constraint notice_outcome_known check (
        outcome in ('paid', 'failed', 'returned', 'passed', 'refused')),
    drop constraint notice_status_tells_the_outcome,
    add constraint notice_status_tells_the_outcome check (
        (status = '1') = (outcome in ('paid', 'passed')));

alter table cases
    add column application_id text references applications (id),
    add constraint case_about_one_thing check (num_nonnulls(withdrawal_id, application_id) <= 1);
