-- Begins with auth.sql.
create schema "My.Schema ⛽";
grant usage on schema "My.Schema ⛽" to authenticated;
create table "My.Schema ⛽"."a ""quoted"" table" ("user" uuid, "Été.1" text, "select" int primary key);
insert into "My.Schema ⛽"."a ""quoted"" table" values ('11111111-1111-4111-8111-111111111111', 'l''été \', 1), (null, null, 2);
alter table "My.Schema ⛽"."a ""quoted"" table" enable row level security;
create policy "it's mine" on "My.Schema ⛽"."a ""quoted"" table" to authenticated using ("user" = auth.uid());
grant all on "My.Schema ⛽"."a ""quoted"" table" to authenticated;
create view public."order" as select * from "My.Schema ⛽"."a ""quoted"" table";
grant select on public."order" to anon;
