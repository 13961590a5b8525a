-- What the schema allows, this database does not: no repeat can cure that.
alter table applications add constraint nothing_is_refused check (state <> 'refused');
