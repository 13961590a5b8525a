select notices.withdrawal_id
  from notice_attempts
  join notices on notices.id = notice_attempts.notice_id
 order by 1
