do $$ begin
    assert not exists(select from sms_codes where sms_codes::text like '%198.51%');
end $$;
