update notices set state = 'pending', delivered_at = null where withdrawal_id = $1
