-- Purpose: where the time of each sending went; the three logs by month, so that old months are
--          dropped and not deleted row by row.
-- Locks:   timeline, application_timeline and notice_attempts, exclusively, for as long as it takes
--          to copy them (six seconds a million rows, indexes included, without load).
-- Deploy:  before the release that records timings; older programs name their columns and go on.
-- Undo:    copy each log into one table under its name, with the keys of V0003, V0005 and V0007;
--          drop the functions; refuse_change may stay.

-- Only logs are cut into months: rows that are written once, found by what they are about, and on
-- whose uniqueness no money depends. A unique index of a partitioned table must name the time, so
-- it holds within a month only. These stay whole because theirs must hold for ever:
--   withdrawals      out_order_no is the partner's idempotency key; attempts pay at most once each
--   attempts         one_attempt_that_may_have_paid
--   notices          one number for each end; events and attempts refer to them
--   events           a position for each partner, without a gap, in one feed
--   inbox, nonces    a callback or a nonce that was seen; small, and emptied row by row
--   outbox           emptied by its consumers
--   audit            its rows are a chain, and no month of a chain can be dropped
--   dead_letters     one open letter for each message

-- Months are those of UTC: one boundary for every session, whatever its time zone.
create function month_of(at timestamptz) returns date language sql stable as $$
    select date_trunc('month', at at time zone 'UTC')::date
$$;

create function month_name(log text, month date) returns text language sql stable as $$
    select log || to_char(month, '"_y"YYYY"m"MM')
$$;

-- Says which log it is, not which part of it.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', coalesce(pg_partition_root(tg_relid)::regclass::text, tg_table_name)
        using errcode = 'integrity_constraint_violation';
end
$$;

-- Makes the partition of a month and answers whether it was missing. What the rest holds of that
-- month would be in the way of it: then it raises check_violation.
create function add_month(log text, month date) returns boolean language plpgsql as $$
declare
    name text := month_name(log, month);
begin
    if log not in ('timeline', 'application_timeline', 'notice_attempts') then
        raise exception '% has no months', log;
    end if;
    if to_regclass(name) is not null then
        return false;
    end if;
    -- Made first and attached then: the log itself is locked against other changes of its shape,
    -- not against rows.
    execute format('create table %I (like %I including defaults including constraints)', name, log);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', log, name,
                   month::timestamp at time zone 'UTC',
                   (month + interval '1 month') at time zone 'UTC');
    return true;
end
$$;

alter table timeline rename to timeline_whole;
create sequence timeline_row as bigint;
create table timeline (
    id            bigint      not null default nextval('timeline_row'),
    withdrawal_id text        not null,
    at            timestamptz not null,
    recorded_by   text        not null,
    event         text        not null,
    from_state    text,
    to_state      text,
    detail        jsonb       not null default '{}'
) partition by range (at);
create table timeline_rest partition of timeline default;

alter table application_timeline rename to application_timeline_whole;
create sequence application_timeline_row as bigint;
create table application_timeline (
    id             bigint      not null default nextval('application_timeline_row'),
    application_id text        not null,
    at             timestamptz not null,
    recorded_by    text        not null,
    event          text        not null,
    from_state     text,
    to_state       text,
    detail         jsonb       not null default '{}'
) partition by range (at);
create table application_timeline_rest partition of application_timeline default;

alter table notice_attempts rename to notice_attempts_whole;
create table notice_attempts (
    notice_id     text        not null,
    number        integer     not null,
    at            timestamptz not null,
    outcome       text        not null,
    http_status   integer,
    duration_ms   bigint      not null,
    answer        text,
    -- Where the time went; null where that was not measured. A kept connection has no lookup, no
    -- connection and no handshake of its own.
    address       text,
    reused        boolean,
    dns_us        bigint,
    connect_us    bigint,
    tls_us        bigint,
    first_byte_us bigint,
    constraint notice_attempt_reused_has_no_connecting check (
        not reused or num_nonnulls(dns_us, connect_us, tls_us) = 0)
) partition by range (at);
create table notice_attempts_rest partition of notice_attempts default;

-- From the oldest row to a year from now; what comes later goes to the rest.
do $$
declare
    oldest date;
    month  date;
    log    text;
begin
    foreach log in array array['timeline', 'application_timeline', 'notice_attempts'] loop
        execute format('select month_of(coalesce(min(at), now())) from %I', log || '_whole')
           into oldest;
        -- Wrong clocks are no reason for a thousand empty months.
        oldest := greatest(oldest, (month_of(now()) - interval '60 months')::date);
        for month in select generate_series(least(oldest, month_of(now())),
                                            month_of(now()) + interval '12 months', '1 month') loop
            perform add_month(log, month);
        end loop;
    end loop;
end
$$;

insert into timeline (id, withdrawal_id, at, recorded_by, event, from_state, to_state, detail)
select id, withdrawal_id, at, recorded_by, event, from_state, to_state, detail
  from timeline_whole order by id;
select setval('timeline_row', coalesce((select max(id) from timeline_whole), 0) + 1, false);
drop table timeline_whole;

insert into application_timeline (id, application_id, at, recorded_by, event, from_state, to_state,
                                  detail)
select id, application_id, at, recorded_by, event, from_state, to_state, detail
  from application_timeline_whole order by id;
select setval('application_timeline_row',
              coalesce((select max(id) from application_timeline_whole), 0) + 1, false);
drop table application_timeline_whole;

insert into notice_attempts (notice_id, number, at, outcome, http_status, duration_ms, answer)
select notice_id, number, at, outcome, http_status, duration_ms, answer
  from notice_attempts_whole order by at;
drop table notice_attempts_whole;

alter sequence timeline_row owned by timeline.id;
alter sequence application_timeline_row owned by application_timeline.id;

-- One index where there were two: nobody looks for a row by its id alone.
alter table timeline
    add constraint timeline_row_once primary key (withdrawal_id, id, at),
    add constraint timeline_withdrawal_id_fkey foreign key (withdrawal_id) references withdrawals (id);
create index timeline_by_time on timeline using brin (at) with (autosummarize = on);
create trigger timeline_is_append_only before update or delete on timeline
    for each row execute function refuse_change();

alter table application_timeline
    add constraint application_timeline_row_once primary key (application_id, id, at),
    add constraint application_timeline_application_id_fkey
        foreign key (application_id) references applications (id);
create trigger application_timeline_is_append_only before update or delete on application_timeline
    for each row execute function refuse_change();

-- The number is counted under the lock of its notice's row; the key no longer holds it across months.
alter table notice_attempts
    add constraint notice_attempt_once primary key (notice_id, number, at),
    add constraint notice_attempts_notice_id_fkey foreign key (notice_id) references notices (id);
create trigger notice_attempts_are_append_only before update or delete on notice_attempts
    for each row execute function refuse_change();
