select withdrawal_id, tableoid::regclass::text as part from timeline where event = 'old' order by 1
