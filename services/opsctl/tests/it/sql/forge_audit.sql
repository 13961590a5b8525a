alter table audit disable trigger all;
update audit set actor = 'another' where number = 1;
