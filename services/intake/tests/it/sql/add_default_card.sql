update cards set is_default = false where htouhui_user_id = '10000000001';
insert into cards (htouhui_user_id, token_no, tail, bank_name, is_default, state,
                   created_at, updated_at, updated_by)
values ('10000000001', '10004058888', '8888', '招商银行', true, 'active', now(), now(), 'intake test');
