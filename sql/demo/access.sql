-- Who works in the demo, and a login of the service that can read the depot and nothing else.
-- Run after the migrations and roles.sql; vigie.demo_password is set in the same transaction.

insert into vigie.members (user_id, role) values
    ('amina', 'admin'),
    ('didier', 'directeur'),
    ('patricia', 'pca')
on conflict (user_id) do nothing;

grant usage on schema public to vigie_sync;
grant select on all tables in schema public to vigie_sync;

do $$
begin
    execute format('alter role vigie_sync password %L', current_setting('vigie.demo_password'));
end
$$;
