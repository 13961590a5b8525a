-- Purpose: withdrawals that are found by any number, by partner and by time; how long logs are
--          kept, and months that are dropped without what is not over; the classes of dead letters.
-- Locks:   withdrawals and inbox, against writes, while their indexes are built (a second a million
--          rows and index, without load); dead_letters, exclusively, while they are read once.
-- Deploy:  before the release of opsctl that searches and keeps house; services need nothing of it.
-- Undo:    drop the constraint, the functions, the views, the table, the indexes.

-- None of these columns changes once the row is there, but held, which hardly ever does.
create index withdrawals_by_time on withdrawals (created_at, id);
create index withdrawals_by_partner on withdrawals (partner_id, created_at, id);
create index withdrawals_by_out_order_no on withdrawals (out_order_no)
    where out_order_no is not null;
create index withdrawals_held on withdrawals (id) where held;
create index inbox_by_time on inbox using brin (created_at) with (autosummarize = on);

-- How long each log is kept. Only what is named here is ever dropped: a withdrawal's own row, its
-- attempts and notices, events, dead letters and the audit are not.
create table retention (
    log          text        primary key,
    keeps_months integer     not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    updated_by   text        not null,
    constraint retention_log_known check (
        log in ('timeline', 'application_timeline', 'notice_attempts', 'inbox')),
    -- Callbacks come months later, and banks return money after months.
    constraint retention_keeps_half_a_year check (keeps_months between 6 and 1200)
);

insert into retention (log, keeps_months, created_at, updated_at, updated_by)
values ('timeline', 120, now(), now(), 'migration'),
       ('application_timeline', 120, now(), now(), 'migration'),
       ('notice_attempts', 24, now(), now(), 'migration'),
       ('inbox', 24, now(), now(), 'migration');

-- The beginning of what a log keeps.
create function kept_from(which text) returns date language sql stable as $$
    select (month_of(now()) - make_interval(months => keeps_months))::date
      from retention where log = which
$$;

-- What is open, held, asked about, or waits for somebody: few against all, each by an index of its
-- own. A held lane holds notices that are pending.
create view withdrawals_not_over as
select id from withdrawals where terminal_at is null
 union
select id from withdrawals where held
 union
select withdrawal_id from attempts where next_query_at is not null
 union
select withdrawal_id from cases where state = 'open' and withdrawal_id is not null
 union
select withdrawal_id from notices where state = 'pending' and withdrawal_id is not null
 union
select correlation_id from dead_letters where state = 'open' and correlation_id is not null
 union
select correlation_id from outbox;

create view applications_not_over as
select id from applications where terminal_at is null
 union
select id from applications where held
 union
select application_id from application_attempts where next_query_at is not null
 union
select application_id from cases where state = 'open' and application_id is not null
 union
select application_id from notices where state = 'pending' and application_id is not null
 union
select correlation_id from dead_letters where state = 'open' and correlation_id is not null
 union
select correlation_id from outbox;

create view notices_not_over as
select notices.id
  from withdrawals_not_over
  join notices on notices.withdrawal_id = withdrawals_not_over.id
 union all
select notices.id
  from applications_not_over
  join notices on notices.application_id = applications_not_over.id;

-- Callbacks that were seen about what is over. Which attempt one was about stands in its key, at a
-- place of its own for each source.
create view inbox_over as
select seen.place, seen.created_at
  from (select ctid as place, created_at,
               case source when 'huifu' then split_part(key, '|', 3)
                           when 'huifu-review' then split_part(key, '|', 2)
                           else key end as req_seq_id
          from inbox) as seen
 where not exists (
       select from attempts
        where attempts.req_seq_id = seen.req_seq_id
          and withdrawal_id in (select id from withdrawals_not_over))
   and not exists (
       select from application_attempts
        where application_attempts.req_seq_id = seen.req_seq_id
          and application_id in (select id from applications_not_over));

-- Which rows of a log stay for what they are about.
create function what_stays(log text) returns text language sql immutable as $$
    select case log
        when 'timeline' then 'withdrawal_id in (select id from withdrawals_not_over)'
        when 'application_timeline' then 'application_id in (select id from applications_not_over)'
        when 'notice_attempts' then 'notice_id in (select id from notices_not_over)' end
$$;

-- How many rows of a month would stay.
create function month_stays(log text, month date) returns bigint language plpgsql stable as $$
declare
    stay bigint;
begin
    execute format('select count(*) from %I where %s', month_name(log, month), what_stays(log))
       into stay;
    return stay;
end
$$;

-- How many rows of the rest neither are young enough nor about what is not over.
create function rest_goes(log text) returns bigint language plpgsql stable as $$
declare
    go bigint;
begin
    execute format('select count(*) from %I where at < $1 and not (%s)',
                   log || '_rest', what_stays(log))
       into go using kept_from(log)::timestamp at time zone 'UTC';
    return go;
end
$$;

-- Both take the log, and what its rows refer to, from everybody else. They wait for that less than
-- deadlock_timeout: whoever is in the way goes on, and this gives up and is tried again.
create function take_log(log text) returns void language plpgsql as $$
begin
    perform set_config('lock_timeout', '500ms', true);
    execute format('lock table %I, %I in access exclusive mode',
                   case log when 'timeline' then 'withdrawals'
                            when 'application_timeline' then 'applications'
                            when 'notice_attempts' then 'notices' end, log);
end
$$;

-- Drops a month that the policy does not keep. Rows about what is not over go to the rest before
-- that; answers how many.
create function drop_month(log text, month date) returns bigint language plpgsql as $$
declare
    name text := month_name(log, month);
    stay bigint;
begin
    if month + interval '1 month' > kept_from(log) then
        raise exception '% is kept from % on', log, kept_from(log);
    end if;
    perform take_log(log);
    execute format('alter table %I detach partition %I', log, name);
    -- There is no partition for them any more, so they find their way to the rest.
    execute format('insert into %I select * from %I where %s', log, name, what_stays(log));
    get diagnostics stay = row_count;
    execute format('drop table %I', name);
    return stay;
end
$$;

-- Makes the rest anew without what neither is young enough nor about what is not over; answers how
-- many rows went. Row by row nothing can be deleted of a log.
create function renew_rest(log text) returns bigint language plpgsql as $$
declare
    rest text := log || '_rest';
    past text := log || '_rest_before';
    going bigint := rest_goes(log);
begin
    perform take_log(log);
    execute format('alter table %I detach partition %I', log, rest);
    execute format('alter table %I rename to %I', rest, past);
    execute format('create table %I (like %I including defaults including constraints)', rest, log);
    execute format('alter table %I attach partition %I default', log, rest);
    execute format('insert into %I select * from %I where at >= $1 or %s',
                   log, past, what_stays(log))
      using kept_from(log)::timestamp at time zone 'UTC';
    execute format('drop table %I', past);
    return going;
end
$$;

-- Every service gives one of these words. None has given another; should one be there all the same,
-- its reason still says what it was.
update dead_letters
   set error_class = 'handler'
 where error_class not in ('dns', 'connect', 'no_answer', 'tls', 'timeout', 'status', 'body',
                           'address_refused', 'redirect', 'unreadable', 'handler',
                           'delivery_limit');

alter table dead_letters
    add constraint dead_letter_class_known check (
        error_class in ('dns', 'connect', 'no_answer', 'tls', 'timeout', 'status', 'body',
                        'address_refused', 'redirect', 'unreadable', 'handler',
                        'delivery_limit'));
