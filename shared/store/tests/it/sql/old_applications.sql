insert into applications (id, partner_id, application_no, kind, subject, third_party_user_id,
                          htouhui_user_id, notify_url, form_sealed, form_digest, state, held, step,
                          terminal_at, created_at, updated_at, updated_by)
select id, 'demo-shop', id, 'card', 'individual_user', 'u-1', '10000000001',
       'https://shop.example/notify', 'sealed', 'digest', state, held, 'base',
       case when state = 'passed' then now() end, now(), now(), 'tests'
  from (values ('P-over', 'passed', false), ('P-open', 'in_review', false),
               ('P-held', 'passed', true)) as application (id, state, held);
insert into application_timeline (application_id, at, recorded_by, event)
select id, '2016-01-05Z', 'tests', 'old' from applications;
