//! What a check reads, as PostgreSQL understands it.

use integrity_core::{
    Check, FailureKind,
    postgres::installation::{ReadRelation, Reads, reads},
};
use sqlx::PgPool;

use crate::{check, prepare};

async fn of(pool: &PgPool, check: Check) -> Reads {
    let (_, reads) = reads(pool, &[check]).await.expect("told").remove(0);
    reads.expect("taken apart")
}

fn names(relations: &[ReadRelation]) -> Vec<String> {
    let name = |relation: &ReadRelation| {
        let direct = if relation.direct { "" } else { " (through a view)" };
        let read_as = relation
            .read_as
            .as_deref()
            .map(|_| " as the owner")
            .unwrap_or_default();
        format!("{}.{}{direct}{read_as}", relation.schema, relation.name)
    };
    relations.iter().map(name).collect()
}

#[sqlx::test]
async fn relations_and_functions_are_told_through_views(pool: PgPool) {
    prepare(
        &pool,
        "create table public.\"Ça va?\" (id integer); alter table public.\"Ça va?\" enable row level security;
         create table public.unused (id integer);
         create view public.owned as select id from public.\"Ça va?\";
         create view public.direct with (security_invoker) as select id from public.owned where id <> 0;
         create table public.guarded (id integer);
         create function public.pure(integer) returns integer language sql stable as 'select $1';
         create function public.moody(integer) returns integer language sql volatile as 'select $1';
         create view public.calls as select public.moody(1) as id;",
    )
    .await;
    let sql = "with unused as (select 1) -- from public.unused; x\n\
               select d.id as entity_id, ':relid 12' as entity_label from public.direct as d\n\
               where public.pure(d.id) > (select max(id) from public.calls) and d.id > :n";
    let front =
        "guard = \"select count(*) > 0 from public.guarded\"\nparams.n = { type = \"integer\", default = 1 }";
    let reads = of(&pool, check("VIEWS", front, sql)).await;
    assert_eq!(
        names(&reads.relations),
        [
            "public.calls",
            "public.direct",
            "public.guarded",
            "public.owned (through a view)",
            "public.Ça va? (through a view) as the owner",
        ]
    );
    assert!(
        reads
            .relations
            .iter()
            .any(|relation| relation.name == "Ça va?" && relation.row_security)
    );
    let caller: Vec<_> = reads.as_caller().map(|relation| relation.name.as_str()).collect();
    assert_eq!(caller, ["calls", "direct", "guarded", "owned"]);
    let functions: Vec<_> = reads
        .functions
        .iter()
        .filter(|function| function.schema == "public")
        .map(|function| (function.name.as_str(), function.volatile, function.direct))
        .collect();
    assert_eq!(functions, [("moody", true, false), ("pure", false, true)]);
    assert!(
        reads
            .functions
            .iter()
            .any(|function| function.name == "max" && function.direct)
    );
}

#[sqlx::test]
async fn what_postgresql_refuses_is_a_failure_and_leaves_the_others(pool: PgPool) {
    prepare(&pool, "create table public.t (id integer)").await;
    let all = [
        check("MISSING", "", "select id as entity_id from public.nowhere"),
        check(
            "SMUGGLED",
            "",
            "select id as entity_id from public.t with check option",
        ),
        check("FINE", "", "select id as entity_id from public.t -- trailing"),
        check("BUILT_IN", "", "select oid as entity_id from pg_catalog.pg_class"),
    ];
    let told = reads(&pool, &all).await.expect("told");
    let kind = |at: usize| {
        told[at]
            .1
            .as_ref()
            .map_err(|failure| failure.kind)
            .map(|reads| names(&reads.relations))
    };
    assert_eq!(kind(0), Err(FailureKind::MissingObject));
    assert_eq!(kind(1), Err(FailureKind::Sql));
    assert_eq!(kind(2), Ok(vec!["public.t".to_owned()]));
    assert_eq!(kind(3), Ok(vec!["pg_catalog.pg_class".to_owned()]));
    let left = sqlx::query_scalar::<_, i64>("select count(*) from pg_class where relname = 'vigie_reads'");
    assert_eq!(left.fetch_one(&pool).await.expect("a count"), 0);
}
