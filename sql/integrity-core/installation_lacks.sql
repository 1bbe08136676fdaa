-- Which privileges this login lacks to install, in words. $1: whether views in the schema public are asked for.
select lack as "lack!"
from (
    select 1 as place, 'be the owner of the schema vigie, which is ' || quote_ident(r.rolname) as lack
    from pg_catalog.pg_namespace n
    inner join pg_catalog.pg_roles r on r.oid = n.nspowner
    where n.nspname = 'vigie' and not pg_has_role(n.nspowner, 'usage')
    union all
    select 2, 'have CREATEROLE, since the role ' || w.name || ' is still to be made'
    from unnest('{authenticated,vigie_sync,vigie_api,vigie_eval}'::text[]) w (name)
    where not exists (select from pg_catalog.pg_roles r where r.rolname = w.name)
      and not exists (select from pg_catalog.pg_roles r
                      where r.rolname = current_user and (r.rolcreaterole or r.rolsuper))
    union all
    select 3, 'have CREATE on the schema public, for the views there'
    where $1::boolean and to_regnamespace('public') is not null and not has_schema_privilege('public', 'CREATE')
) as lacking
order by place, lack
