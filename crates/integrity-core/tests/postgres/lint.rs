//! What shows only beside tables, views and functions.

use integrity_core::{
    Check, Pack, Problem,
    postgres::lint::{Lint, lint},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{check, checks, prepare};

const DEPOT: &str = include_str!("../../../../sql/packs/depot/schema.sql");

async fn judged(pool: &PgPool, checks: &[Check]) -> Lint {
    lint(pool, checks).await.expect("a judgement")
}

fn said(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// What is warned of in a check with this SQL, and nothing else is said.
async fn warnings(pool: &PgPool, front: &str, sql: &str) -> Vec<String> {
    let lint = judged(pool, &[check("ABC", front, sql)]).await;
    assert_eq!((lint.problems, lint.unseen), (vec![], vec![]), "{sql}");
    said(&lint.warnings)
}

#[sqlx::test]
async fn a_condition_behind_a_clamp_is_warned_about(pool: PgPool) {
    prepare(&pool, DEPOT).await;
    let sql = "select v.citerne_id as entity_id\nfrom public.v_stock_actuel as v\nwhere v.stock_ambiant < 0";
    // PostgreSQL 15 says which relation a view's column is of, later ones only where there is more than one.
    let warned = warnings(&pool, "", sql).await;
    let warned: Vec<_> = warned
        .iter()
        .map(|warning| warning.replace("(l.", "(").replace("+ l.", "+ "))
        .collect();
    assert_eq!(
        warned,
        [
            "abc.sql:12: v.stock_ambiant < 0 can never be true: public.v_stock_actuel.stock_ambiant is \
          GREATEST((stock_ambiant_base + delta_ambiant_total), (0)::DOUBLE PRECISION); \
          compare stock_ambiant_base + delta_ambiant_total of public.v_stock_actuel"
        ]
    );
}

#[sqlx::test]
async fn every_way_of_hiding_a_clamp_is_seen_through(pool: PgPool) {
    prepare(&pool, DEPOT).await;
    prepare(
        &pool,
        "create view public.nested as select s.stock_15c as litres, s.citerne_id from v_stock_actuel s;
         create view public.renamed (a, b) as select citerne_id, coalesce(litres, 0) from public.nested;
         create view public.summed as select citerne_id, sum(litres)::numeric(12, 2) as total from nested group by 1;
         create view public.capped as select citerne_id, least(stock_ambiant_base, 100) as most from v_stock_actuel;
         create view public.chosen as select citerne_id,
             case when stock_ambiant_base < 0 then 0 else stock_ambiant_base end as below,
             case when stock_ambiant_base > 0 then stock_ambiant_base else 0 end as above,
             case when 0 >= stock_ambiant_base then 0::double precision else stock_ambiant_base end as turned,
             case when stock_ambiant_base < 100 then stock_ambiant_base else 100 end as most
         from v_stock_actuel",
    )
    .await;
    let tolerance = "[params.tolerance]\ntype = \"numeric\"\ndefault = 0.01";
    for (front, rest) in [
        ("", "v_stock_actuel v where 0 > v.stock_ambiant"),
        ("", "v_stock_actuel v where v.stock_ambiant < -0.01"),
        (
            "",
            "v_stock_actuel where stock_ambiant <= -1 and statut_is_not_here is null",
        ),
        ("", "v_stock_actuel v where v.stock_15c between -100 and -1"),
        ("", "v_stock_actuel v where -1 = v.stock_15c"),
        ("", "v_stock_actuel v where coalesce(v.stock_15c, 0)::numeric < 0"),
        ("", "v_stock_actuel v where round(v.stock_15c::numeric, 2) < 0"),
        ("", "v_stock_actuel v where v.stock_15c + v.stock_ambiant < 0"),
        ("", "v_stock_actuel v where -v.stock_15c > 0"),
        (
            "",
            "v_stock_actuel v where v.stock_ambiant_base > 3 or not (v.stock_ambiant < 0)",
        ),
        (tolerance, "v_stock_actuel v where v.stock_ambiant < -:tolerance"),
        ("", "public.nested n where n.litres < 0"),
        ("", "renamed r (x, y) where y < 0"),
        (
            "",
            "(select citerne_id, b as c from renamed join nested n on a = n.citerne_id) q where q.c < 0",
        ),
        ("", "summed where total < 0"),
        ("", "capped where most > 100"),
        ("", "capped where 100 < most"),
        ("", "chosen where below < 0"),
        ("", "chosen where above < 0"),
        ("", "chosen where turned < 0"),
        ("", "chosen where most > 100"),
        (
            "",
            "v_stock_actuel v where case when v.depot_id is null then true else not (v.stock_15c >= 0) end",
        ),
        ("", "v_stock_actuel v where not ((v.stock_15c > -1))"),
        ("", "v_stock_actuel v where not v.stock_15c <> -1"),
        (
            "",
            "depots d where exists (select from v_stock_actuel v where v.depot_id = d.id and stock_15c < 0)",
        ),
        (
            "",
            "(values (1)) v (citerne_id) where greatest(v.citerne_id, 0) < 0",
        ),
    ] {
        let rest = rest.replace(" and statut_is_not_here is null", "");
        let sql = format!("select 1 as entity_id from {rest}");
        assert_eq!(warnings(&pool, front, &sql).await.len(), 1, "{sql}");
    }
    let cte = "with s as (select citerne_id, sum(stock_ambiant) as litres from v_stock_actuel group by 1)
               select citerne_id as entity_id from s where litres < 0";
    assert_eq!(warnings(&pool, "", cte).await.len(), 1);
    let in_the_guard = "guard = \"select not exists (select from public.nested where litres < 0)\"";
    assert_eq!(
        warnings(&pool, in_the_guard, "select 1 as entity_id").await.len(),
        1
    );
}

#[sqlx::test]
async fn what_can_be_true_is_not_warned_about(pool: PgPool) {
    prepare(&pool, DEPOT).await;
    prepare(
        &pool,
        "create table public.stocks (id int, litres numeric);
         create view public.floored as select id, greatest(litres, -5) as litres, greatest(id, litres) as most from stocks;
         create view public.chosen as select
             case when litres < 0 then litres else 0 end as least,
             case when litres < 0 then 0 else id end as other,
             case when litres < 0 then 1 else litres end as off,
             case when litres < 0 then 0 when id = 1 then -1 else litres end as two,
             case when litres = 0 then 0 else litres end as same,
             case when litres < 0 then 0 end as sole
         from stocks",
    )
    .await;
    for rest in [
        "v_stock_actuel v where v.stock_ambiant <= 0",
        "v_stock_actuel v where v.stock_ambiant > 0 or v.stock_ambiant = 0",
        "v_stock_actuel v where v.stock_ambiant_base + v.delta_ambiant_total < 0",
        "v_stock_actuel v where v.stock_ambiant - v.stock_15c < 0",
        "v_stock_actuel v where v.stock_ambiant between -1 and 0",
        "v_stock_actuel v where coalesce(v.stock_ambiant, -1) < 0",
        "v_stock_actuel v where 1 < 0",
        "floored f where f.litres < 0",
        "floored f where f.most < 0",
        "(select litres as stock_ambiant from stocks) v_stock_actuel where v_stock_actuel.stock_ambiant < 0",
        "floored where round(litres) <= -5",
        "chosen where least < 0",
        "chosen where other < 0",
        "chosen where other > 0",
        "chosen where off > 0",
        "chosen where off < 0",
        "chosen where two < 0",
        "chosen where same < 0",
        "chosen where sole < 0",
        "v_stock_actuel v where not (v.stock_15c < 5)",
        "v_stock_actuel v where not (v.stock_15c > 0)",
        "v_stock_actuel v where not (v.stock_15c <> 0)",
    ] {
        let sql = format!("select 1 as entity_id from {rest}");
        assert_eq!(warnings(&pool, "", &sql).await, [""; 0], "{sql}");
    }
    // A name of a query hides the view's.
    let cte =
        "with floored as (select litres from stocks) select 1 as entity_id from floored where litres < -9";
    assert_eq!(warnings(&pool, "", cte).await, [""; 0]);
}

#[sqlx::test]
async fn the_depot_s_own_checks_are_without_fault(pool: PgPool) {
    prepare(&pool, DEPOT).await;
    let pack = Pack::builtin("depot").unwrap();
    let lint = judged(&pool, &pack.checks).await;
    assert_eq!((said(&lint.problems), said(&lint.warnings)), (vec![], vec![]));
    // Only the files for schemas of another age.
    for unseen in &lint.unseen {
        assert!(unseen.what.contains("other columns"), "{unseen}");
    }
    assert!(!lint.unseen.is_empty());
}

#[sqlx::test]
async fn volatile_functions_of_people_are_refused(pool: PgPool) {
    prepare(
        &pool,
        "create schema app;
         create table public.tanks (id int);
         create function app.touch(int) returns int language sql as 'select $1';
         create function app.touch_not(int) returns int stable language sql as 'select $1';
         create function app.same(int, int) returns boolean language sql as 'select $1 = $2';
         create operator public.=== (leftarg = int, rightarg = int, function = app.same);
         create view public.calling as select app.touch(id) as id from public.tanks;
         create view public.calling_too as select id from public.calling",
    )
    .await;
    let checks = checks(&[
        (
            "a_calls.sql",
            "",
            "select 1 as entity_id\nfrom public.tanks\nwhere App.touch (id) = 1",
        ),
        (
            "b_guard.sql",
            "guard = \"select app.touch(1) = 1\"",
            "select 1 as entity_id",
        ),
        ("c_view.sql", "", "select id as entity_id from public.calling_too"),
        (
            "d_operator.sql",
            "",
            "select id as entity_id from public.tanks where id === 1",
        ),
        (
            "e_fine.sql",
            "",
            "select app.touch_not(id) as entity_id, lower('X') as scope from public.tanks",
        ),
    ]);
    let lint = judged(&pool, &checks).await;
    let remedy = "do without it, or declare it STABLE if all it does is read";
    let may = "may change something";
    assert_eq!(
        said(&lint.problems),
        [
            format!(
                "a_calls.sql:12: app.touch() is volatile: it {may}, or answer differently each time; {remedy}"
            ),
            format!(
                "b_guard.sql:8: app.touch() is volatile: it {may}, or answer differently each time; {remedy}"
            ),
            format!(
                "c_view.sql:10: a view that it reads calls app.touch(), which is volatile: it {may}; {remedy}"
            ),
            format!(
                "d_operator.sql:10: app.same() is volatile: it {may}, or answer differently each time; {remedy}"
            ),
        ]
    );
    assert_eq!(lint.warnings, []);
    // The parser knows no operators of people.
    assert_eq!(lint.unseen.len(), 1, "{:?}", lint.unseen);
    assert_eq!(lint.unseen[0].file, "d_operator.sql");
}

#[sqlx::test]
async fn an_age_of_today_is_refused_and_one_of_a_transaction_id_is_not(pool: PgPool) {
    prepare(
        &pool,
        "create table public.t (id text, at timestamptz, day date, x xid)",
    )
    .await;
    let of = |condition: &str| {
        check(
            "ABC",
            "",
            &format!("select id as entity_id\nfrom public.t where {condition}"),
        )
    };
    for condition in [
        "age(at) > interval '1 day'",
        "age(at at time zone 'UTC') > interval '1 day'",
        "pg_catalog.age(day) > interval '1 day'",
    ] {
        let said = said(&judged(&pool, &[of(condition)]).await.problems);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].contains("abc.sql:11: age() with one argument reads the clock"),
            "{said:?}"
        );
    }
    for condition in [
        "age(:as_of, at) > interval '1 day'",
        "age(x) > 5",
        "mxid_age(x) > 5",
    ] {
        let lint = judged(&pool, &[of(condition)]).await;
        assert_eq!(said(&lint.problems), [""; 0], "{condition}");
    }
}

#[sqlx::test]
async fn postgresql_s_own_objections_have_their_lines(pool: PgPool) {
    prepare(&pool, "create table public.tanks (id int)").await;
    let checks = checks(&[
        (
            "a_column.sql",
            "",
            "select\n  id as entity_id,\n  nmae as scope\nfrom public.tanks",
        ),
        ("b_table.sql", "", "select 1 as entity_id\nfrom public.nowhere"),
        ("c_syntax.sql", "", "select 1 as entity_id\nfro m"),
        (
            "d_contract.sql",
            "",
            "\nselect id, 3 as severity from public.tanks",
        ),
        (
            "e_requires.sql",
            "requires = [\"public.gone\"]",
            "select 1 as entity_id",
        ),
        ("f_function.sql", "", "select no_such(1) as entity_id"),
        (
            "g_guard.sql",
            "guard = \"select nmae from public.tanks\"",
            "select 1 as entity_id",
        ),
        (
            "h_parameter.sql",
            "[params.n]\ntype = \"text\"\ndefault = \"x\"",
            "select :n + 1 as entity_id",
        ),
    ]);
    let lint = judged(&pool, &checks).await;
    let found = said(&lint.problems);
    for (n, expected) in [
        "a_column.sql:12: PostgreSQL refuses it: column \"nmae\" does not exist (SQLSTATE 42703); correct the name; ",
        "b_table.sql:11: PostgreSQL refuses it: relation \"public.nowhere\" does not exist (SQLSTATE 42P01); ",
        "c_syntax.sql:11: PostgreSQL refuses it: syntax error at or near \"fro\" (SQLSTATE 42601); ",
        "d_contract.sql:11: it returns unknown column \"id\", severity is int4, not text or varchar, no column entity_id; ",
        "e_requires.sql:1: it does not fit this schema: e_requires.sql: public.gone is not there; lint with the schema",
        "f_function.sql:10: PostgreSQL refuses it: function no_such(integer) does not exist (SQLSTATE 42883); ",
        "g_guard.sql:8: PostgreSQL refuses it: column \"nmae\" does not exist (SQLSTATE 42703); ",
        "h_parameter.sql:12: PostgreSQL refuses it: ",
    ]
    .iter()
    .enumerate()
    {
        assert!(found[n].starts_with(expected), "{expected}\n{found:#?}");
    }
    assert_eq!(found.len(), 8, "{found:#?}");
}

#[sqlx::test]
async fn what_lint_cannot_take_apart_is_said(pool: PgPool) {
    prepare(
        &pool,
        "create table public.notes (id int, litres numeric, note xml);
         create view public.odd as select id, note is document as whole, greatest(litres, 0) as litres from public.notes",
    )
    .await;
    let checks = checks(&[
        (
            "a_check.sql",
            "",
            "select id as entity_id\nfrom public.notes where note is document",
        ),
        (
            "b_view.sql",
            "",
            "select id as entity_id from public.odd where litres < 0",
        ),
        ("c_else.sql", "", "select id as entity_id from public.notes"),
    ]);
    let lint = judged(&pool, &checks).await;
    assert_eq!((lint.problems, lint.warnings), (vec![], vec![]));
    let unseen = said(&lint.unseen);
    assert_eq!(unseen.len(), 2, "{unseen:#?}");
    assert!(
        unseen[0].starts_with("a_check.sql:10: lint cannot take it apart ("),
        "{unseen:#?}"
    );
    assert!(
        unseen[1].starts_with("b_view.sql:10: lint cannot take the view public.odd apart ("),
        "{unseen:#?}"
    );
}

/// A login that may read and nothing else: no temporary view, so no question to PostgreSQL about views.
#[sqlx::test]
async fn a_login_that_only_reads_is_told_what_was_not_seen(
    options: PgPoolOptions,
    connect: PgConnectOptions,
) {
    let owner = options.clone().connect_with(connect.clone()).await.unwrap();
    prepare(
        &owner,
        "do $$ begin
             create role integrity_core_linter login password 'linter' nobypassrls;
         exception when duplicate_object or unique_violation then null;
         end $$;
         do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$;
         create table public.tanks (id int, litres numeric);
         create view public.clamped as select id, greatest(litres, 0) as litres from public.tanks;
         create function public.touch(int) returns int language sql as 'select $1';
         create function public.either(int) returns int language sql as 'select $1';
         create function public.either(text) returns text stable language sql as 'select $1';
         grant usage on schema public to integrity_core_linter;
         grant select on all tables in schema public to integrity_core_linter",
    )
    .await;
    let login = connect.username("integrity_core_linter").password("linter");
    let pool = options.connect_with(login).await.unwrap();
    let sql = "select public.touch(id) + either(id) as entity_id from public.clamped where litres < 0";
    let lint = judged(&pool, &[check("ABC", "", sql)]).await;
    assert_eq!(lint.problems.len(), 1, "{:?}", lint.problems);
    assert!(lint.problems[0].what.starts_with("public.touch() is volatile"));
    assert_eq!(lint.warnings.len(), 1, "{:?}", lint.warnings);
    assert_eq!(lint.unseen.len(), 1, "{:?}", lint.unseen);
    assert!(lint.unseen[0].what.starts_with("PostgreSQL could not be asked"));
}

#[sqlx::test]
async fn nothing_is_left_behind(pool: PgPool) {
    prepare(&pool, "create table public.tanks (id int)").await;
    let count = "select count(*) from pg_class where relpersistence = 't' or relname like '%vigie%'";
    judged(
        &pool,
        &[check("ABC", "", "select id as entity_id from public.tanks")],
    )
    .await;
    assert_eq!(
        sqlx::query_scalar::<_, i64>(count)
            .fetch_one(&pool)
            .await
            .unwrap(),
        0
    );
}
