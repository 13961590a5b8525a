do $$
declare
    named text;
    found bigint;
begin
    for named in
        select table_name
          from information_schema.tables
         where table_schema = 'public' and table_type = 'BASE TABLE'
    loop
        execute format('select count(*) from %I as row where row::text like %L', named, '%{text}%')
           into found;
        assert found = 0, named;
    end loop;
end $$;
