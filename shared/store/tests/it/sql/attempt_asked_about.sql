insert into attempts (req_seq_id, withdrawal_id, req_date, huifu_id, token_no, amount_fen, outcome,
                      next_query_at, created_at, updated_at, updated_by)
values ('A' || $1, $1, '20160105', 'h', 't', 100, 'submitted', now(), now(), now(), 'tests')
