-- Begins with auth.sql.
create domain public.plate as text check (value ~ '^[A-Z]{2}-[0-9]{3}$');
create domain public.weight as int check (value > 0 and value < 100000);
create domain public.code as text not null check (length(value) between 2 and 4);
create type public.vehicle_kind as enum ('car', 'van', 'truck');
create table public.vehicles (
    plate public.plate primary key, owner uuid not null, kind public.vehicle_kind not null, weight public.weight not null, code public.code
);
create index on public.vehicles (owner);
insert into public.vehicles values ('AB-123', '11111111-1111-4111-8111-111111111111', 'truck', 8000, 'AB'), ('CD-456', '11111111-1111-4111-8111-111111111111', 'car', 900, 'CDE'), ('EF-789', '22222222-2222-4222-8222-222222222222', 'van', 2000, 'EF');
alter table public.vehicles enable row level security;
create policy "large ones of one's own" on public.vehicles for select to authenticated
    using (owner = (select auth.uid()) and kind in ('van', 'truck'));
create policy add on public.vehicles for insert to authenticated with check (owner = (select auth.uid()) and kind <> 'truck');
create policy change on public.vehicles for update to authenticated using (owner = (select auth.uid()));
grant select, insert, update on public.vehicles to authenticated;
create table public.visits (id int primary key, plate public.plate not null, owner uuid not null, code public.code, kind public.vehicle_kind not null);
create index on public.visits (owner);
alter table public.visits enable row level security;
create policy own on public.visits to authenticated using (owner = (select auth.uid()));
grant select, insert, update, delete on public.visits to authenticated;
