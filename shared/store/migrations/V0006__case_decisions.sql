-- Purpose: who closed a case, when and why.
-- Locks:   cases, exclusively, for as long as it takes to read its few rows once.
-- Deploy:  before the release that closes cases; older programs only open and read them.
-- Undo:    drop the constraint, then the columns.

alter table cases
    add column decided_by text,
    add column decided_at timestamptz,
    add column decision   text,
    add constraint case_decided_iff_closed check (
        (state = 'open') = (decided_at is null) and num_nulls(decided_by, decided_at, decision) in (0, 3));
