-- So many rounds take seconds.
update users
   set password_hash = '$argon2id$v=19$m=19456,t=300,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
 where htouhui_user_id = '10000000001';
