-- Begins with auth.sql.
create domain public.positive as int check (value > 0);
create domain public.code as text not null check (value ~ '^[A-Z]+$');
create type public.state as enum ('new', 'done');
create table public.kinds (
    id bigint generated always as identity primary key,
    number serial,
    amount numeric(20, 4) not null,
    doubled numeric generated always as (amount * 2) stored,
    positive public.positive,
    code public.code,
    state public.state not null default 'new',
    tags text[],
    details jsonb not null default '{}',
    during tstzrange,
    at timestamptz not null default now(),
    blob bytea,
    net inet,
    owner uuid default auth.uid()
);
insert into public.kinds (amount, positive, code, state, tags, details, during, blob, net, owner) values
    (12345678901234.5678, 1, 'A', 'new', '{a,b}', '{"a": [1, null]}', '[2024-01-01, 2024-02-01)', '\x00ff', '192.0.2.1',
     '11111111-1111-4111-8111-111111111111'),
    (1, null, 'B', 'done', null, '{}', null, null, null, null);
alter table public.kinds enable row level security;
create policy see on public.kinds for select to authenticated using (state = 'done' or owner = auth.uid());
create policy add on public.kinds for insert to authenticated with check (owner = auth.uid() and state = 'new');
create policy change on public.kinds for update to authenticated using (owner = auth.uid()) with check (state in ('new', 'done'));
create policy remove on public.kinds for delete to authenticated using (doubled > 10);
grant all on public.kinds to authenticated;
create table public.no_rows_of_kinds (like public.kinds including all);
alter table public.no_rows_of_kinds enable row level security;
create policy own on public.no_rows_of_kinds to authenticated using (owner = auth.uid());
grant all on public.no_rows_of_kinds to authenticated;
