insert into timeline (withdrawal_id, at, recorded_by, event)
select id, '2016-01-05Z', 'tests', 'old' from withdrawals;
insert into inbox (source, key, created_at) values ('huifu', 'm|20160105|A1|x', '2016-01-05Z');
drop table LAST_MONTH;
