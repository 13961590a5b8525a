-- Purpose: what operators did, each row chained to the one before by its hash.
-- Locks:   none; new tables.
-- Deploy:  before the release whose operators' acts are audited; older programs append nothing.
-- Undo:    drop the tables, then the function that guards the head.

create table audit (
    -- From 1, without a gap.
    number        bigint      primary key,
    at            timestamptz not null,
    -- Who; and in which role, where roles are known.
    actor         text        not null,
    role          text,
    act           text        not null,
    subject       text        not null,
    reason        text        not null,
    ticket        text,
    -- Ids, codes and numbers; never secrets, names or cards.
    detail        jsonb       not null,
    previous_hash text        not null,
    -- SHA-256 of the row's canonical text, which holds the hash before.
    hash          text        not null,
    constraint audit_numbered_from_one check (number >= 1),
    constraint audit_act_is_a_word_with_a_dot check (act ~ '^[a-z_]+\.[a-z_]+$'),
    constraint audit_says_who check (actor <> ''),
    constraint audit_hashes_are_sha_256 check (
        hash ~ '^[0-9a-f]{64}$' and previous_hash ~ '^[0-9a-f]{64}$'),
    -- The chain does not fork.
    constraint audit_follows_one_row unique (previous_hash),
    constraint audit_hash_once unique (hash)
);

create index audit_by_subject on audit (subject, number);

create trigger audit_is_append_only before update or delete on audit
    for each row execute function refuse_change();
create trigger audit_is_never_emptied before truncate on audit
    for each statement execute function refuse_change();

-- One row: the end of the chain. Whoever appends locks it, last in the transaction, so that numbers
-- have no gaps and nobody waits for an act that is still at work.
create table audit_head (
    only_one   boolean     primary key default true,
    number     bigint      not null,
    hash       text        not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by text        not null,
    constraint audit_head_is_one_row check (only_one)
);

insert into audit_head (number, hash, created_at, updated_at, updated_by)
values (0, repeat('0', 64), now(), now(), 'migration');

create function refuse_to_rewind() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.number = old.number + 1 then
        return new;
    end if;
    raise exception 'the head of the audit goes forward by one' using errcode = 'integrity_constraint_violation';
end
$$;

create trigger audit_head_goes_forward before update or delete on audit_head
    for each row execute function refuse_to_rewind();
create trigger audit_head_is_never_emptied before truncate on audit_head
    for each statement execute function refuse_to_rewind();
