-- Begins with auth.sql.
create table public.places (
    region text, number int, owner uuid not null, primary key (region, number), unique (owner, region, number) deferrable initially deferred
);
insert into public.places values ('north', 1, '11111111-1111-4111-8111-111111111111'), ('north', 2, '22222222-2222-4222-8222-222222222222'), ('south', 1, '22222222-2222-4222-8222-222222222222');
alter table public.places enable row level security;
create policy own on public.places to authenticated using (owner = (select auth.uid()));
grant select, insert, update, delete on public.places to authenticated;
create table public.shelves (
    region text, place int, shelf int, label text, primary key (region, place, shelf),
    foreign key (region, place) references public.places deferrable initially deferred
);
insert into public.shelves values ('north', 1, 1, 'a'), ('north', 2, 1, 'b');
alter table public.shelves enable row level security;
create policy "as the place" on public.shelves to authenticated
    using (exists (select 1 from public.places p
                   where p.region = shelves.region and p.number = shelves.place and p.owner = (select auth.uid())));
grant select, insert, update, delete on public.shelves to authenticated;
create table public.folders (
    id uuid primary key default gen_random_uuid(), parent uuid references public.folders deferrable initially deferred, owner uuid not null
);
create index on public.folders (owner);
insert into public.folders values
    ('a0000000-0000-4000-8000-000000000001', null, '11111111-1111-4111-8111-111111111111'),
    ('a0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111'),
    ('a0000000-0000-4000-8000-000000000003', null, '22222222-2222-4222-8222-222222222222');
alter table public.folders enable row level security;
create policy own on public.folders to authenticated using (owner = (select auth.uid()));
create policy "the top stays" on public.folders as restrictive for delete to authenticated using (parent is not null);
grant select, insert, update, delete on public.folders to authenticated;
