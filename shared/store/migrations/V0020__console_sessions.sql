-- Purpose: who is signed in to the console, known to each of its processes and after a restart.
-- Locks:   none; a new table.
-- Deploy:  before the release of opsctl whose console keeps its sessions here.
-- Undo:    drop the table; everybody signs in again.

-- What a person may do is not here: the token's line or the proxy says it with each request.
create table console_sessions (
    -- SHA-256 of the cookie's value; the value itself is nowhere.
    digest        text        primary key,
    actor         text        not null,
    -- SHA-256 of the token that was typed, as in the file of tokens; null: a proxy said who it is.
    token_digest  text,
    -- What forms of this session carry. Without the cookie it opens nothing.
    csrf          text        not null,
    -- What the next page says about the act before it.
    told_how      text,
    told_text     text,
    -- Whoever uses it puts the first off, never beyond the second.
    idle_ends_at  timestamptz not null,
    ends_at       timestamptz not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    updated_by    text        not null,
    constraint console_session_digests_are_sha_256 check (
        digest ~ '^[0-9a-f]{64}$' and token_digest ~ '^[0-9a-f]{64}$'),
    constraint console_session_says_who check (actor <> ''),
    constraint console_session_idle_ends_first check (idle_ends_at <= ends_at),
    constraint console_session_told_is_whole check (num_nonnulls(told_how, told_text) in (0, 2)),
    constraint console_session_told_how_known check (told_how in ('good', 'doubt', 'bad'))
) with (fillfactor = 70);

create index console_sessions_by_actor on console_sessions (actor);
