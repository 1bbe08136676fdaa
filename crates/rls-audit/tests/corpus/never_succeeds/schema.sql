-- Begins with auth.sql.
create schema private;
create table public.journal (id int primary key, actor uuid not null, body text);
create index on public.journal (actor);
insert into public.journal values (1, '11111111-1111-4111-8111-111111111111', 'a');
create function private.refuse() returns trigger language plpgsql as
$$ begin
    -- The journal is never changed.
    raise exception 'the journal is append-only';
end $$;
create trigger append_only before update or delete on public.journal for each row execute function private.refuse();
alter table public.journal enable row level security;
create policy "Actors see" on public.journal for select to authenticated using (actor = (select auth.uid()));
create policy "Actors change" on public.journal for update to authenticated using (actor = (select auth.uid()));
grant select, update on public.journal to authenticated;

create table public.orders (id int primary key, customer uuid not null, is_paid boolean not null default false);
create index on public.orders (customer);
insert into public.orders values (1, '11111111-1111-4111-8111-111111111111'), (2, '22222222-2222-4222-8222-222222222222');
create function private.keep_paid() returns trigger language plpgsql as
$$ begin
    if old.is_paid then raise exception 'it is paid'; end if;
    return new;
end $$;
create trigger keep_paid before update on public.orders for each row execute function private.keep_paid();
create trigger never_the_first before delete on public.orders for each row when (old.id = 1) execute function private.refuse();
alter table public.orders enable row level security;
create policy "Customers manage" on public.orders to authenticated using (customer = (select auth.uid()));
create policy "Customers remove" on public.orders for delete to authenticated using (customer = (select auth.uid()) and not is_paid);
grant select, insert, update, delete on public.orders to authenticated;
