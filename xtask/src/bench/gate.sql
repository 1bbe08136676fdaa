-- The tables that the checks of gate/ look at.
create table public.things (name text not null, bad boolean not null);
create table public.amounts (name text primary key, amount text not null);
