-- So it may be asked for again.
update notices set resent_at = resent_at - interval '1 minute';
