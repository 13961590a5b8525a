-- Purpose: which step of a trace received an application and opened an attempt at a step of it, so
--          that Huifu's callbacks about reviews and our questions join the trace that the partner's
--          request began.
-- Locks:   applications and application_attempts, exclusively, for a moment: new columns without a
--          value.
-- Deploy:  before the release that writes and reads them; what was written before has none.
-- Undo:    drop the columns.

-- W3C's `traceparent`.
alter table applications add column traceparent text;
alter table application_attempts add column traceparent text;
