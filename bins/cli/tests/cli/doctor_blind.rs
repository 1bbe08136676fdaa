//! `vigie doctor` where something looks well and is not, or cannot be looked at.

use crate::{
    doctor::{Clinic, appear_and_vanish, findings, remedies},
    harness::{Answer, check},
};

/// As the owner, with the evaluating login beside it and one check of this statement.
fn look_with_check(clinic: &Clinic, statement: &str) -> Answer {
    let world = &clinic.world;
    world.pack(&[("one.sql", &check("ONE", "WARN", "", statement))]);
    let mut command = world.command(&world.url(), &["doctor", "--json", "--pack", "checks"]);
    Answer::of(command.env("VIGIE_EVAL_URL", world.url_of("vigie_eval")))
}

fn starts(findings: &[String], expected: &str) -> bool {
    findings.iter().any(|finding| finding.starts_with(expected))
}

#[test]
fn grants_and_policies_that_vigie_does_not_make() {
    appear_and_vanish(&[
        (
            "grant update on vigie.alerts to authenticated",
            "error privilege.excess",
            None,
        ),
        (
            "grant delete on vigie.alert_events to service_role",
            "error privilege.excess",
            None,
        ),
        (
            "grant update (status) on vigie.alerts to vigie_api",
            "error privilege.excess",
            None,
        ),
        (
            "grant execute on function vigie.record_events(text, uuid, timestamptz, uuid[], text[], jsonb[])
                 to service_role",
            "error privilege.excess",
            None,
        ),
        (
            "grant create on schema vigie to vigie_sync",
            "error privilege.excess",
            None,
        ),
        (
            "grant select on vigie.alerts to authenticated with grant option",
            "error privilege.excess",
            Some("revoke grant option for select on vigie.alerts from authenticated"),
        ),
        (
            "grant select on vigie.members to vigie_eval",
            "warning privilege.excess",
            Some("revoke select on vigie.members from vigie_eval"),
        ),
        (
            "create policy everybody on vigie.alerts for update to authenticated using (true)",
            "error privilege.excess",
            Some("drop policy everybody on vigie.alerts"),
        ),
        (
            "alter policy alerts_members_read on vigie.alerts using (true)",
            "error privilege.excess",
            Some(
                "alter policy alerts_members_read on vigie.alerts using ((select vigie.actor_role()) is not null)",
            ),
        ),
    ]);
}

#[test]
fn views_that_only_say_that_they_are_vigies() {
    appear_and_vanish(&[
        (
            "create or replace view public.system_alerts with (security_invoker = true) as
             select d.id, d.check_code, d.severity, d.entity_type, d.entity_id, d.message, d.payload, d.status,
                    d.first_detected_at, d.last_detected_at, d.acknowledged_by, d.acknowledged_at, d.resolved_by,
                    d.resolved_at, d.created_at, d.updated_at
             from vigie.alert_details d where false",
            "error view.system_alerts",
            Some(include_str!("../../../../sql/alerts-store/compat/system_alerts.sql")),
        ),
        (
            "drop trigger system_alerts_end on public.system_alerts",
            "error view.system_alerts",
            Some(include_str!("../../../../sql/alerts-store/compat/system_alerts.sql")),
        ),
        (
            "revoke update on public.system_alerts from authenticated",
            "error view.system_alerts",
            Some("grant update on public.system_alerts to authenticated"),
        ),
    ]);
}

/// What keeps the comment by which the view says that it is Vigie's, and of these very checks; and a way to mend it.
const REPLACED: [(&str, &[&str]); 4] = [
    (
        "create or replace view public.v_integrity_checks with (security_invoker = true) as
         select null::text as check_code, null::text as severity, null::text as entity_type, null::text as entity_id,
                null::text as message, null::jsonb as payload, now() as detected_at
         where false",
        &["install", "--compat"],
    ),
    (
        "do $$
         declare
             said text := obj_description('public.v_integrity_checks'::regclass, 'pg_class');
         begin
             drop view public.v_integrity_checks;
             create view public.v_integrity_checks with (security_invoker = true) as select 1 as one;
             execute format('comment on view public.v_integrity_checks is %L', said);
         end $$",
        &["checks", "view", "--install"],
    ),
    (
        "revoke select on public.v_integrity_checks from authenticated",
        &["checks", "view", "--install"],
    ),
    (
        "grant select on public.v_integrity_checks to service_role",
        &["install", "--compat"],
    ),
];

#[test]
fn a_view_of_the_checks_that_is_another_now() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    let was = clinic.look().exits(0);
    for (fault, mend) in REPLACED {
        world.sql(fault);
        let answer = clinic.look().exits(1);
        let errors = findings(&answer, "error");
        assert!(
            errors.len() == 1
                && starts(
                    &errors,
                    "view.v_integrity_checks: public.v_integrity_checks says that"
                ),
            "{fault}: {errors:#?}"
        );
        assert_eq!(
            remedies(&answer, "view.v_integrity_checks"),
            ["run `vigie install --compat` with the same packs"]
        );
        world
            .vigie(&[mend, &["--pack", "depot", "postgres"]].concat())
            .exits(0);
        let now = clinic.look().exits(0);
        assert_eq!(now.json(), was.json(), "after {fault} and {mend:?}");
    }
}

#[test]
fn what_is_no_view_is_not_vigies_whatever_it_says() {
    appear_and_vanish(&[(
        "alter view public.v_integrity_checks rename to ours;
         create materialized view public.v_integrity_checks as select * from public.ours;
         comment on materialized view public.v_integrity_checks is 'Vigie: the checks'",
        "warning view.v_integrity_checks",
        Some(
            "drop materialized view public.v_integrity_checks; alter view public.ours rename to v_integrity_checks",
        ),
    )]);
}

#[test]
fn views_of_others_that_show_what_is_vigies() {
    appear_and_vanish(&[
        (
            "create view public.shown as select * from vigie.alerts; create view public.again as select * from public.shown;
             grant select on public.again to anon",
            "error exposure.anonymous",
            Some("drop view public.shown cascade"),
        ),
        (
            "create view public.shown as select * from vigie.alerts; grant select (id) on public.shown to authenticated",
            "warning exposure.view",
            Some("drop view public.shown"),
        ),
        (
            "create materialized view public.held as select * from vigie.alerts; grant select on public.held to public",
            "error exposure.anonymous",
            Some("drop materialized view public.held"),
        ),
    ]);
    let clinic = Clinic::healthy();
    clinic.world.sql(
        "create view public.shown with (security_invoker = true) as select * from vigie.alerts;
         grant select on public.shown to anon",
    );
    clinic.look().exits(0);
}

#[test]
fn roles_that_become_others_through_another() {
    appear_and_vanish(&[
        (
            "grant service_role to authenticated",
            "error role.vigie_api",
            None,
        ),
        (
            "create role crew; grant vigie_sync to crew; grant crew to vigie_api",
            "error role.vigie_api",
            None,
        ),
    ]);
}

#[test]
fn an_evaluating_login_that_could_change_something() {
    appear_and_vanish(&[
        (
            "grant create on schema public to vigie_eval",
            "warning evaluator.writes",
            None,
        ),
        (
            "do $$ begin execute format('grant create on database %I to vigie_eval', current_database()); end $$",
            "warning evaluator.writes",
            None,
        ),
        (
            "create sequence public.counter; grant usage on sequence public.counter to vigie_eval",
            "warning evaluator.writes",
            Some("drop sequence public.counter"),
        ),
        (
            "create function public.emptied() returns void language sql security definer
                 as $$ delete from public.citernes $$",
            "warning evaluator.writes",
            Some("drop function public.emptied()"),
        ),
    ]);
}

#[test]
fn a_view_that_asks_who_reads_is_asked_within_another_too() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    world.sql(
        "create role clerk bypassrls; grant usage, create on schema public to clerk;
         grant select on public.citernes to clerk, vigie_eval;
         create view public.v_inner with (security_invoker = true) as select * from public.citernes;
         create view public.v_outer as select * from public.v_inner;
         alter view public.v_inner owner to clerk; alter view public.v_outer owner to clerk;
         grant select on public.v_outer, public.v_inner to vigie_eval;
         alter role vigie_eval nobypassrls",
    );
    let statement = "select c.id as entity_id from public.v_outer c where c.capacite_totale < 0";
    let errors = findings(&look_with_check(&clinic, statement).exits(1), "error");
    assert!(
        starts(
            &errors,
            "evaluator.blind: Row Level Security hides rows of public.citernes from vigie_eval"
        ),
        "{errors:#?}"
    );
    world.sql("alter role vigie_eval bypassrls; alter role clerk nobypassrls");
    look_with_check(&clinic, statement).exits(0);
}

#[test]
fn what_nothing_is_seen_behind_is_not_looked_at() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    world.sql(
        "create materialized view public.held as select * from public.citernes;
         create function public.counted() returns bigint language sql stable security definer
             as $$ select count(*) from public.citernes $$;
         create function public.asked() returns bigint language sql stable
             as $$ select count(*) from public.citernes $$;
         create table public.halves (id text, secret text);
         grant select on public.held to vigie_eval;
         grant select (id) on public.halves to vigie_eval",
    );
    for (statement, expected) in [
        (
            "select c.id as entity_id from public.held c",
            "evaluator.blind: the rows of the materialized view public.held",
        ),
        (
            "select c.id as entity_id from public.citernes c where public.counted() = 0",
            "evaluator.blind: what the function public.counted reads, it reads with the rights of",
        ),
        (
            "select c.id as entity_id from public.citernes c where public.asked() = 0",
            "evaluator.blind: the body of the function public.asked tells nobody",
        ),
        (
            "select h.id as entity_id from public.halves h",
            "evaluator.privilege: vigie_eval runs the checks, and it may read only some columns of public.halves",
        ),
    ] {
        let answer = look_with_check(&clinic, statement).exits(3);
        let unseen = findings(&answer, "not_looked_at");
        assert!(starts(&unseen, expected), "{expected} in {unseen:#?}");
    }
}

#[test]
fn a_login_that_may_not_look_or_stands_in_for_another() {
    let clinic = Clinic::healthy();
    let world = &clinic.world;
    let doctor = ["doctor", "--json", "--pack", "depot", "postgres"];
    // the one that only runs the checks
    let answer = Answer::of(&mut world.command(&world.url_of("vigie_eval"), &doctor)).exits(3);
    let unseen = findings(&answer, "not_looked_at");
    assert!(
        starts(&unseen, "login.rights: vigie_eval sees nothing"),
        "{unseen:#?}"
    );
    // the service, where no other login is configured: nothing is to be given to it
    let answer = Answer::of(&mut world.command(&world.url_of("vigie_sync"), &doctor)).exits(1);
    for id in ["evaluator.blind", "evaluator.privilege"] {
        let remedies = remedies(&answer, id);
        assert!(
            !remedies.is_empty() && remedies.iter().all(|remedy| remedy.contains("VIGIE_EVAL_URL")),
            "{remedies:#?}"
        );
    }
    // a view that may be anything
    let unseen = findings(&clinic.run(&doctor).exits(3), "not_looked_at");
    assert!(
        starts(
            &unseen,
            "view.system_alerts: whether public.system_alerts is what"
        ),
        "{unseen:#?}"
    );
}
