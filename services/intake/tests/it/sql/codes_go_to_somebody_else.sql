-- Only the address is to be counted.
update sms_codes set htouhui_user_id = '10000000003';
