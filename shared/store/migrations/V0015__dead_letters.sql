-- Purpose: dead letters that are found, grouped and counted by the hundred thousand, and archived.
-- Locks:   dead_letters, exclusively, for as long as it takes to fill the columns and build indexes.
-- Deploy:  before the release that filters dead letters; older programs fill the columns too, for a
--          trigger does it.
-- Undo:    drop the trigger and the functions, the indexes, the columns; restore what is archived.

-- The host of the partner's address, if the letter is a notice; the amount of the withdrawal that it
-- is about. Both never change, and a hundred thousand letters are filtered by them without a join.
alter table dead_letters
    add column host       text,
    add column amount_fen bigint,
    drop constraint dead_letter_state_known,
    add constraint dead_letter_state_known check (state in ('open', 'replayed', 'discarded', 'archived'));

-- Whom an address leads to: host and port, the name of the partner's lane (V0017) as well.
create function host_of(url text) returns text language sql immutable as $$
    select lower(substring(url from '^[^:]+://([^/?#]+)'))
$$;

-- The host of a partner's address; only letters about notices have one.
create function host_told(routing_key text, notify_url text) returns text language sql immutable as $$
    select case when routing_key in ('notice.due', 'application-notice.due')
                then host_of(notify_url) end
$$;

-- What the message says of itself is what we know of it: a correlation_id is a withdrawal's or an
-- application's only if there is such a one.
create function know_dead_letter() returns trigger language plpgsql as $$
declare
    known record;
begin
    select partner_id, notify_url, amount_fen into known
      from withdrawals where id = new.correlation_id;
    if not found then
        select partner_id, notify_url, null::bigint as amount_fen into known
          from applications where id = new.correlation_id;
    end if;
    if found then
        new.partner_id = coalesce(new.partner_id, known.partner_id);
        new.amount_fen = coalesce(new.amount_fen, known.amount_fen);
        new.host = coalesce(new.host, host_told(new.routing_key, known.notify_url));
    end if;
    return new;
end
$$;

create trigger dead_letters_are_known before insert on dead_letters
    for each row execute function know_dead_letter();

update dead_letters
   set partner_id = coalesce(dead_letters.partner_id, withdrawals.partner_id),
       amount_fen = withdrawals.amount_fen,
       host = host_told(routing_key, withdrawals.notify_url)
  from withdrawals
 where withdrawals.id = dead_letters.correlation_id;

update dead_letters
   set partner_id = coalesce(dead_letters.partner_id, applications.partner_id),
       host = host_told(routing_key, applications.notify_url)
  from applications
 where applications.id = dead_letters.correlation_id;

-- Grouping reads this and not the letters, whose bodies are long.
create index dead_letters_open_grouped on dead_letters (error_class, partner_id, host)
    include (first_failed_at, last_failed_at, amount_fen) where state = 'open';
create index dead_letters_by_partner on dead_letters (partner_id, id);
-- Earlier letters of a message: a replay of a replay is visible.
create index dead_letters_by_message on dead_letters (message_id, id) where message_id is not null;
