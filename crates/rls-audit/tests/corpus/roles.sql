create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role auditor login noinherit password 'auditor';
grant anon, authenticated to auditor;
create role app_owner nologin;
create role staff nologin;
grant staff to authenticated;
grant app_owner to auditor;
