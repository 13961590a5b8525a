-- And nothing is left that would send it again.
delete from outbox where body like '%{id}%';
update notices set state = 'delivered', delivered_at = now() where id = '{id}';
