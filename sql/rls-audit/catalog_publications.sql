-- What is published to subscribers.
select coalesce(jsonb_agg(jsonb_build_object(
    'name', p.pubname,
    'owner', pg_get_userbyid(p.pubowner),
    'all_tables', p.puballtables,
    'tables', (select coalesce(jsonb_agg(jsonb_build_object('schema', t.schemaname, 'name', t.tablename)
                               order by t.schemaname collate "C", t.tablename collate "C"), '[]')
               from pg_catalog.pg_publication_tables t where t.pubname = p.pubname)
) order by p.pubname collate "C"), '[]')::text as "publications!"
from pg_catalog.pg_publication p
