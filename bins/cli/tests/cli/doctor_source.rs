//! `vigie doctor` and `vigie install` about the source of roles: whoever may write it may make themselves admin.

use serde_json::Value;

use crate::{
    harness::Answer,
    neighbour::{CHECKS, Neighbour, SUPABASE},
};

const QUERY: &str = "query:select role from public.roles where user_id = :actor_id";

/// A host with a table of roles that nobody but its owner writes.
const ROLES: &str = "
create table public.roles (user_id text primary key, role text, nom text);
revoke all on public.roles from anon, authenticated, service_role;
grant select on public.roles to authenticated;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges revoke all on tables from anon, service_role;
";

fn migrated(host: &str) -> Neighbour {
    let neighbour = Neighbour::new(SUPABASE);
    neighbour.sql(host);
    neighbour.vigie(&["migrate"]).exits(0);
    neighbour.write_checks(CHECKS);
    neighbour
}

fn set(host: &Neighbour, source: &str) -> Answer {
    host.vigie(&["install", "--pack", "./checks", "--role-source", source])
}

fn installed(host: &str, source: &str) -> Neighbour {
    let neighbour = migrated(host);
    set(&neighbour, source).exits(0);
    neighbour
}

/// What the doctor says of the source of roles, `level id: what`, and every remedy.
fn look(host: &Neighbour) -> (Vec<String>, Vec<String>) {
    let answer = host.vigie(&["doctor", "--json", "--pack", "./checks"]).json();
    let findings = answer["findings"].as_array().expect("findings");
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("text").to_owned();
    findings
        .iter()
        .filter(|finding| text(finding, "id").starts_with("source."))
        .map(|finding| {
            let said = format!(
                "{} {}: {}",
                text(finding, "level"),
                text(finding, "id"),
                text(finding, "what")
            );
            (said, text(finding, "remedy"))
        })
        .unzip()
}

#[track_caller]
fn is_well(host: &Neighbour) {
    let (said, _) = look(host);
    assert!(
        said.len() == 1 && said[0].starts_with("ok source.roles: "),
        "{said:#?}"
    );
}

#[track_caller]
fn finds(host: &Neighbour, beginning: &str) {
    let (said, remedies) = look(host);
    assert!(
        said.iter().any(|said| said.starts_with(beginning)),
        "nothing of {beginning:?} in {said:#?}"
    );
    assert!(remedies.iter().all(|remedy| !remedy.is_empty()), "{remedies:#?}");
}

#[test]
fn a_query_whose_writers_cannot_be_looked_at_is_refused() {
    let host = migrated(ROLES);
    host.sql(
        "create function public.role_of(text) returns text language sql stable as $$ select role from public.profils limit 1 $$;
         create function auth.jwt() returns jsonb language sql stable as $$ select current_setting('request.jwt.claims', true)::jsonb $$;
         create table auth.users (id text, raw_user_meta_data jsonb);
         create view public.v_users as select id, raw_user_meta_data ->> 'role' as role from auth.users;
         create view public.v_calls as select user_id, public.role_of(user_id) as role from public.roles;
         create materialized view public.m_roles as select * from public.roles",
    );
    let before = host.everything();
    for (source, words) in [
        (
            "select public.role_of(:actor_id)",
            "calls public.role_of; it may call built-in functions only",
        ),
        (
            "select role from public.v_calls where user_id = :actor_id",
            "calls public.role_of; it may",
        ),
        (
            "select auth.jwt() -> 'app_metadata' ->> 'role' where :actor_id <> ''",
            "calls auth.jwt; it may call built-in functions only",
        ),
        (
            "select RAW_USER_meta_data ->> 'role' from auth.users where id = :actor_id",
            "a person can write about themselves",
        ),
        (
            "select role from public.v_users where id = :actor_id",
            "the view public.v_users reads the metadata",
        ),
        (
            "select current_setting('request.jwt.claims', true)::jsonb ->> 'role' from public.roles where user_id = :actor_id",
            "use claim:app_metadata.KEY",
        ),
        (
            "select case when :actor_id = 'a' then 'admin' end",
            "reads no table: it gives everybody the same role",
        ),
        (
            "select application_name from pg_stat_activity where usename = :actor_id",
            "cannot",
        ),
        (
            "select role from public.m_roles where user_id = :actor_id",
            "public.m_roles is neither a table nor a view",
        ),
    ] {
        set(&host, &format!("query:{source}")).exits(2).says(words);
    }
    assert_eq!(before, host.everything());
}

#[test]
fn a_query_that_would_be_refused_now_is_found_where_it_stands() {
    let host = installed(
        &format!("{ROLES} create view public.v_roles as select user_id, role from public.roles;"),
        "query:select role from public.v_roles where user_id = :actor_id",
    );
    is_well(&host);
    host.sql(
        "create function public.role_of(text) returns text language sql stable as $$ select 'admin' $$;
         create or replace view public.v_roles as select user_id, public.role_of(user_id) as role from public.roles",
    );
    finds(
        &host,
        "error source.query: this source of roles would be refused now: the query calls public.role_of",
    );
}

#[test]
fn roles_written_through_a_partition() {
    let host = installed(
        "create table public.roles (user_id text, role text) partition by list (role);
         create table public.roles_admin partition of public.roles for values in ('admin');
         create table public.roles_other partition of public.roles default;
         alter table public.roles enable row level security;
         revoke all on public.roles, public.roles_admin, public.roles_other from anon, authenticated, service_role;",
        QUERY,
    );
    is_well(&host);
    host.sql("grant insert on public.roles_admin to authenticated");
    finds(
        &host,
        "error source.writable: authenticated may INSERT on public.roles_admin, which",
    );
    host.sql(
        "revoke insert on public.roles_admin from authenticated;
         alter table public.roles_admin enable row level security;
         grant insert on public.roles_admin to authenticated",
    );
    is_well(&host);
}

#[test]
fn roles_written_through_a_table_that_the_source_is_a_part_of() {
    let host = installed(
        "create table public.tous (user_id text, role text);
         create table public.roles () inherits (public.tous);
         revoke all on public.roles, public.tous from anon, authenticated, service_role;",
        QUERY,
    );
    is_well(&host);
    host.sql("grant update on public.tous to authenticated");
    finds(
        &host,
        "error source.writable: authenticated may UPDATE on public.tous, which",
    );
}

#[test]
fn roles_written_through_another_view() {
    let host = installed(
        &format!(
            "{ROLES} alter table public.roles enable row level security;
             create view public.dessous as select user_id as qui, role as quoi from public.roles;
             create view public.dessus as select qui, quoi from public.dessous;"
        ),
        QUERY,
    );
    is_well(&host);
    host.sql("grant update (quoi) on public.dessus to authenticated");
    finds(
        &host,
        "error source.writable: authenticated may UPDATE (quoi) on the view public.dessus, which",
    );
    // with the caller's own rights, the view below is what holds them back
    host.sql("alter view public.dessus set (security_invoker = true)");
    is_well(&host);
    host.sql("grant insert on public.dessous to public");
    finds(
        &host,
        "error source.writable: anon may INSERT on the view public.dessous, which",
    );
}

#[test]
fn a_column_counts_by_what_the_query_reads_and_not_by_how_it_is_called() {
    // the alias list renames, the row is whole, the columns are all of them: the name stands nowhere
    for source in [
        "query:select b from public.roles as r (a, b) where a = :actor_id",
        "query:select split_part(r::text, ',', 2) from public.roles r where r.user_id = :actor_id",
        "query:select x.b from (select * from public.roles) as x (a, b) where x.a = :actor_id",
    ] {
        let host = installed(ROLES, source);
        is_well(&host);
        host.sql("grant update (role) on public.roles to authenticated");
        finds(
            &host,
            "error source.writable: authenticated may UPDATE (role) on public.roles, which",
        );
    }
    // the word stands in the text, but nobody reads the column
    let host = installed(
        ROLES,
        "query:select role from public.roles where user_id = :actor_id and role <> 'nom'",
    );
    host.sql("grant update (nom) on public.roles to authenticated");
    is_well(&host);
    host.sql("grant update on public.roles to authenticated");
    let (_, remedies) = look(&host);
    assert_eq!(
        remedies,
        [
            "revoke update on public.roles from authenticated; grant update (nom) on public.roles to authenticated"
        ]
    );
    host.sql(&remedies[0]);
    is_well(&host);
}

#[test]
fn a_policy_that_says_false_lets_nobody_through() {
    let host = installed(
        &format!("{ROLES} alter table public.roles enable row level security;"),
        QUERY,
    );
    host.sql(
        "grant insert, update, delete on public.roles to authenticated;
         create policy closed on public.roles using (false) with check (false)",
    );
    is_well(&host);
    host.sql("create policy mine on public.roles for insert with check (user_id = vigie.actor_id())");
    finds(
        &host,
        "error source.writable: authenticated may INSERT on public.roles",
    );
    assert_eq!(look(&host).0.len(), 1);
    host.sql(
        "create policy never on public.roles as restrictive for insert to authenticated with check (false)",
    );
    is_well(&host);
}

#[test]
fn emptying_the_source_is_told_in_its_own_words() {
    let host = installed(ROLES, QUERY);
    host.sql("grant truncate on public.roles to authenticated; grant delete on public.roles to anon");
    let (said, _) = look(&host);
    assert_eq!(
        said,
        [
            "error source.writable: anon may DELETE on public.roles, which decides about people's roles: anybody, \
             without being signed in, could decide who is admin",
            "warning source.writable: authenticated may TRUNCATE on public.roles, which decides about people's roles: \
             it can empty it, and then nobody has a role",
        ]
    );
}

#[test]
fn a_function_that_was_changed_around_its_body() {
    let host = installed(ROLES, QUERY);
    for (fault, mend) in [
        (
            "alter function vigie.actor_role() security invoker",
            "alter function vigie.actor_role() security definer",
        ),
        (
            "alter function vigie.actor_role() set search_path = public",
            "alter function vigie.actor_role() set search_path = pg_catalog, pg_temp",
        ),
        (
            "alter function vigie.actor_role() owner to service_role",
            "alter function vigie.actor_role() owner to postgres",
        ),
        (
            "create or replace function vigie.actor_id() returns text language sql stable set search_path = pg_catalog, pg_temp
                 as $$ select 'amina' $$",
            "create or replace function vigie.actor_id() returns text language sql stable set search_path = pg_catalog, pg_temp
                 as E'\\n    select nullif(nullif(current_setting(\\'request.jwt.claims\\', true), \\'\\')::jsonb ->> \\'sub\\', \\'\\')\\n'",
        ),
    ] {
        is_well(&host);
        host.sql(fault);
        finds(&host, "error source.replaced: vigie.actor_role() has lost");
        host.sql(mend);
    }
    is_well(&host);
}

#[test]
fn a_function_that_writes_roles_for_its_caller() {
    let host = installed(ROLES, QUERY);
    host.sql("create role clerk; grant usage, create on schema public to clerk; create schema staff; create table staff.roles ()");
    for harmless in [
        // with the caller's rights; reads only; says that it writes nothing; another table; an owner who may not
        "create function public.f() returns void language plpgsql as $$ begin update public.roles set role = 'x'; end $$",
        "create function public.f() returns text language sql security definer as $$ select role from public.roles $$",
        "create function public.f() returns void language plpgsql stable security definer
             as $$ begin update public.roles set role = 'x'; end $$",
        "create function public.f() returns void language plpgsql security definer
             as $$ begin update public.roles_old set role = 'x'; end $$",
        "create function public.f() returns void language plpgsql security definer
             as $$ begin update public.roles set role = 'x'; end $$; alter function public.f() owner to clerk",
        "create function public.f() returns void language plpgsql security definer
             as $$ begin update public.roles set role = 'x'; end $$;
         revoke execute on function public.f() from public, anon, authenticated",
    ] {
        host.sql(harmless);
        is_well(&host);
        host.sql("drop function public.f()");
    }
    for body in [
        "language plpgsql security definer as $$ begin UPDATE Public.Roles set role = $1; end $$",
        "language sql security definer begin atomic delete from public.roles; insert into public.roles values ($1, $1); end",
        "language plpgsql security definer set search_path = public
             as $$ begin merge into \"roles\" using (values ($1)) v (id) on user_id = id when matched then do nothing; end $$",
        "language plpgsql security definer as $$ begin execute format('update %I set role = %L', 'roles', $1); end $$",
    ] {
        host.sql(&format!("create function public.prendre(text) returns void {body}"));
        let (said, remedies) = look(&host);
        assert_eq!(
            said,
            [
                "warning source.function: anon, authenticated may call public.prendre(text), which by its text may write \
                 public.roles with the rights of postgres"
            ],
            "{body}"
        );
        let (_, revoke) = remedies[0].split_once(": ").expect("a statement");
        host.sql(revoke);
        is_well(&host);
        host.sql("drop function public.prendre(text)");
    }
}

#[test]
fn a_trigger_elsewhere_that_writes_roles() {
    let host = installed(ROLES, QUERY);
    host.sql(
        "create table public.inscriptions (id text, meta jsonb);
         create function public.inscrire() returns trigger language plpgsql security definer
             as $$ begin insert into public.roles values (new.id, new.meta ->> 'role'); return new; end $$",
    );
    is_well(&host);
    host.sql(
        "create trigger \"à l'entrée\" after insert on public.inscriptions for each row execute function public.inscrire()",
    );
    let (said, remedies) = look(&host);
    assert_eq!(
        said,
        [
            "warning source.function: the trigger \"à l'entrée\" on public.inscriptions runs public.inscrire(), which by \
             its text may write public.roles with the rights of postgres"
        ]
    );
    let (_, drop) = remedies[0].split_once(": ").expect("a statement");
    host.sql(drop);
    is_well(&host);
}

#[test]
fn what_a_trigger_does_to_the_row_that_a_person_writes_is_not_known() {
    let host = installed(ROLES, QUERY);
    // nobody but its owner writes there
    let trigger = |when: &str| {
        host.sql(&format!(
            "create trigger t {when} on public.roles for each row execute function public.noter()"
        ));
    };
    trigger("before insert or update");
    is_well(&host);
    host.sql("grant update (nom) on public.roles to authenticated");
    let (said, remedies) = look(&host);
    assert_eq!(
        said,
        [
            "not_looked_at source.trigger: authenticated may write some of public.roles, and the trigger t, which runs \
             public.noter() then, may write the rest: whether that decides about roles was not looked at"
        ]
    );
    let (_, drop) = remedies[0].rsplit_once(": ").expect("a statement");
    host.sql(drop);
    is_well(&host);

    // what is not fired, or comes too late to change the row with no more rights than the caller's
    for harmless in ["before insert", "after update"] {
        trigger(harmless);
        is_well(&host);
        host.sql("drop trigger t on public.roles");
    }
    trigger("before update");
    host.sql("alter table public.roles disable trigger t");
    is_well(&host);
    host.sql("drop trigger t on public.roles; alter function public.noter() security definer");
    trigger("after update");
    finds(&host, "not_looked_at source.trigger: ");
}
