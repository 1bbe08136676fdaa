//! `vigie doctor`: a whole installation, half of one, and one fault after the other. Roles belong to the whole server, so
//! each test has a server of its own.

use pg_sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::{
    bouncer::Bouncer,
    harness::{Answer, World},
};

/// A database on a private server.
pub(crate) struct Clinic {
    pub(crate) world: World,
    _server: Sandbox,
}

impl Clinic {
    fn empty() -> Self {
        let server = Sandbox::start(&Options::from_env()).expect("a private server");
        Self {
            world: World::empty_on(server.url("postgres")),
            _server: server,
        }
    }

    /// As a person leaves it who did everything: schema, roles, views, logins, a member, and a first run.
    pub(crate) fn healthy() -> Self {
        let clinic = Self::empty();
        let world = &clinic.world;
        world.sql(concat!(
            "begin;",
            include_str!("../../../../sql/packs/depot/schema.sql"),
            include_str!("../../../../sql/demo/data.sql"),
            "commit;",
            "create role anon nologin; create role service_role nologin bypassrls;
             revoke create on schema public from public;
             alter table public.citernes enable row level security;"
        ));
        world.vigie(&["migrate"]).exits(0);
        world
            .vigie(&["install", "--pack", "depot", "postgres", "--compat"])
            .exits(0);
        world.sql(
            "alter role vigie_sync password 'x'; alter role vigie_eval password 'x'; alter role vigie_api password 'x';
             insert into vigie.members values ('amina', 'admin')",
        );
        let report = clinic.run(&["sync", "--pack", "depot", "postgres"]);
        assert!(report.code == Some(0) || report.code == Some(3), "{report:#?}");
        clinic
    }

    /// As the service, with the evaluating login beside it.
    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        let world = &self.world;
        let mut command = world.command(&world.url_of("vigie_sync"), args);
        Answer::of(command.env("VIGIE_EVAL_URL", world.url_of("vigie_eval")))
    }

    /// As the owner, with the evaluating login beside it.
    pub(crate) fn look(&self) -> Answer {
        let mut command = self.world.command(
            &self.world.url(),
            &["doctor", "--json", "--pack", "depot", "postgres"],
        );
        Answer::of(command.env("VIGIE_EVAL_URL", self.world.url_of("vigie_eval")))
    }
}

/// The findings of a level, `id: what`.
pub(crate) fn findings(answer: &Answer, level: &str) -> Vec<String> {
    let findings = answer.json();
    let findings = findings["findings"].as_array().expect("findings");
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("text").to_owned();
    findings
        .iter()
        .filter(|finding| finding["level"] == level)
        .map(|finding| format!("{}: {}", text(finding, "id"), text(finding, "what")))
        .collect()
}

pub(crate) fn remedies(answer: &Answer, id: &str) -> Vec<String> {
    let findings = answer.json();
    let findings = findings["findings"].as_array().expect("findings");
    findings
        .iter()
        .filter(|finding| finding["id"] == id && finding["level"] != "ok")
        .map(|finding| finding["remedy"].as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn a_whole_installation_is_well() {
    let clinic = Clinic::healthy();
    let answer = clinic.look();
    let errors = findings(&answer, "error");
    assert!(errors.is_empty(), "{errors:#?}");
    let answer = answer.exits(0);
    let warned: Vec<_> = findings(&answer, "warning")
        .iter()
        .map(|finding| finding.split(':').next().unwrap_or_default().to_owned())
        .filter(|id| id != "freshness.unproved")
        .collect();
    // the owner is the server's superuser here
    assert_eq!(warned, ["login.superuser"]);
    for id in [
        "connection.pooler",
        "server.version",
        "server.clock",
        "schema.integrity-core",
        "schema.alerts-store",
        "role.vigie_eval",
        "privilege.missing",
        "privilege.excess",
        "source.roles",
        "exposure.anonymous",
        "evaluator.database",
        "evaluator.login",
        "evaluator.privilege",
        "evaluator.blind",
        "evaluator.writes",
        "view.system_alerts",
        "view.v_integrity_checks",
        "freshness.checks",
    ] {
        let ok = findings(&answer, "ok");
        assert!(
            ok.iter().any(|finding| finding.starts_with(id)),
            "{id} in {ok:#?}"
        );
    }

    // The service sees the same, and says what it may not look at.
    let answer = clinic
        .run(&["doctor", "--json", "--pack", "depot", "postgres"])
        .exits(3);
    let unseen = findings(&answer, "not_looked_at");
    assert!(
        unseen
            .iter()
            .any(|finding| finding.starts_with("source: not looked at")),
        "{unseen:#?}"
    );
    let text = clinic
        .run(&["doctor", "--pack", "depot", "postgres"])
        .exits(3)
        .stdout;
    assert!(
        text.contains("Exposure to strangers\n  ok       anonymous callers reach nothing of Vigie's\n"),
        "{text}"
    );
    assert!(text.trim_end().ends_with("things not looked at"), "{text}");
}

#[test]
fn nothing_is_there_yet() {
    let clinic = Clinic::empty();
    let world = &clinic.world;
    let answer = world.vigie(&["doctor", "--json"]).exits(1);
    let errors = findings(&answer, "error");
    for expected in [
        "schema.integrity-core: integrity-core: 2 migrations pending",
        "role.vigie_sync: there is no role vigie_sync",
        "role.vigie_eval: there is no role vigie_eval",
        "role.authenticated: there is no role authenticated",
    ] {
        assert!(
            errors.iter().any(|error| error == expected),
            "{expected} in {errors:#?}"
        );
    }

    world.vigie(&["migrate"]).exits(0);
    let answer = world.vigie(&["doctor", "--json"]).exits(1);
    let errors = findings(&answer, "error");
    assert!(
        errors.iter().all(|error| !error.starts_with("schema.")),
        "{errors:#?}"
    );
    assert!(
        errors.iter().any(|error| error.starts_with("role.vigie_sync")),
        "{errors:#?}"
    );
    assert_eq!(remedies(&answer, "role.vigie_sync"), ["run `vigie install`"]);
    let warnings = findings(&answer, "warning");
    assert!(
        warnings
            .iter()
            .any(|warning| warning.starts_with("evaluator.login: no eval_url is configured")),
        "{warnings:#?}"
    );
}

/// What is broken, and the finding that must appear; its own remedy mends it unless another statement does.
pub(crate) type Fault = (&'static str, &'static str, Option<&'static str>);

/// Sees each fault appear, and everything be as before once it is mended.
pub(crate) fn appear_and_vanish(faults: &[Fault]) {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    let was = clinic.look().exits(0);
    for (fault, expected, mend) in faults {
        world.sql(fault);
        let (level, id) = expected.split_once(' ').expect("a level and an id");
        let answer = clinic.look();
        let found = findings(&answer, level);
        assert!(
            found
                .iter()
                .any(|finding| finding.starts_with(&format!("{id}: "))),
            "{fault}: no {expected} in {answer:#?}"
        );
        let answer = answer.exits(i32::from(level == "error"));
        let remedies = remedies(&answer, id);
        assert!(remedies.iter().all(|remedy| !remedy.is_empty()), "{answer:#?}");
        match mend {
            Some(sql) => world.sql(sql),
            None => world.sql(&remedies.join(";\n")),
        }
        let now = clinic.look().exits(0);
        assert_eq!(now.json(), was.json(), "after {fault} and its remedy");
    }
}

#[test]
fn roles_that_are_too_strong() {
    appear_and_vanish(&[
        ("alter role vigie_eval createrole", "error role.vigie_eval", None),
        ("grant service_role to vigie_eval", "error role.vigie_eval", None),
        ("alter role vigie_api bypassrls", "error role.vigie_api", None),
        ("alter role vigie_sync superuser", "error role.vigie_sync", None),
        (
            "grant vigie_sync to authenticated",
            "error role.authenticated",
            None,
        ),
        (
            "alter role authenticated login",
            "warning role.authenticated",
            None,
        ),
    ]);
}

#[test]
fn what_anonymous_callers_reach() {
    appear_and_vanish(&[
        (
            "grant usage on schema vigie to anon",
            "error exposure.anonymous",
            None,
        ),
        (
            "grant select on vigie.alerts to public",
            "error exposure.anonymous",
            None,
        ),
        (
            "grant select (role) on vigie.members to anon",
            "error exposure.anonymous",
            None,
        ),
        (
            "grant execute on function vigie.actor_role() to public",
            "error exposure.anonymous",
            None,
        ),
        (
            "grant usage on sequence vigie.installation_seq_seq to anon",
            "error exposure.anonymous",
            None,
        ),
        (
            "grant select on public.system_alerts to anon",
            "error exposure.anonymous",
            None,
        ),
        (
            "create role crowd; grant crowd to anon; grant select on vigie.checks to crowd",
            "error exposure.anonymous",
            None,
        ),
        (
            "grant create on schema public to authenticated",
            "warning exposure.public",
            None,
        ),
    ]);
}

#[test]
fn what_the_schema_and_its_views_have_lost() {
    appear_and_vanish(&[
        (
            "drop policy alerts_service on vigie.alerts",
            "error privilege.missing",
            Some(include_str!("../../../../sql/integrity-core/roles.sql")),
        ),
        (
            "alter table vigie.runs disable row level security",
            "error privilege.missing",
            Some("alter table vigie.runs enable row level security"),
        ),
        (
            "alter view public.system_alerts set (security_invoker = false)",
            "error view.system_alerts",
            None,
        ),
    ]);
}

#[test]
fn an_evaluating_login_that_sees_too_little_or_may_do_too_much() {
    appear_and_vanish(&[
        ("alter role vigie_eval nobypassrls", "error evaluator.blind", None),
        (
            "revoke select on public.citernes from vigie_eval",
            "error evaluator.privilege",
            Some("grant select on public.citernes to vigie_eval"),
        ),
        (
            "grant insert, update on public.citernes to vigie_eval",
            "warning evaluator.writes",
            None,
        ),
        (
            "alter table public.cours_de_route rename to cdr",
            "error check.CDR_ARRIVE_STALE",
            Some("alter table public.cdr rename to cours_de_route"),
        ),
    ]);
}

#[test]
fn a_source_of_roles_that_cannot_be_trusted() {
    appear_and_vanish(&[
        (
            "grant update on vigie.members to authenticated; create policy mine on vigie.members using (true)",
            "error source.writable",
            Some("revoke update on vigie.members from authenticated; drop policy mine on vigie.members"),
        ),
        (
            "create or replace function vigie.actor_role() returns text language sql stable security definer
                 set search_path = pg_catalog, pg_temp as $$ select 'admin' $$",
            "error source.replaced",
            Some(
                "create or replace function vigie.actor_role() returns text language sql stable security definer
                     set search_path = pg_catalog, pg_temp
                     as E'\\n    select role from vigie.members where user_id = vigie.actor_id()\\n'",
            ),
        ),
        (
            "delete from vigie.members",
            "warning source.members",
            Some("insert into vigie.members values ('amina', 'admin')"),
        ),
    ]);
}

#[test]
fn a_journal_of_accesses_that_could_be_turned_back_into_names() {
    appear_and_vanish(&[
        (
            "insert into vigie.access_sources (source) values ('nginx')",
            "warning access.key",
            Some("delete from vigie.access_sources"),
        ),
        (
            "select vigie.access_salt(date_trunc('month', now() at time zone 'UTC')::date)",
            "warning access.key",
            Some("update vigie.access_keys set bare_at = null"),
        ),
        (
            "revoke select (route) on vigie.access_events from vigie_access_reader",
            "error privilege.missing",
            Some("grant select (route) on vigie.access_events to vigie_access_reader"),
        ),
        (
            "grant select (dedup_key) on vigie.access_events to vigie_access_reader",
            "error privilege.excess",
            None,
        ),
        (
            "alter policy access_events_readers on vigie.access_events using (source = 'nginx')",
            "error privilege.excess",
            Some("alter policy access_events_readers on vigie.access_events using (true)"),
        ),
    ]);
}

#[test]
fn every_grant_of_the_roles_file_is_looked_for_and_told_how_to_give() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    let grants = "select string_agg(line, E'\\n' order by line) from (
        select format('%s on %s to %s', a.privilege_type, 'vigie.' || quote_ident(c.relname), a.grantee::regrole) as line
        from pg_class c, aclexplode(c.relacl) a
        where c.relnamespace = 'vigie'::regnamespace and a.grantee::regrole::text in ('authenticated', 'vigie_sync', 'vigie_api', 'vigie_eval', 'vigie_ingest',
                  'vigie_access_reader')
        union all
        select format('%s (%I) on %s to %s', a.privilege_type, t.attname, 'vigie.' || quote_ident(c.relname), a.grantee::regrole)
        from pg_class c inner join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
        where c.relnamespace = 'vigie'::regnamespace
        union all
        select format('%s on function %s to %s', a.privilege_type, p.oid::regprocedure, a.grantee::regrole)
        from pg_proc p, aclexplode(p.proacl) a
        where p.pronamespace = 'vigie'::regnamespace and a.grantee::regrole::text in ('authenticated', 'vigie_sync', 'vigie_api', 'vigie_eval', 'vigie_ingest',
                  'vigie_access_reader')
        union all
        select format('%s on schema vigie to %s', a.privilege_type, a.grantee::regrole)
        from pg_namespace n, aclexplode(n.nspacl) a
        where n.nspname = 'vigie' and a.grantee::regrole::text in ('authenticated', 'vigie_sync', 'vigie_api', 'vigie_eval', 'vigie_ingest',
                  'vigie_access_reader')) as x";
    let before = world.value(grants);
    let count = before.lines().count();
    assert!(count > 20, "{before}");
    let revokes = before.lines().map(|line| {
        let (what, role) = line.rsplit_once(" to ").expect("a grant");
        format!("revoke {what} from {role};")
    });
    world.sql(&revokes.collect::<String>());
    let answer = clinic.look().exits(1);
    let remedies = remedies(&answer, "privilege.missing");
    assert_eq!(remedies.len(), count, "{remedies:#?}");
    let grant = |remedy: &String| remedy.split_once("or: ").expect("a statement").1.to_owned() + ";";
    world.sql(&remedies.iter().map(grant).collect::<String>());
    assert_eq!(world.value(grants), before);
    clinic.look().exits(0);
}

#[test]
fn a_host_table_that_decides_about_roles_and_its_subjects_can_write() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    world.sql(
        "create table public.profils (user_id text primary key, role text, nom text);
         alter table public.profils enable row level security;
         grant select on public.profils to authenticated;
         grant update (nom) on public.profils to authenticated;
         create policy mine on public.profils to authenticated using (user_id = vigie.actor_id())",
    );
    let source = "query:select role from public.profils where user_id = :actor_id";
    world
        .vigie(&["install", "--pack", "depot", "postgres", "--role-source", source])
        .exits(0);
    // one's own name, but not one's own role
    clinic.look().exits(0);
    world.sql("grant update on public.profils to authenticated");
    let answer = clinic.look().exits(1);
    let errors = findings(&answer, "error");
    assert!(
        errors[0].starts_with("source.writable: authenticated may UPDATE on public.profils"),
        "{errors:#?}"
    );
    world.sql(&remedies(&answer, "source.writable").join(";\n"));
    world.sql("grant update (role) on public.profils to authenticated");
    let answer = clinic.look().exits(1);
    assert_eq!(
        remedies(&answer, "source.writable"),
        ["revoke update (role) on public.profils from authenticated"]
    );
    // without a policy that lets them, the privilege alone does nothing
    world.sql("drop policy mine on public.profils");
    clinic.look().exits(0);
    world.sql("alter table public.profils disable row level security");
    clinic.look().exits(1);
}

#[test]
fn a_view_in_between_hides_rows_from_its_owner() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    world.sql(
        "create role clerk; grant usage, create on schema public to clerk;
         grant select on public.citernes to clerk;
         create view public.v_citernes as select * from public.citernes;
         alter view public.v_citernes owner to clerk;
         grant select on public.v_citernes to vigie_eval",
    );
    world.pack(&[(
        "through_a_view.sql",
        &crate::harness::check(
            "THROUGH_A_VIEW",
            "WARN",
            "",
            "select c.id as entity_id from public.v_citernes c where c.capacite_totale < 0",
        ),
    )]);
    let look = || {
        let mut command = world.command(&world.url(), &["doctor", "--json", "--pack", "checks"]);
        Answer::of(command.env("VIGIE_EVAL_URL", world.url_of("vigie_eval")))
    };
    let answer = look().exits(1);
    let errors = findings(&answer, "error");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(
        errors[0].starts_with(
            "evaluator.blind: Row Level Security hides rows of public.citernes from clerk, who owns a view"
        ),
        "{errors:#?}"
    );
    world.sql("alter view public.v_citernes set (security_invoker = true)");
    look().exits(0);
}

#[test]
fn checks_that_were_not_evaluated_lately() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    world.sql("update vigie.check_states set complete_at = complete_at - interval '1 day' where check_code = 'STOCK_NEGATIF'");
    let answer = clinic.look().exits(1);
    let errors = findings(&answer, "error");
    assert!(
        errors[0].starts_with("freshness.checks: 1 of") && errors.len() == 1,
        "{errors:#?}"
    );
    world.sql("delete from vigie.checks");
    let answer = clinic.look().exits(1);
    let errors = findings(&answer, "error");
    assert!(
        errors[0].starts_with("freshness.checks: no check was ever evaluated"),
        "{errors:#?}"
    );
}

#[test]
fn the_view_of_the_checks_is_compared_with_the_checks_chosen() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    world.file(
        "vigie.toml",
        "[checks.STOCK_LEDGER_MISMATCH]\nparams.tolerance_l = 7\n",
    );
    let answer = clinic.look().exits(0);
    assert_eq!(
        remedies(&answer, "view.v_integrity_checks"),
        ["run `vigie checks view --install`"]
    );
    world.file("vigie.toml", "");
    let whole = clinic.look().exits(0);
    assert!(remedies(&whole, "view.v_integrity_checks").is_empty());
}

#[test]
fn a_pooler_that_loses_statements_is_told_of_and_nothing_is_asked_through_it() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    let bouncer = Bouncer::start(&world.url(), "transaction", "");
    let answer = Answer::of(&mut world.command(&bouncer.url(), &["doctor", "--json"])).exits(1);
    let errors = findings(&answer, "error");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].starts_with("connection.pooler: "), "{errors:#?}");
    assert_eq!(answer.json()["findings"].as_array().map(Vec::len), Some(1));

    // before the evaluating login only
    let mut command = world.command(&world.url(), &["doctor", "--json", "--pack", "depot", "postgres"]);
    let answer = Answer::of(command.env("VIGIE_EVAL_URL", bouncer.url())).exits(1);
    let errors = findings(&answer, "error");
    assert!(errors[0].starts_with("evaluator.pooler: "), "{errors:#?}");
}

#[test]
fn an_evaluating_login_of_another_database() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    let elsewhere = world.url_of("vigie_eval");
    let elsewhere = format!("{}/postgres", elsewhere.rsplit_once('/').expect("a URL").0);
    let mut command = world.command(&world.url(), &["doctor", "--json", "--pack", "depot", "postgres"]);
    let answer = Answer::of(command.env("VIGIE_EVAL_URL", elsewhere)).exits(1);
    let errors = findings(&answer, "error");
    assert!(errors[0].starts_with("evaluator.database: "), "{errors:#?}");

    let mut command = world.command(&world.url(), &["doctor", "--json", "--pack", "depot", "postgres"]);
    let answer = Answer::of(command.env("VIGIE_EVAL_URL", world.url())).exits(0);
    let warnings = findings(&answer, "warning");
    assert!(
        warnings
            .iter()
            .any(|warning| warning.starts_with("evaluator.login: eval_url names the login")),
        "{warnings:#?}"
    );
}
