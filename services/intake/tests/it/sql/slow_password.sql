-- So many rounds take a second or more.
update users
   set password_hash = '$argon2id$v=19$m=19456,t=120,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
 where htouhui_user_id = '10000000001';
