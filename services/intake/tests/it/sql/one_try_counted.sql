do $$ begin
    assert (select password_failures = 1 from users where htouhui_user_id = '10000000001');
end $$;
