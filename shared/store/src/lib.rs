//! What Tixian remembers: every SQL statement, the migrations, outbox and inbox.
