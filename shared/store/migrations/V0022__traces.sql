-- Purpose: which step of a trace made a withdrawal's draft and opened an attempt, so that the page,
--          Huifu's callbacks and our questions join the trace that the partner's form began.
-- Locks:   withdrawals and attempts, exclusively, for a moment: new columns without a value.
-- Deploy:  before the release that writes and reads them; what was written before has none.
-- Undo:    drop the columns.

-- W3C's `traceparent`.
alter table withdrawals add column traceparent text;
alter table attempts add column traceparent text;
