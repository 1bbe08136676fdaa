//! A schema that chance has made.

use std::collections::BTreeSet;

use fastrand::Rng;

/// What at least one schema of ten has to have.
pub(crate) const FEATURES: [&str; 7] = [
    "column grants",
    "restrictive",
    "noinherit",
    "partitions",
    "updatable views",
    "helper functions",
    "blind writes",
];

/// A schema, and what is in it.
pub(crate) struct Schema {
    pub(crate) sql: String,
    pub(crate) features: BTreeSet<&'static str>,
}

/// A table in the making.
struct Table {
    name: String,
    /// What its policies may say.
    texts: Vec<&'static str>,
}

const TEXTS: [&str; 10] = [
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

impl Schema {
    pub(crate) fn made(seed: u64) -> Self {
        let mut chance = Chance(Rng::with_seed(seed));
        let mut made = Self {
            sql: HEAD.to_owned(),
            features: BTreeSet::new(),
        };
        for table in 0..3 {
            made.table(&mut chance, table);
        }
        made
    }

    fn say(&mut self, statements: &str) {
        self.sql.push_str(statements);
    }

    fn has(&mut self, feature: &'static str) {
        self.features.insert(feature);
    }

    fn table(&mut self, chance: &mut Chance, n: u64) {
        let mut table = Table {
            name: format!("public.t{n}"),
            texts: TEXTS.to_vec(),
        };
        let (columns, key) = self.columns(chance, &mut table);
        let name = table.name.clone();
        if chance.one_in(4) {
            self.has("partitions");
            self.say(&format!(
                "create table {name} ({columns}, primary key ({key})) partition by hash (id);\n\
                 create table {name}_a partition of {name} for values with (modulus 2, remainder 0);\n\
                 create table {name}_b partition of {name} for values with (modulus 2, remainder 1);\n"
            ));
            if chance.one_in(2) {
                self.say(&format!("grant select, update on {name}_a to authenticated;\n"));
            }
        } else {
            self.say(&format!(
                "create table {name} ({columns}, primary key ({key}));\n"
            ));
            if chance.one_in(6) {
                self.has("inheritance");
                self.say(&format!(
                    "create table {name}_heir () inherits ({name});\n\
                     insert into {name}_heir (id, owner) values (7, '11111111-1111-4111-8111-111111111111');\n\
                     grant select, update on {name}_heir to authenticated;\n"
                ));
            }
        }
        self.rows(chance, &name);
        if !chance.one_in(6) {
            self.say(&format!("alter table {name} enable row level security;\n"));
        }
        if chance.one_in(8) {
            self.has("force");
            self.say(&format!("alter table {name} force row level security;\n"));
        }
        let mut commands = Vec::new();
        for policy in 0..chance.below(4) {
            commands.push(self.policy(chance, &table, policy));
        }
        if commands.contains(&"update") && !commands.iter().any(|command| ["select", "all"].contains(command))
        {
            self.has("blind writes");
        }
        self.grants(chance, &name);
        if chance.one_in(6) {
            self.has("triggers");
            let does = chance.of(&["return coalesce(new, old);", "raise exception 'no';"]);
            self.say(&format!(
                "create function private.fire{n}() returns trigger language plpgsql as $$ begin {does} end $$;\n\
                 create trigger fire before insert or update or delete on {name}\n\
                 for each row execute function private.fire{n}();\n"
            ));
        }
        if chance.one_in(3) {
            self.view(chance, &name, n);
        }
    }

    /// The columns, and those of the key.
    fn columns(&mut self, chance: &mut Chance, table: &mut Table) -> (String, &'static str) {
        let mut columns =
            "id int not null, owner uuid, state text default 'new' check (state in ('new', 'done')), body text".to_owned();
        if chance.one_in(4) {
            self.has("enums");
            columns.push_str(", mood public.mood default 'well'");
            table.texts.extend([
                "mood = 'well'",
                "mood is distinct from 'ill' and owner = auth.uid()",
            ]);
        }
        if chance.one_in(4) {
            self.has("domains");
            columns.push_str(", code public.code default 'XY', kind public.kind not null default 'a'");
            table
                .texts
                .extend(["code is not null", "kind = 'b'", "kind = 'a' and code = 'XY'"]);
        }
        if chance.one_in(6) {
            self.has("generated");
            columns.push_str(", twice int generated always as (id * 2) stored");
            table.texts.push("twice > 1");
        }
        if chance.one_in(5) {
            self.has("composite keys");
            columns.push_str(", part int not null default 0");
            return (columns, "id, part");
        }
        (columns, "id")
    }

    fn rows(&mut self, chance: &mut Chance, name: &str) {
        let rows = chance.below(4);
        if rows == 0 {
            self.has("empty tables");
        }
        for row in 0..rows {
            let owner = chance.of(&[
                "'11111111-1111-4111-8111-111111111111'",
                "'22222222-2222-4222-8222-222222222222'",
                "null",
            ]);
            let state = chance.of(&["'new'", "'done'"]);
            self.say(&format!(
                "insert into {name} (id, owner, state, body) values ({row}, {owner}, {state}, 'b');\n"
            ));
        }
    }

    fn policy(&mut self, chance: &mut Chance, table: &Table, n: u64) -> &'static str {
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
        let texts = &table.texts;
        let using = chance.of(texts);
        let check = chance.of(texts);
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
            "create policy p{n} on {}{kind} for {command} to {role}{using}{check};\n",
            table.name
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
create type public.mood as enum ('well', 'ill');
create domain public.code as text check (value ~ '^[A-Z]{2}$');
create domain public.kind as text check (value in ('a', 'b', 'c'));
insert into public.lookup values (0, '11111111-1111-4111-8111-111111111111'), (1, null);
grant select on public.lookup to authenticated;
";

/// Chance that can be repeated.
struct Chance(Rng);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0.u64(..limit)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of(&mut self, texts: &[&'static str]) -> &'static str {
        texts[self.0.usize(..texts.len())]
    }
}
