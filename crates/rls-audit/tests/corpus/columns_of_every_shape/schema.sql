-- Begins with auth.sql.
create type public.address as (street text, city text);
create table public.parcels (
    id uuid primary key,
    owner uuid not null,
    sent_to public.address not null,
    stops public.address[] not null,
    tags text[] not null,
    during tstzrange not null,
    numbers int4multirange not null,
    settings jsonb not null,
    label xml,
    weight numeric(6, 2) not null,
    takes interval not null,
    day date not null,
    at time not null,
    picture bytea not null,
    flags bit(4) not null,
    spot point not null,
    words tsvector not null,
    seen_from inet not null,
    price money not null
);
create index on public.parcels (owner);
alter table public.parcels enable row level security;
create policy own on public.parcels to authenticated using (owner = (select auth.uid()));
create policy published on public.parcels for select to anon using (settings ->> 'public' = 'true');
create policy tagged on public.parcels for update to authenticated using (tags @> array['shared']) with check (owner = (select auth.uid()));
grant select, insert, update, delete on public.parcels to authenticated;
grant select on public.parcels to anon;
insert into public.parcels values
    ('a0000000-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111', row('1 Main', 'Here'), array[row('2 Side', 'There')::public.address], '{shared}',
     '[2026-01-01, 2026-02-01)', '{[1,3)}', '{"public": true}', null, 1.5, '1 day', '2026-01-01', '12:00', '\x00', '1010', '(1,2)', 'a', '192.0.2.1', 5),
    ('a0000000-0000-4000-8000-000000000002', '22222222-2222-4222-8222-222222222222', row('3 Back', 'Away'), '{}', '{}',
     'empty', '{}', '{}', null, 2, '1 hour', '2026-01-02', '13:00', '\x01', '0000', '(0,0)', 'b', '192.0.2.2', 6);
create table public.parcels_to_come (like public.parcels including all);
alter table public.parcels_to_come enable row level security;
create policy own on public.parcels_to_come to authenticated using (owner = (select auth.uid()));
grant select, insert, update, delete on public.parcels_to_come to authenticated;
