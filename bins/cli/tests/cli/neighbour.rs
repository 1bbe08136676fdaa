//! A private server with an application on it, for tests that make and drop roles: those belong to a whole server.

use std::{path::Path, process::Command};

use pg_sandbox::{Options, Sandbox, Script};
use tempfile::TempDir;

use crate::harness::{Answer, vigie};

pub(crate) const DATABASE: &str = "depot";

macro_rules! defaults {
    () => {
        "
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;
create schema auth;
create function auth.uid() returns uuid language sql stable as
    $$ select nullif(current_setting('request.jwt.claims', true)::jsonb ->> 'sub', '')::uuid $$;
grant usage on schema auth, public to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges grant all on tables to anon, service_role;
alter default privileges grant all on functions to anon, authenticated;
alter default privileges grant usage on schemas to anon;
"
    };
}

/// What Supabase sets up: the roles of PostgREST, and everything new given to all of them.
pub(crate) const DEFAULTS: &str = defaults!();

/// A host as Supabase sets it up: profiles with roles, and names that have to be quoted.
pub(crate) const SUPABASE: &str = concat!(
    defaults!(),
    "
create type public.app_role as enum ('admin', 'directeur', 'pca', 'gerant');
create table public.profils (user_id uuid, nom text, role public.app_role);
alter table public.profils enable row level security;
create policy mine on public.profils for select to authenticated using (user_id = (select auth.uid()));
insert into public.profils values
    ('00000000-0000-0000-0000-00000000000a', 'Amina', 'admin'),
    ('00000000-0000-0000-0000-00000000000b', 'Brice', 'gerant'),
    ('00000000-0000-0000-0000-00000000000c', 'Chantal', 'admin'),
    ('00000000-0000-0000-0000-00000000000c', 'Chantal', 'pca');
create table public.\"Ça va?\" (id integer primary key, \"l'état\" text);
alter table public.\"Ça va?\" enable row level security;
insert into public.\"Ça va?\" values (1, 'mal'), (2, 'bien');
create view public.\"a.b\" as select id, \"l'état\" from public.\"Ça va?\";
create view public.directe with (security_invoker = true) as select id from public.\"Ça va?\";
create function public.noter() returns trigger language plpgsql as $$ begin return new; end $$;
create schema \"fermé\";
create table \"fermé\".secret (id integer);
create function \"fermé\".cle(\"l'id\" integer) returns text language sql stable as $$ select \"l'id\"::text $$;
revoke all on all tables in schema \"fermé\" from anon, service_role;
revoke all on all functions in schema \"fermé\" from public;
revoke connect on database depot from public;
"
);

/// Checks of the host's tables, one over each way to read them.
pub(crate) const CHECKS: &[(&str, &str)] = &[
    (
        "CA_VA",
        "select id as entity_id from public.\"Ça va?\" where \"l'état\" = 'mal' -- a comment; drop table x",
    ),
    (
        "PAR_VUE",
        "select id as entity_id from public.\"a.b\" where id > 1",
    ),
    (
        "VUE_DIRECTE",
        "select id as entity_id from public.directe where id > 5",
    ),
    (
        "FERME",
        "select \"fermé\".cle(id) as entity_id from \"fermé\".secret",
    ),
];

/// The server, with a database in which a host may be.
pub(crate) struct Neighbour {
    sandbox: Sandbox,
    pub(crate) directory: TempDir,
}

impl Neighbour {
    pub(crate) fn new(host: &str) -> Self {
        let sandbox = Sandbox::start(&Options::from_env()).expect("a private server");
        sandbox.create_database(DATABASE).expect("a database");
        let directory = tempfile::tempdir().expect("a directory");
        let this = Self { sandbox, directory };
        this.sql(host);
        this
    }

    /// Runs statements as superuser.
    #[track_caller]
    pub(crate) fn sql(&self, statements: &str) -> String {
        let said = self.sandbox.psql(DATABASE, Script::Text(statements));
        said.unwrap_or_else(|error| panic!("{error}"))
    }

    /// What the server says against statements.
    #[track_caller]
    pub(crate) fn refusal(&self, statements: &str) -> String {
        let said = self.sandbox.psql(DATABASE, Script::Text(statements));
        said.expect_err(statements).to_string()
    }

    /// Runs statements as somebody signed in with these claims, as PostgREST does.
    #[track_caller]
    pub(crate) fn as_person(&self, role: &str, claims: &str, statement: &str) -> String {
        self.sql(&format!(
            "begin; set local role {role}; set local request.jwt.claims = '{claims}'; {statement}; rollback;"
        ))
    }

    pub(crate) fn url(&self) -> String {
        self.sandbox.url(DATABASE)
    }

    /// The URL for another login, which the superuser's password opens too.
    pub(crate) fn url_of(&self, login: &str) -> String {
        self.sql(&format!("alter role {login} password 'x'"));
        format!(
            "postgres://{login}:x@127.0.0.1:{}/{DATABASE}",
            self.sandbox.port()
        )
    }

    pub(crate) fn vigie(&self, args: &[&str]) -> Answer {
        self.vigie_as(&self.url(), args)
    }

    pub(crate) fn vigie_as(&self, url: &str, args: &[&str]) -> Answer {
        Answer::of(
            vigie(self.directory.path())
                .env("VIGIE_DATABASE_URL", url)
                .args(args),
        )
    }

    /// Writes the pack of [`CHECKS`] where the program runs.
    pub(crate) fn write_checks(&self, checks: &[(&str, &str)]) {
        let folder = self.directory.path().join("checks");
        std::fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
        write("pack.toml", "name = \"checks\"\nformat = 1\n");
        for (code, sql) in checks {
            let text = crate::harness::check(code, "WARN", "", sql);
            write(&format!("{}.sql", code.to_ascii_lowercase()), &text);
        }
    }

    /// Everything that a person who runs the database could find changed: the schema as `pg_dump` writes it, whoever may
    /// do what with anything, the roles with their members and settings.
    #[track_caller]
    pub(crate) fn everything(&self) -> String {
        let dump = Command::new(pg_dump(self.sandbox.bin_dir()))
            .args(["--schema-only", "--dbname", &self.url()])
            .output()
            .expect("pg_dump runs");
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let dump: String = String::from_utf8(dump.stdout)
            .expect("UTF-8")
            .lines()
            // newer versions mark a dump with a random key
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
            .collect::<Vec<_>>()
            .join("\n");
        format!("{dump}\n{}", self.sql(ACLS_AND_ROLES))
    }

    /// Where every row of the catalogs that an installation could write lies, and by which transaction.
    pub(crate) fn traces(&self) -> String {
        let tables = [
            "pg_class",
            "pg_proc",
            "pg_namespace",
            "pg_attribute",
            "pg_type",
            "pg_rewrite",
            "pg_trigger",
            "pg_policy",
            "pg_authid",
            "pg_auth_members",
            "pg_db_role_setting",
            "pg_database",
            "pg_default_acl",
            "pg_description",
            "pg_depend",
            "pg_shdepend",
        ];
        let of = |table: &str| {
            format!(
                "select '{table}', count(*), md5(string_agg(concat_ws(' ', ctid, xmin), ',' order by ctid)) from pg_catalog.{table};"
            )
        };
        let catalogs: String = tables.into_iter().map(of).collect();
        self.sql(&format!(
            "{catalogs} select i.*, i.xmin from vigie.installation i order by seq; select r.*, r.xmin from vigie.role_source r"
        ))
    }
}

const ACLS_AND_ROLES: &str = "
select 'relation', c.oid::regclass, a.*, a.grantor::regrole, a.grantee::regrole
from pg_class c, aclexplode(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::\"char\", c.relowner))) a
where c.relkind in ('r', 'v', 'm', 'S', 'p', 'f') and c.oid::regclass::text !~ '^pg_(toast|temp)' order by 2, 3, 4, 5;
select 'column', attrelid::regclass, attname, attacl from pg_attribute where attacl is not null and attrelid >= 16384 order by 2, 3;
select 'schema', n.nspname, a.* from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
where n.nspname !~ '^pg_(toast|temp)' order by 2, 3, 4, 5;
select 'routine', p.oid::regprocedure, a.* from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
order by 2, 3, 4, 5;
select 'database', d.datname, a.* from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a order by 2, 3, 4, 5;
select 'default', d.defaclrole, d.defaclnamespace, d.defaclobjtype, a.* from pg_default_acl d, aclexplode(d.defaclacl) a order by 2, 3, 4, 5, 6, 7;
select 'role', oid, * from pg_roles order by rolname;
select 'member', roleid::regrole, member::regrole, grantor::regrole, admin_option from pg_auth_members order by 2, 3;
select 'setting', setdatabase, setrole::regrole, setconfig from pg_db_role_setting order by 2, 3;
";

/// The one of the server's own version, else any: a newer one reads older servers.
fn pg_dump(bin_dir: &Path) -> std::path::PathBuf {
    let beside = bin_dir.join("pg_dump");
    if beside.exists() { beside } else { "pg_dump".into() }
}
