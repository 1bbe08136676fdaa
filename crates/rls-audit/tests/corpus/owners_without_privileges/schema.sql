-- An owner has what it was not told to do without: these views are open, and the table below is shut to the owner itself.
grant usage on schema public to anon, authenticated;

create table public.ledger (id int primary key, amount numeric not null);
insert into public.ledger values (1, 10);
create view public.entries as select id, amount from public.ledger;
grant select, insert, update, delete on public.entries to authenticated;
alter table public.ledger owner to app_owner;
alter view public.entries owner to app_owner;
revoke insert, update, delete on public.ledger from app_owner;

create table public.drafts (id int primary key, amount numeric not null);
insert into public.drafts values (1, 10);
create view public.outlines as select id, amount from public.drafts;
grant select, insert, update, delete on public.outlines to authenticated;
alter table public.drafts owner to app_owner;
alter view public.outlines owner to app_owner;
