-- Whether what is read will be the whole truth: what Row Level Security hides must not look like nothing.
-- A person needs a role in Vigie; a login is past Row Level Security, or the one that the service's policies are for.
select case
    when $1::boolean then vigie.actor_role() is not null
    else not row_security_active('vigie.releases') or pg_has_role('vigie_sync', 'usage')
end as "may_read!"
