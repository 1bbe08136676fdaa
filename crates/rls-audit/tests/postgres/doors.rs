//! Doors that only the right row opens: what is tried has to be thought of.

use rls_audit::{
    Access, Command, Inspection, Name, Persona,
    postgres::sqlx::{self, Connection as _, Executor as _, PgConnection},
    shadow::{PgShadow, disagreements},
};
use serde_json::json;

use crate::corpus::{Corpus, amina, inspected_at};

const SCHEMA: &str = "
create schema auth; grant usage on schema auth to public;
create function auth.jwt() returns jsonb language sql stable as
    $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
grant usage on schema public to anon, authenticated;

create table public.posts (id int primary key, status text, kind varchar(9), hidden bool, body text);
create policy published on public.posts for select using (status = 'published' and kind in ('page', 'post') and not hidden);
create policy draft on public.posts for insert with check (status = 'draft');

create table public.offers (id int primary key, level int not null, gone_at timestamptz, until timestamptz not null);
create policy valid on public.offers for select using (level >= 3 and gone_at is null and until > now());

create table public.members (person uuid, tenant uuid, primary key (person, tenant));
insert into public.members select gen_random_uuid(), gen_random_uuid() from generate_series(1, 60);
insert into public.members values ('11111111-1111-4111-8111-111111111111', '77777777-7777-4777-8777-777777777777');
create policy own on public.members for select to authenticated using (person = auth.uid());
create table public.tasks (id int primary key, tenant uuid not null, author uuid not null, body text);
insert into public.tasks select n, m.tenant, m.person, 'b' from public.members m, generate_series(1, 1) n limit 1;
create policy mine on public.tasks to authenticated
    using (tenant in (select m.tenant from public.members m where m.person = auth.uid()))
    with check (author = auth.uid() and tenant in (select m.tenant from public.members m where m.person = auth.uid()));

create table public.orders (id int primary key, depot_id uuid, owner uuid, body text);
create policy claimed on public.orders to authenticated
    using (depot_id = (auth.jwt() -> 'app_metadata' ->> 'depot')::uuid and owner = auth.uid());

create domain public.code as text not null check (value ~ '^[A-Z]{3}$');
create domain public.word as text check (value ~ '^[a-z]+$');
create type public.mood as enum ('well', 'ill');
create table public.odd (code public.code, word public.word not null, mood public.mood not null, many int[] not null,
    span tstzrange not null, spans int4multirange not null, doc jsonb not null, at timetz not null, price money not null,
    owner uuid, primary key (code));
create policy own on public.odd to authenticated using (owner = auth.uid());

-- Views over tables that are empty.
create view public.shown as select p.id, p.body from public.posts p where p.status = 'published';
create view public.mine as select * from public.orders where owner = auth.uid();
create view public.asked with (security_invoker = true) as select id from public.posts;
create view public.both as select p.id, o.level from public.posts p join public.offers o on o.id = p.id where o.level > 7;
create view public.nothing as select id from public.posts where false;
create view public.above as select s.id from public.shown s where s.id > 2;
";

async fn found() -> (Inspection, PgConnection, Corpus) {
    let corpus = Corpus::load(Some("own_rows"));
    let url = corpus.database("doors");
    let mut copy = PgConnection::connect(&url).await.expect("connected");
    copy.execute(sqlx::raw_sql(SCHEMA)).await.expect("it loads");
    let open = "do $$ declare t record; begin
        for t in select oid::regclass as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') loop
            if not exists (select from pg_views v where format('%I.%I', v.schemaname, v.viewname)::regclass = t.name) then
                execute format('alter table %s enable row level security', t.name); end if;
            execute format('grant all on %s to anon, authenticated', t.name);
        end loop; end $$";
    copy.execute(sqlx::raw_sql(open)).await.expect("it opens");
    let director = Persona::new("director", "authenticated")
        .with_claim("sub", "22222222-2222-4222-8222-222222222222")
        .with_claim(
            "app_metadata",
            json!({"depot": "88888888-8888-4888-8888-888888888888"}),
        );
    let found = inspected_at(&url, &[amina(), director]).await;
    (found, copy, corpus)
}

#[tokio::test]
async fn a_door_that_only_the_right_row_opens_is_found() {
    let (found, mut copy, _corpus) = found().await;
    let access = |persona: &str, relation: &str, command| {
        let access = found
            .matrix
            .access(persona, &Name::new("public", relation), command);
        access.expect("it was looked at").clone()
    };
    let open = [
        ("anon", "posts", Command::Select),
        ("anon", "posts", Command::Insert),
        ("anon", "offers", Command::Select),
        ("amina", "tasks", Command::Insert),
        ("director", "orders", Command::Select),
        ("director", "orders", Command::Insert),
        ("amina", "odd", Command::Select),
        ("amina", "odd", Command::Delete),
        ("anon", "shown", Command::Select),
        ("amina", "mine", Command::Select),
        ("anon", "asked", Command::Select),
        ("anon", "both", Command::Select),
        ("anon", "above", Command::Select),
    ];
    for (persona, relation, command) in open {
        let access = access(persona, relation, command);
        assert!(access.is_open(), "{persona} {command:?} {relation}: {access}");
    }
    let closed = [
        ("anon", "posts", Command::Update, Access::None),
        ("anon", "tasks", Command::Insert, Access::Rls),
        ("director", "tasks", Command::Insert, Access::Rls),
        ("amina", "orders", Command::Select, Access::None),
        ("amina", "orders", Command::Insert, Access::Rls),
        ("anon", "mine", Command::Select, Access::None),
        ("anon", "nothing", Command::Select, Access::None),
    ];
    for (persona, relation, command, expected) in closed {
        let access = access(persona, relation, command);
        assert_eq!(access, expected, "{persona} {command:?} {relation}");
    }
    let unknown: Vec<_> = found.matrix.unknown().collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let real = PgShadow::new(&mut copy, false)
        .cells(&found)
        .await
        .expect("tried");
    assert_eq!(disagreements(&found.matrix.cells, &real), []);
}

/// What schemas made by chance have shown, each with the cell in which the matrix and the real command differed.
#[tokio::test]
async fn what_chance_has_shown_stays_so() {
    let corpus = Corpus::load(Some("own_rows"));
    let url = corpus.database("shown");
    let mut copy = PgConnection::connect(&url).await.expect("connected");
    let (head, _) = SCHEMA.split_once("create table").expect("a head");
    let shown = "
        -- The first row breaks a constraint before the policies of the next are asked.
        create table public.bound (id int primary key, owner uuid, state text check (state in ('new', 'done')), body text);
        insert into public.bound values (0, '11111111-1111-4111-8111-111111111111', 'done'), (1, null, 'new');
        alter table public.bound enable row level security;
        create policy own on public.bound to authenticated using (state is not null or true) with check (owner = auth.uid());
        grant update on public.bound to authenticated;
        -- One row can be changed through a view where all of them cannot.
        create table public.below (id int primary key, owner uuid, state text);
        insert into public.below values (0, null, 'new'), (2, '11111111-1111-4111-8111-111111111111', 'new');
        alter table public.below enable row level security;
        create policy see on public.below for select to authenticated using (id = 0);
        create policy own on public.below for update to authenticated using (owner = auth.uid()) with check (state = 'new');
        create policy first on public.below for update to authenticated using (id = 0);
        create view public.through with (security_invoker = true) as select * from public.below;
        create view public.unread with (security_invoker = true) as select * from public.below;
        grant select, update on public.below, public.through to authenticated;
        grant update on public.unread to authenticated;";
    let script = sqlx::AssertSqlSafe(format!("{head}{shown}"));
    copy.execute(sqlx::raw_sql(script)).await.expect("it loads");
    let found = inspected_at(&url, &[amina()]).await;
    let real = PgShadow::new(&mut copy, false)
        .cells(&found)
        .await
        .expect("tried");
    assert_eq!(disagreements(&found.matrix.cells, &real), []);
    let access = |relation: &str| {
        let name = Name::new("public", relation);
        let access = found.matrix.access("amina", &name, Command::Update);
        access.expect("it was looked at").clone()
    };
    assert!(
        matches!(access("bound"), Access::Conditional(_)),
        "{}",
        access("bound")
    );
    assert!(access("through").is_open() && access("unread").is_open());
    assert_ne!(
        access("through"),
        access("unread"),
        "one of them lets rows be chosen"
    );
}
