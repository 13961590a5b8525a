-- Purpose: where the time of each sending went; the three logs by month, so that old months are
--          dropped and not deleted row by row.
-- Locks:   timeline, application_timeline and notice_attempts, exclusively, for as long as it takes
--          to copy them (six seconds a million rows, indexes included, without load); withdrawals
--          and dead_letters, against writes, while an index is built.
-- Deploy:  before the release that records timings; older programs name their columns and go on.
-- Undo:    copy each log into one table under its name, with the keys of V0003, V0005 and V0007;
--          drop the functions, the views and the three indexes; refuse_change may stay.

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
--   dead_letters     one open letter for each message; replay jobs refer to them

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
-- month would be in the way of it: then it raises check_violation, and rebuild_rest comes first.
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

-- From the oldest row to a year from now: so long may nobody run retention, which makes the months
-- to come, before rows go to the rest.
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

-- What retention never takes anything of: what is open or held, what a partner has not taken yet,
-- what a person has to decide about or has put away, what a replay job was made of and is not over.
create index withdrawals_held on withdrawals (id) where held;
create index dead_letters_kept on dead_letters (correlation_id)
    where state in ('open', 'archived') and correlation_id is not null;
create index dead_letters_decided on dead_letters (decided_at)
    where state in ('replayed', 'discarded');

create view kept_subjects as
select correlation_id as id
  from dead_letters
 where state in ('open', 'archived') and correlation_id is not null
union
select replay_items.subject
  from replay_jobs
  join replay_items on replay_items.job_id = replay_jobs.id
 where replay_jobs.state not in ('cancelled', 'done');

create view kept_withdrawals as
select id from withdrawals where terminal_at is null
union
select id from withdrawals where held
union
select withdrawal_id from notices where state <> 'delivered' and withdrawal_id is not null
union
select withdrawal_id from cases where state = 'open' and withdrawal_id is not null
union
select kept_subjects.id from kept_subjects join withdrawals using (id);

create view kept_applications as
select id from applications where terminal_at is null
union
select id from applications where held
union
select application_id from notices where state <> 'delivered' and application_id is not null
union
select application_id from cases where state = 'open' and application_id is not null
union
select kept_subjects.id from kept_subjects join applications using (id);

create view kept_notices as
select notices.id from kept_withdrawals join notices on notices.withdrawal_id = kept_withdrawals.id
union all
select notices.id from kept_applications join notices on notices.application_id = kept_applications.id;

-- Which rows of a log are kept whatever their age.
create function kept_rows(log text) returns text language sql immutable as $$
    select case log
        when 'timeline' then 'withdrawal_id in (select id from kept_withdrawals)'
        when 'application_timeline' then 'application_id in (select id from kept_applications)'
        when 'notice_attempts' then 'notice_id in (select id from kept_notices)'
    end
$$;

-- How many rows a partition has, how many of them before a moment, and how many of those are kept.
create function count_rows(log text, partition text, before timestamptz,
                           out total bigint, out old bigint, out kept bigint) language plpgsql as $$
begin
    execute format('select count(*), count(*) filter (where at < $1),
                           count(*) filter (where at < $1 and %s) from %I',
                   kept_rows(log), partition)
       into total, old, kept using before;
end
$$;

-- Drops a month and answers what was dropped and what was kept, in the rest. Null: there is no such
-- month any more. Nobody writes into a month that is long over, so its rows are counted before the
-- log is locked; what is kept is found when it is, so that nothing becomes kept in between.
create function drop_month(log text, month date,
                           out dropped bigint, out kept bigint) language plpgsql as $$
declare
    name text := month_name(log, month);
    rest text := log || '_rest';
begin
    if to_regclass(name) is null then
        return;
    end if;
    -- A slip of whoever calls, not a policy: the policy is theirs.
    if month > month_of(now()) - interval '1 month' then
        raise exception '% is not over for long enough', name;
    end if;
    execute format('select count(*) from %I', name) into dropped;
    execute format('alter table %I detach partition %I', log, name);
    execute format('insert into %I select * from %I where %s', rest, name, kept_rows(log));
    get diagnostics kept = row_count;
    dropped := dropped - kept;
    execute format('drop table %I', name);
end
$$;

-- Writes the rest anew without what is older than a moment and no longer kept, and with what
-- belongs to a month that is to be made moved there. Its rows are not deleted, for no row of a log
-- ever is: the table is replaced.
create function rebuild_rest(log text, before timestamptz, month date,
                             out dropped bigint, out moved bigint) language plpgsql as $$
declare
    name text := month_name(log, month);
    rest text := log || '_rest';
    old  text := log || '_old';
    total bigint;
    stayed bigint;
begin
    moved := 0;
    execute format('alter table %I detach partition %I', log, rest);
    execute format('alter table %I rename to %I', rest, old);
    execute format('create table %I (like %I including defaults including constraints)', rest, log);
    execute format('select count(*) from %I', old) into total;
    if month is not null and to_regclass(name) is null then
        perform add_month(log, month);
        execute format('insert into %I select * from %I where month_of(at) = $1', name, old)
          using month;
        get diagnostics moved = row_count;
    end if;
    execute format('insert into %I select * from %I where ($1 is null or at >= $1 or %s)
                       and ($2 is null or month_of(at) <> $2)', rest, old, kept_rows(log))
      using before, month;
    get diagnostics stayed = row_count;
    dropped := total - stayed - moved;
    execute format('drop table %I', old);
    execute format('alter table %I attach partition %I default', log, rest);
end
$$;
