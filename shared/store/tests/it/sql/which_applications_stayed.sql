select application_id from application_timeline order by 1
