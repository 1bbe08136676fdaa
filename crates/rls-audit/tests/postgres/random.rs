//! Schemas that chance has made, and the matrix beside what real commands come to.

use std::collections::BTreeMap;

use rls_audit::{
    Access, DatabaseInspector as _, PgDatabaseInspector,
    postgres::sqlx::{self, Connection as _, Executor as _, PgConnection, PgPool},
    shadow::{PgShadow, disagreements},
};

use crate::corpus::{Corpus, amina};

/// So many schemas, unless `VIGIE_RANDOM_SCHEMAS` says otherwise when this is compiled.
const SCHEMAS: u64 = 12;

#[tokio::test]
async fn the_matrix_of_random_schemas_is_what_real_commands_come_to() {
    let corpus = Corpus::load(Some("own_rows"));
    let times = option_env!("VIGIE_RANDOM_SCHEMAS")
        .and_then(|text| text.parse().ok())
        .unwrap_or(SCHEMAS);
    let mut features: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut wrong, mut cells, mut unknown) = (Vec::new(), 0_usize, BTreeMap::<String, usize>::new());
    for seed in 0..times {
        let schema = Schema::made(seed);
        for feature in &schema.features {
            *features.entry(feature).or_default() += 1;
        }
        let url = corpus.database(&format!("random_{seed}"));
        let mut copy = PgConnection::connect(&url).await.expect("connected");
        copy.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(schema.sql.clone())))
            .await
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{}", schema.sql));
        let pool = PgPool::connect(&url).await.expect("connected");
        let found = PgDatabaseInspector::new(pool)
            .inspect(&[amina()])
            .await
            .expect("inspected");
        let real = PgShadow::new(&mut copy, false)
            .cells(&found)
            .await
            .expect("tried");
        cells += real.len();
        for cell in &found.matrix.cells {
            if let Access::Unknown(_) = cell.access {
                *unknown.entry(cell.access.to_string()).or_default() += 1;
            }
        }
        let differs = disagreements(&found.matrix.cells, &real);
        if !differs.is_empty() {
            println!("seed {seed} is:\n{}", schema.sql);
        }
        wrong.extend(
            differs
                .into_iter()
                .map(|differs| format!("seed {seed}: {differs:?}")),
        );
    }
    println!("{times} schemas, {cells} cells; not known: {unknown:?}; features: {features:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for feature in FEATURES {
        let share = features.get(feature).copied().unwrap_or_default() * 10;
        assert!(
            share >= times,
            "{feature} is in fewer than one of ten: {features:?}"
        );
    }
    let unknown: usize = unknown.values().sum();
    assert!(unknown * 50 < cells, "{unknown} of {cells} are not known");
}

const FEATURES: [&str; 7] = [
    "column grants",
    "restrictive",
    "noinherit",
    "partitions",
    "updatable views",
    "helper functions",
    "blind writes",
];

/// A schema, and what is in it.
struct Schema {
    sql: String,
    features: Vec<&'static str>,
}

impl Schema {
    fn made(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let mut made = Self {
            sql: HEAD.to_owned(),
            features: Vec::new(),
        };
        for table in 0..3 {
            made.table(&mut chance, table);
        }
        made.features.sort_unstable();
        made.features.dedup();
        made
    }

    fn say(&mut self, statements: &str) {
        self.sql.push_str(statements);
    }

    fn has(&mut self, feature: &'static str) {
        self.features.push(feature);
    }

    fn table(&mut self, chance: &mut Chance, n: u64) {
        let name = format!("public.t{n}");
        let columns = "id int not null, owner uuid, state text default 'new' check (state in ('new', 'done')), body text";
        if chance.one_in(4) {
            self.has("partitions");
            self.say(&format!(
                "create table {name} ({columns}, primary key (id)) partition by hash (id);\n\
                 create table {name}_a partition of {name} for values with (modulus 2, remainder 0);\n\
                 create table {name}_b partition of {name} for values with (modulus 2, remainder 1);\n"
            ));
            if chance.one_in(2) {
                self.say(&format!("grant select, update on {name}_a to authenticated;\n"));
            }
        } else {
            self.say(&format!("create table {name} ({columns}, primary key (id));\n"));
        }
        for row in 0..chance.below(4) {
            let owner = chance.of(&[
                "'11111111-1111-4111-8111-111111111111'",
                "'22222222-2222-4222-8222-222222222222'",
                "null",
            ]);
            let state = chance.of(&["'new'", "'done'"]);
            self.say(&format!(
                "insert into {name} values ({row}, {owner}, {state}, 'b');\n"
            ));
        }
        if !chance.one_in(6) {
            self.say(&format!("alter table {name} enable row level security;\n"));
        }
        if chance.one_in(8) {
            self.say(&format!("alter table {name} force row level security;\n"));
        }
        let mut commands = Vec::new();
        for policy in 0..chance.below(4) {
            commands.push(self.policy(chance, &name, policy));
        }
        if commands.contains(&"update") && !commands.iter().any(|command| ["select", "all"].contains(command))
        {
            self.has("blind writes");
        }
        self.grants(chance, &name);
        if chance.one_in(3) {
            self.view(chance, &name, n);
        }
    }

    fn policy(&mut self, chance: &mut Chance, name: &str, n: u64) -> &'static str {
        let command = chance.of(&["all", "select", "insert", "update", "update", "delete"]);
        let restrictive = chance.one_in(4);
        if restrictive {
            self.has("restrictive");
        }
        let role = chance.of(&["authenticated", "authenticated", "public", "anon", "staff"]);
        if role == "staff" {
            // `authenticated` is a member of it, and does not inherit.
            self.has("noinherit");
        }
        let texts = [
            "true",
            "false",
            "owner = auth.uid()",
            "state = 'new'",
            "owner is null",
            "owner is not null and state <> 'done'",
            "private.rank() = 'admin'",
            "private.rank() is not null or owner = auth.uid()",
            "exists (select 1 from private.ranks r where r.id = owner)",
            "id in (select t.id from public.lookup t where t.owner = auth.uid())",
        ];
        let using = chance.of(&texts);
        let check = chance.of(&texts);
        if using.contains("private.rank()") || check.contains("private.rank()") {
            self.has("helper functions");
        }
        let using = if command == "insert" {
            String::new()
        } else {
            format!(" using ({using})")
        };
        let check = if ["select", "delete"].contains(&command) || (command != "insert" && chance.one_in(2)) {
            String::new()
        } else {
            format!(" with check ({check})")
        };
        let kind = if restrictive { " as restrictive" } else { "" };
        self.say(&format!(
            "create policy p{n} on {name}{kind} for {command} to {role}{using}{check};\n"
        ));
        command
    }

    fn grants(&mut self, chance: &mut Chance, name: &str) {
        for role in ["anon", "authenticated"] {
            let all = "select, insert, update, delete";
            let privileges = match chance.below(6) {
                0 => continue,
                1 => {
                    self.has("column grants");
                    let columns = chance.of(&["state", "body", "owner, body", "owner, state, body"]);
                    format!("select (id, {columns}), update ({columns}), insert ({columns})")
                }
                2 => "insert, update, delete".to_owned(),
                3 => "select".to_owned(),
                _ => all.to_owned(),
            };
            self.say(&format!("grant {privileges} on {name} to {role};\n"));
        }
    }

    fn view(&mut self, chance: &mut Chance, name: &str, n: u64) {
        self.has("updatable views");
        let invoker = chance.of(&["", " with (security_invoker = true)"]);
        self.say(&format!(
            "create view public.v{n}{invoker} as select * from {name};\n"
        ));
        self.say(&format!(
            "grant select, insert, update, delete on public.v{n} to authenticated;\n"
        ));
        if chance.one_in(3) {
            self.say(&format!(
                "alter view public.v{n} owner to app_owner;
grant all on {name} to app_owner;
"
            ));
        }
    }
}

const HEAD: &str = "
create schema auth; create schema private;
grant usage on schema auth to public;
create function auth.uid() returns uuid language sql stable as
    $$ select nullif(current_setting('request.jwt.claims', true)::jsonb ->> 'sub', '')::uuid $$;
grant usage on schema public to anon, authenticated, app_owner;
grant usage on schema private to authenticated, app_owner;
create table private.ranks (id uuid primary key, rank text not null);
insert into private.ranks values ('11111111-1111-4111-8111-111111111111', 'admin'), ('22222222-2222-4222-8222-222222222222', 'pca');
create function private.rank() returns text language sql stable security definer set search_path = '' as
    $$ select r.rank from private.ranks r where r.id = auth.uid() $$;
create table public.lookup (id int, owner uuid);
insert into public.lookup values (0, '11111111-1111-4111-8111-111111111111'), (1, null);
grant select on public.lookup to authenticated;
";

/// Chance that can be repeated (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of(&mut self, texts: &[&'static str]) -> &'static str {
        texts[usize::try_from(self.below(texts.len() as u64)).expect("small")]
    }
}
