-- Purpose: replay jobs: a frozen set of dead letters that goes back into the outbox piece by piece.
-- Locks:   notices, outbox and dead_letters, exclusively, for a moment; dead_letters, against
--          writes, while it is filled and an index is built.
-- Deploy:  before the release that runs replay jobs; older programs fill what is new by triggers.
-- Undo:    drop the triggers and functions, the columns and the index, then the tables.

create table replay_jobs (
    id            bigint      generated always as identity primary key,
    state         text        not null,
    -- What was asked for, as the person who asked said it.
    filter        jsonb       not null,
    again         boolean     not null,
    -- The set: how many, about how much money, and how many the filter means that are not in it.
    count         bigint      not null default 0,
    amount_fen    bigint      not null default 0,
    left_again    bigint      not null default 0,
    left_elsewhere bigint     not null default 0,
    left_unsendable bigint    not null default 0,
    frozen_at     timestamptz,
    -- How it runs.
    canary        integer     not null,
    pace          integer,
    out_most      integer     not null,
    stop_at       integer     not null,
    approval_needed boolean   not null default false,
    approved_by   text,
    approved_at   timestamptz,
    -- Where its letters are; together they are the set.
    queued        bigint      not null default 0,
    waiting       bigint      not null default 0,
    delivered     bigint      not null default 0,
    failed        bigint      not null default 0,
    skipped       bigint      not null default 0,
    -- A stop begins a new round, with a canary of its own.
    round         integer     not null default 1,
    canary_passed boolean     not null default false,
    canary_sent   integer     not null default 0,
    canary_done   integer     not null default 0,
    canary_failed integer     not null default 0,
    recent_done   integer     not null default 0,
    recent_failed integer     not null default 0,
    stopped_because text,
    -- Who runs it, and until when it is his although he says nothing.
    runner        text,
    lease_until   timestamptz,
    -- Up to when its pace is used up.
    paced_at      timestamptz,
    -- Two moments of which the elder is up to a minute back, for the rest time.
    mark_at       timestamptz,
    mark_done     bigint      not null default 0,
    mark_before_at timestamptz,
    mark_before_done bigint   not null default 0,
    started_at    timestamptz,
    ended_at      timestamptz,
    created_by    text        not null,
    reason        text        not null,
    ticket        text        not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    updated_by    text        not null,
    constraint replay_job_state_known check (state in (
        'awaiting_approval', 'running', 'paused', 'stopped', 'finished', 'cancelled')),
    constraint replay_says_who_and_why check (created_by <> '' and reason <> '' and ticket <> ''),
    constraint replay_second_person check (lower(approved_by) <> lower(created_by)),
    constraint replay_approved_before_it_runs check (
        not approval_needed or approved_by is not null
        or state in ('awaiting_approval', 'cancelled')),
    constraint replay_adds_up check (
        frozen_at is null or queued + waiting + delivered + failed + skipped = count),
    constraint replay_bounds check (
        canary >= 0 and pace > 0 and out_most > 0 and stop_at between 0 and 100),
    constraint replay_ended_iff_over check (
        (state in ('finished', 'cancelled')) = (ended_at is not null))
);

create index replay_jobs_at_work on replay_jobs (id) where state = 'running' or waiting > 0;

create table replay_items (
    -- In the order in which they are sent.
    id             bigint      generated always as identity primary key,
    job_id         bigint      not null,
    letter_id      bigint      not null,
    correlation_id text        not null,
    amount_fen     bigint,
    -- The letter of the same set and about the same withdrawal that is sent before this one.
    follows        bigint,
    state          text        not null,
    tries          integer     not null default 0,
    round          integer     not null default 0,
    canary         boolean     not null default false,
    -- The notice whose next attempt is the outcome, if it is one.
    notice_id      text,
    -- Whether the job knows of what became of it, or of what happened to its message.
    counted        boolean     not null default true,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    updated_by     text        not null,
    constraint replay_item_state_known check (state in (
        'queued', 'waiting', 'delivered', 'failed', 'skipped'))
) with (fillfactor = 80);

create index replay_items_of_job on replay_items (job_id, state, id);
create index replay_items_not_counted on replay_items (job_id, id) where not counted;
-- A letter is in one unfinished job at most.
create unique index replay_item_in_one_job on replay_items (letter_id)
    where state in ('queued', 'waiting');
create index replay_items_waiting_about on replay_items (correlation_id) where state = 'waiting';

-- The set is frozen in the transaction that makes the job, and nothing comes in or goes out later.
create function refuse_after_freeze() returns trigger language plpgsql as $$
begin
    if exists (select from added
                 left join replay_jobs on replay_jobs.id = added.job_id
                where replay_jobs.id is null or replay_jobs.frozen_at is not null) then
        raise exception 'the set of a replay job is frozen'
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

create trigger replay_set_is_frozen after insert on replay_items
    referencing new table as added for each statement execute function refuse_after_freeze();
create trigger replay_items_stay before delete
    or update of id, job_id, letter_id, correlation_id, amount_fen, follows on replay_items
    for each row execute function refuse_change();
create trigger replay_items_are_never_emptied before truncate on replay_items
    for each statement execute function refuse_change();
create trigger replay_job_is_frozen before update on replay_jobs
    for each row
    when (old.frozen_at is not null and
          (old.id, old.filter, old.again, old.count, old.amount_fen, old.frozen_at, old.created_by,
           old.reason, old.ticket, old.approval_needed, old.canary, old.stop_at)
          is distinct from
          (new.id, new.filter, new.again, new.count, new.amount_fen, new.frozen_at, new.created_by,
           new.reason, new.ticket, new.approval_needed, new.canary, new.stop_at))
    execute function refuse_change();
create trigger replay_jobs_stay before delete on replay_jobs
    for each row execute function refuse_change();
create trigger replay_jobs_are_never_emptied before truncate on replay_jobs
    for each statement execute function refuse_change();

-- Who waits for what becomes of a message: set by a replay job alone, so the triggers cost what is
-- not replayed nothing but the look at a null.
alter table notices add column replay_item bigint;
alter table outbox add column replay_item bigint;

-- The first attempt after a replay is its outcome; the schedule goes on by itself.
create function tell_replay_of_attempt() returns trigger language plpgsql as $$
begin
    update replay_items
       set state = case new.state when 'delivered' then 'delivered' else 'failed' end,
           counted = false, updated_at = new.updated_at, updated_by = new.updated_by
     where id = new.replay_item and state = 'waiting';
    new.replay_item = null;
    return new;
end
$$;

create trigger notice_tried_after_replay before update on notices
    for each row
    when (new.replay_item is not null and new.attempt_count > old.attempt_count)
    execute function tell_replay_of_attempt();

-- Its effect is committed, and may be another dead letter: whoever runs the job looks. Of a notice
-- the attempt tells, and a message that only made room for another one tells nothing.
create function tell_replay_of_end() returns trigger language plpgsql as $$
begin
    update replay_items set counted = false
     where id = old.replay_item and state = 'waiting' and notice_id is null;
    return null;
end
$$;

create trigger replayed_message_is_settled after delete on outbox
    for each row when (old.replay_item is not null)
    execute function tell_replay_of_end();

-- How often what the letter asks for was replayed before. A notice gets a new message for each try,
-- so its earlier letters are known by what they say and not by their message_id. And whether it is
-- a message that could be published again.
alter table dead_letters
    add column replays    integer not null default 0,
    add column is_message boolean not null default false;
create index dead_letters_replayed_about on dead_letters (correlation_id)
    where state = 'replayed';

create function is_json(body bytea) returns boolean language plpgsql immutable as $$
begin
    perform convert_from(body, 'UTF8')::jsonb;
    return true;
exception when others then
    return false;
end
$$;

create function know_replays() returns trigger language plpgsql as $$
begin
    new.is_message = new.message_id is not null and new.message_type is not null
        and new.correlation_id is not null and is_json(new.body);
    new.replays = (select count(*) from dead_letters as other
                    where other.correlation_id = new.correlation_id
                      and other.state = 'replayed'
                      and other.message_type = new.message_type
                      and other.body = new.body);
    update replay_items set counted = false
     where correlation_id = new.correlation_id and state = 'waiting';
    return new;
end
$$;

create trigger dead_letters_know_replays before insert on dead_letters
    for each row execute function know_replays();

update dead_letters
   set is_message = message_id is not null and message_type is not null
       and correlation_id is not null and is_json(body);

update dead_letters as letter
   set replays = earlier.count
  from (select one.id, count(*) as count
          from dead_letters as one
          join dead_letters as other
            on other.correlation_id = one.correlation_id
           and other.message_type = one.message_type
           and other.body = one.body
           and other.state = 'replayed'
           and other.id < one.id
         group by one.id) as earlier
 where letter.id = earlier.id;
