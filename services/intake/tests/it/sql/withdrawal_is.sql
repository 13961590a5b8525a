update withdrawals
   set state = '{state}',
       terminal_at = case when '{state}' in ('paid', 'failed', 'returned') then now() end,
       reason_code = case when '{state}' = 'failed' then 'bank_failed' end;
