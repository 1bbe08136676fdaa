-- Who works in the demo, and a password for the service's logins: one writes alerts and reads nothing of the depot, the
-- other evaluates the checks and reads nothing else. Run after the installation; vigie.demo_password is set in the same transaction.

insert into vigie.members (user_id, role) values
    ('amina', 'admin'),
    ('didier', 'directeur'),
    ('patricia', 'pca')
on conflict (user_id) do nothing;

do $$
begin
    execute format('alter role vigie_sync password %L', current_setting('vigie.demo_password'));
    execute format('alter role vigie_api password %L', current_setting('vigie.demo_password'));
    execute format('alter role vigie_eval password %L', current_setting('vigie.demo_password'));
end
$$;
