-- Purpose: the feed of events that partners read: every end and every notice's fate, in one order.
-- Locks:   notices, against writes, for as long as it takes to read them once; outbox and
--          dead_letters, against writes, while an index is built.
-- Deploy:  before the release that serves the feed; older programs write events too, for a trigger
--          does it.
-- Undo:    drop the two triggers on notices and their function, the table, the function that guards
--          it, then the two indexes and the column.

-- Small on purpose: what an event tells is read from the notice and what it is about, which never
-- change once they are committed. Rows are kept; nothing here deletes them.
create table events (
    -- In the order of writing. No index holds all of them, so that no plan walks through those that
    -- have their position to find those that have none.
    id          bigint      generated always as identity,
    partner_id  text        not null,
    -- From 1, without a gap for each partner. Nobody has one until it is read for the first time:
    -- a position that was taken by whoever writes the event would have to be locked until that
    -- transaction is committed, and all ends of one partner would come into single file.
    position    bigint,
    kind        text        not null,
    notice_id   text        not null references notices (id),
    at          timestamptz not null,
    recorded_by text        not null,
    constraint event_kind_known check (kind in (
        'withdrawal.finished', 'application.finished',
        'notice.delivered', 'notice.dead_lettered', 'notice.resent')),
    constraint event_position_from_one check (position > 0)
);

create unique index event_has_its_position on events (partner_id, position) where position is not null;
create unique index events_without_position on events (partner_id, id) where position is null;

create function refuse_all_but_a_position() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.position is null and new.position is not null then
        old.position := new.position;
        if old is not distinct from new then
            return new;
        end if;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end
$$;

create trigger events_are_append_only before update or delete on events
    for each row execute function refuse_all_but_a_position();

-- When the partner asked for the notice again, last.
alter table notices add column resent_at timestamptz;

-- By a trigger, because notices are written and changed in several places, also by programs of the
-- release before, and an event that one of them forgets is missed by its partner for ever.
create function tell_of_notice() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into events (partner_id, kind, notice_id, at, recorded_by)
        values (new.partner_id,
                case when new.application_id is null then 'withdrawal.finished'
                     else 'application.finished' end,
                new.id, new.created_at, new.updated_by);
    else
        insert into events (partner_id, kind, notice_id, at, recorded_by)
        values (new.partner_id,
                case new.state when 'delivered' then 'notice.delivered'
                               when 'dead_lettered' then 'notice.dead_lettered'
                               else 'notice.resent' end,
                new.id, new.updated_at, new.updated_by);
    end if;
    return null;
end
$$;

create trigger notice_written_is_told after insert on notices
    for each row execute function tell_of_notice();
create trigger notice_fate_is_told after update of state, resent_at on notices
    for each row
    when (old.state <> new.state or old.resent_at is distinct from new.resent_at)
    execute function tell_of_notice();

-- What happened before. Of each notice its end and where its delivery stands are known, in the order
-- in which they came about; replays that were made before are not.
insert into events (partner_id, kind, notice_id, at, recorded_by)
select partner_id, kind, notice_id, at, 'migration: events'
  from (select partner_id, id as notice_id, created_at as at, 1 as rank,
               case when application_id is null then 'withdrawal.finished'
                    else 'application.finished' end as kind
          from notices
        union all
        select partner_id, id, delivered_at, 2, 'notice.delivered'
          from notices where state = 'delivered'
        union all
        select partner_id, id, updated_at, 2, 'notice.dead_lettered'
          from notices where state = 'dead_lettered') as past
 order by at, rank, notice_id;

-- For a partner that asks for a notice again: the message that will send it, and the letter about it.
create index outbox_notices on outbox (correlation_id)
    where routing_key in ('notice.due', 'application-notice.due');
create index dead_letters_open_about on dead_letters (correlation_id) where state = 'open';
