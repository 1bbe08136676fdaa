//! `vigie install --role-source`, and what strangers can reach of an installation.

use serde_json::Value;

use crate::neighbour::{CHECKS, Neighbour, SUPABASE};

const QUERY: &str = "query:select role from public.profils where user_id::text = :actor_id";
const AMINA: &str = "00000000-0000-0000-0000-00000000000a";
const BRICE: &str = "00000000-0000-0000-0000-00000000000b";
const CHANTAL: &str = "00000000-0000-0000-0000-00000000000c";

fn migrated() -> Neighbour {
    let host = Neighbour::new(SUPABASE);
    host.vigie(&["migrate"]).exits(0);
    host.write_checks(CHECKS);
    host
}

fn set(host: &Neighbour, source: &str) -> crate::harness::Answer {
    host.vigie(&["install", "--pack", "./checks", "--role-source", source])
}

/// What somebody with these claims is to Vigie.
#[track_caller]
fn role(host: &Neighbour, claims: &str) -> String {
    let said = host.as_person(
        "authenticated",
        claims,
        "select coalesce(vigie.actor_role(), 'nobody')",
    );
    said.lines().last().unwrap_or_default().to_owned()
}

fn sub(person: &str) -> String {
    format!("{{\"sub\": \"{person}\"}}")
}

#[test]
fn roles_come_from_the_table_a_claim_or_a_query() {
    let host = migrated();
    set(&host, QUERY).exits(0);
    assert_eq!(role(&host, &sub(AMINA)), "admin");
    // a role that Vigie does not know, two rows, no row, nobody
    for claims in [sub(BRICE), sub(CHANTAL), sub("somebody"), "{}".to_owned()] {
        assert_eq!(role(&host, &claims), "nobody", "{claims}");
    }
    // what the person can write themselves says nothing, and a table of theirs does not come in between
    let forged = format!("{{\"sub\": \"{BRICE}\", \"app_metadata\": {{\"vigie_role\": \"admin\"}}}}");
    assert_eq!(role(&host, &forged), "nobody");
    let shadow = host.as_person(
        "authenticated",
        &sub(BRICE),
        "create temp table profils (user_id text, role text); insert into profils select sub, 'admin' from jsonb_to_record(current_setting('request.jwt.claims')::jsonb) as x (sub text);
         create temp table members (user_id text, role text); set local search_path = pg_temp, public;
         select coalesce(vigie.actor_role(), 'nobody')",
    );
    assert_eq!(shadow.lines().last(), Some("nobody"));

    set(&host, "claim:app_metadata.vigie_role").exits(0);
    assert_eq!(role(&host, &forged), "admin");
    assert_eq!(role(&host, &sub(AMINA)), "nobody");
    for claims in [
        "{\"app_metadata\": {\"vigie_role\": \"admin\"}}",
        "{\"sub\": \"x\", \"app_metadata\": {\"vigie_role\": [\"admin\"]}}",
        "{\"sub\": \"x\", \"app_metadata\": \"admin\"}",
        "{\"sub\": \"x\", \"user_metadata\": {\"vigie_role\": \"admin\"}}",
        "{\"sub\": \"x\", \"app_metadata\": {\"vigie_role\": \"root\"}}",
    ] {
        assert_eq!(role(&host, claims), "nobody", "{claims}");
    }

    host.sql("insert into vigie.members values ('didier', 'directeur')");
    assert_eq!(role(&host, &sub("didier")), "nobody");
    let members = set(&host, "members").exits(0);
    assert!(
        members.stdout.contains("people's roles come from members"),
        "{members:#?}"
    );
    assert_eq!(role(&host, &sub("didier")), "directeur");
    // and it stays unless it is asked for
    let same = host.vigie(&["install", "--pack", "./checks"]).exits(0);
    assert!(same.stdout.starts_with("nothing to do"), "{same:#?}");
}

#[test]
fn a_source_that_is_none_is_refused_and_nothing_is_done() {
    let host = migrated();
    host.sql(
        "create function public.grandir() returns text language sql volatile as $$ select 'admin' $$;
         create table public.deux (a text, b text)",
    );
    let before = host.everything();
    for (source, words) in [
        ("claim:user_metadata.role", "make themselves admin"),
        (
            "query:select role from profils where user_id::text = :actor_id",
            "write schema.name",
        ),
        (
            "query:select public.grandir() where :actor_id <> ''",
            "calls public.grandir; it may call built-in functions only",
        ),
        (
            "query:select set_config('role', 'postgres', true) where :actor_id <> ''",
            "calls pg_catalog.set_config, volatile",
        ),
        (
            "query:select a, b from public.deux where a = :actor_id",
            "returns 2 columns",
        ),
        ("query:select length(:actor_id)", "returns int4"),
        (
            "query:delete from public.deux where a = :actor_id returning a",
            "syntax error",
        ),
        (
            "query:with x as (delete from public.deux where a = :actor_id returning a) select a from x",
            "data-modifying",
        ),
        (
            "query:select a from public.deux where a = :actor_id) as x (role), (select 1",
            "syntax error",
        ),
        (
            "query:select a from public.deux where a = :actor_id; drop table public.deux",
            "more than one statement",
        ),
        ("query:select 'admin'", "give everybody the same role"),
        (
            "query:select a from public.deux where a = :actor_id for update",
            "FOR UPDATE",
        ),
        ("the table", "none of members"),
    ] {
        let refused = set(&host, source).exits(2).says(words);
        assert!(refused.stdout.is_empty(), "{refused:#?}");
    }
    assert_eq!(before, host.everything());
}

/// Every relation and every routine of an installation, and who can do what with it, from the catalogs.
const OPEN: &str = "
select format('%s may %s %s', r.rolname, p.privilege, c.oid::regclass)
from pg_class c, pg_roles r,
    unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p (privilege)
where (c.relnamespace = 'vigie'::regnamespace or c.oid in (to_regclass('public.system_alerts'), to_regclass('public.v_integrity_checks')))
  and c.relkind in ('r', 'v', 'p', 'm', 'f')
  and r.rolname in ('anon', 'service_role', 'authenticator', 'nobody') and has_table_privilege(r.oid, c.oid, p.privilege)
union all
select format('%s may %s %s', r.rolname, p.privilege, c.oid::regclass)
from pg_class c, pg_roles r, unnest('{SELECT,USAGE,UPDATE}'::text[]) p (privilege)
where c.relnamespace = 'vigie'::regnamespace and c.relkind = 'S'
  and r.rolname in ('anon', 'service_role', 'authenticator', 'nobody', 'authenticated')
  and has_sequence_privilege(r.oid, c.oid, p.privilege)
union all
select format('%s may call %s', r.rolname, f.oid::regprocedure)
from pg_proc f, pg_roles r
where f.pronamespace = 'vigie'::regnamespace
  and r.rolname in ('anon', 'service_role', 'authenticator', 'nobody') and has_function_privilege(r.oid, f.oid, 'EXECUTE')
union all
select format('%s may use the schema vigie', r.rolname)
from pg_roles r
where r.rolname in ('anon', 'service_role', 'authenticator', 'nobody', 'vigie_eval') and has_schema_privilege(r.oid, 'vigie', 'USAGE')
union all
select format('no Row Level Security on %s', c.oid::regclass)
from pg_class c
where c.relnamespace = 'vigie'::regnamespace and c.relkind = 'r' and not c.relrowsecurity and c.relname not like '%\\_migrations'
";

#[test]
fn strangers_reach_nothing_of_an_installation() {
    let host = migrated();
    host.sql("create role nobody login");
    // what the host's default privileges had opened, `vigie migrate` has closed
    assert_eq!(host.sql(OPEN), "");
    host.vigie(&["install", "--compat", "--pack", "./checks"])
        .exits(0);
    // authenticator may become any of them; it inherits nothing here
    assert_eq!(host.sql(OPEN), "");
    let evaluator = "select format('%s %s', p.privilege, c.oid::regclass) from pg_class c, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) p (privilege)
        where c.relkind in ('r', 'v', 'm') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
          and has_table_privilege('vigie_eval', c.oid, p.privilege) order by 1";
    assert_eq!(
        host.sql(evaluator),
        "SELECT \"a.b\"\nSELECT \"fermé\".secret\nSELECT \"Ça va?\"\nSELECT directe\n"
    );
    let standing = "select rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
        (select count(*) from pg_auth_members where member = r.oid), (select setconfig from pg_db_role_setting where setrole = r.oid)
        from pg_roles r where rolname = 'vigie_eval'";
    assert_eq!(
        host.sql(standing),
        "t|f|f|t|f|f|f|0|{default_transaction_read_only=on}\n"
    );
}

#[test]
fn a_run_says_with_which_login_the_checks_ran() {
    let host = migrated();
    host.vigie(&["install", "--pack", "./checks"]).exits(0);
    let (service, evaluator) = (host.url_of("vigie_sync"), host.url_of("vigie_eval"));
    let sync = |eval_url: Option<&str>| {
        let mut command = crate::harness::vigie(host.directory.path());
        command
            .env("VIGIE_DATABASE_URL", &service)
            .args(["sync", "--pack", "./checks", "--json"]);
        if let Some(url) = eval_url {
            command.env("VIGIE_EVAL_URL", url);
        }
        crate::harness::Answer::of(&mut command)
    };
    let own = sync(Some(&evaluator)).exits(0);
    assert!(!own.stderr.contains("connecting login"), "{own:#?}");
    let is = |answer: &crate::harness::Answer| answer.json()["evaluated_by"].clone();
    let said =
        |login: &str, is_own: bool| -> Value { serde_json::json!({ "login": login, "is_own": is_own }) };
    assert_eq!(is(&own), said("vigie_eval", true));
    assert_eq!(own.json()["checks"].as_array().map(Vec::len), Some(4));
    // the service's own login may read nothing of the host's, and says so
    let shared = sync(None)
        .exits(3)
        .says("runs with the connecting login (vigie_sync)");
    assert_eq!(is(&shared), said("vigie_sync", false));
    assert_eq!(shared.stderr.matches("connecting login").count(), 1);
    assert_eq!(
        host.sql("select parameters -> 'evaluated_by' ->> 'login' from vigie.runs order by id"),
        "vigie_eval\nvigie_sync\n"
    );
}

#[test]
fn other_checks_need_other_grants_and_sequences_are_seen() {
    let host = migrated();
    host.sql("create table public.compte (id bigserial primary key)");
    host.vigie(&["install", "--pack", "./checks"]).exits(0);
    let more = host.vigie(&["install", "--pack", "postgres"]).exits(0);
    assert!(
        more.stdout
            .contains("granted: SELECT on sequence public.compte_id_seq to vigie_eval"),
        "{more:#?}"
    );
    // what an earlier installation gave is not taken from checks that may still run elsewhere, but told
    let more = more.says("no check chosen now needs this; to take it back: revoke SELECT on table public.\"Ça va?\" from vigie_eval;");
    assert!(!more.stderr.contains("warning"), "{more:#?}");
    let again = host.vigie(&["install", "--pack", "postgres"]).exits(0);
    assert!(again.stdout.starts_with("nothing to do"), "{again:#?}");
    let evaluator = host.url_of("vigie_eval");
    let sync = crate::harness::Answer::of(
        crate::harness::vigie(host.directory.path())
            .env("VIGIE_DATABASE_URL", host.url())
            .env("VIGIE_EVAL_URL", evaluator)
            .args(["sync", "--pack", "postgres", "--json"]),
    )
    .json();
    let outcome = &crate::harness::row(&sync, "SEQUENCE_NEARLY_EXHAUSTED")["outcome"];
    assert_eq!(outcome, "Complete", "{sync:#}");
}
