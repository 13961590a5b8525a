update withdrawals
   set accepted_at = accepted_at - interval '1 day'
 where id = (select min(id) from withdrawals);
