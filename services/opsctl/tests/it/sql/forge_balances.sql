alter table day_balances disable trigger day_balances_are_append_only;
update day_balances set paid_fen = paid_fen + 1, accepted_fen = accepted_fen + 1;
