update users set huifu_id = '6666000099999999' where htouhui_user_id = '10000000002';
