//! The SQL of the generated view. What is run from here is vouched for in the file above.

use super::{super::columns::Columns, inlined, literal, merged};
use crate::{
    Check, Language,
    check::{Statement, Variant},
};

/// The part of the generated view that is one check: the same findings, defaults and merging as in a run, the message
/// as the runner writes it. What breaks the check's contract fails a run; here, the row itself says so.
pub(in crate::postgres) fn branch(
    check: &Check,
    variant: &Variant,
    columns: &Columns,
    relations: &[(&str, &str)],
) -> String {
    let mut branch = findings(check, &variant.statement, columns);
    if let Some(guard) = &variant.guard {
        branch += &guard_is_false(check, guard);
    }
    if !relations.is_empty() {
        branch += &rows_are_hidden(check, relations);
    }
    branch
}

fn findings(check: &Check, statement: &Statement, columns: &Columns) -> String {
    format!(
        "-- {code}
select
    {code_literal}::text collate \"default\" as check_code,
    case when broken is null then severity else 'CRITICAL' end::text collate \"default\" as severity,
    entity_type::text collate \"default\" as entity_type,
    entity_id::text collate \"default\" as entity_id,
    case
        when broken is not null then {code_literal} || ' breaks the contract of checks: it returns ' || broken
        else coalesce(message, {message})
    end::text collate \"default\" as message,
    payload::jsonb as payload,
    now() as detected_at
from (
{merged}
select * from merged where place = 1
) as found",
        code = check.code(),
        code_literal = literal(check.code().as_str()),
        message = check.message_as_sql(literal),
        merged = merged(
            &inlined(check, statement),
            columns,
            &literal(check.entity()),
            &literal(check.severity().as_str())
        ),
    )
}

/// One row while the guard does not hold: a run would be suspect, and clear nothing.
fn guard_is_false(check: &Check, guard: &Statement) -> String {
    let code = check.code();
    let message = match check.language() {
        Language::Fr => format!(
            "La garde de {code} est fausse : sa source n'est pas crédible, et son silence ne prouve rien"
        ),
        Language::En => format!(
            "The guard of {code} is false: its source cannot be believed, and its silence proves nothing"
        ),
    };
    // As JSON: what is NULL or no boolean does not hold either.
    about_itself(
        check,
        &message,
        "'{}'::jsonb",
        &format!(
            "where to_jsonb((\n{}\n)) is distinct from 'true'::jsonb",
            inlined(check, guard)
        ),
    )
}

/// One row while Row Level Security applies to the reader, which leaves rows out without a word.
fn rows_are_hidden(check: &Check, relations: &[(&str, &str)]) -> String {
    let code = check.code();
    let message = match check.language() {
        Language::Fr => format!(
            "La sécurité par ligne (RLS) cache peut-être à ce lecteur des lignes que lit {code} : son silence ne prouve rien"
        ),
        Language::En => format!(
            "Row Level Security may hide rows that {code} reads from this reader: its silence proves nothing"
        ),
    };
    let name = |(schema, name): &(&str, &str)| {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let shown = literal(&format!("{schema}.{name}"));
        format!(
            "({shown}, {}::regclass::oid)",
            literal(&format!("{}.{}", quoted(schema), quoted(name)))
        )
    };
    let relations: Vec<String> = relations.iter().map(name).collect();
    about_itself(
        check,
        &message,
        "jsonb_build_object('relations', hidden.names)",
        &format!(
            "from (
    select jsonb_agg(r.name) as names
    from (values {}) as r (name, oid)
    where row_security_active(r.oid)
) as hidden
where hidden.names is not null",
            relations.join(", ")
        ),
    )
}

/// A row about the check itself, in which nobody can read that all is well.
fn about_itself(check: &Check, message: &str, payload: &str, condition: &str) -> String {
    let code = literal(check.code().as_str());
    format!(
        "
union all
select
    {code}::text collate \"default\", {severity}::text collate \"default\", 'CHECK'::text collate \"default\",
    {code}::text collate \"default\", {message}::text collate \"default\", {payload}, now()
{condition}",
        severity = literal(check.severity().as_str()),
        message = literal(message),
    )
}

/// The generated view. Names within it mean what they mean to the runner; who reads it reads with their own rights.
pub(in crate::postgres) fn whole(branches: &[String], comment: &str) -> String {
    let body = if branches.is_empty() {
        r#"select
    null::text collate "default" as check_code, null::text collate "default" as severity,
    null::text collate "default" as entity_type, null::text collate "default" as entity_id,
    null::text collate "default" as message, null::jsonb as payload, now() as detected_at
where false"#
            .to_owned()
    } else {
        branches.join("\nunion all\n")
    };
    format!(
        "set local search_path = pg_catalog, public, pg_temp;
create or replace view public.v_integrity_checks with (security_invoker = true) as
{body};
comment on view public.v_integrity_checks is {comment};
do $$
declare
    somebody text;
begin
    for somebody in
        select case a.grantee when 0 then 'public' else a.grantee::regrole::text end
        from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
        where c.oid = 'public.v_integrity_checks'::regclass and a.grantee <> c.relowner
        group by a.grantee
    loop
        execute format('revoke all on public.v_integrity_checks from %s', somebody);
    end loop;
    if to_regrole('authenticated') is not null then
        grant select on public.v_integrity_checks to authenticated;
    end if;
end
$$;",
        comment = literal(comment),
    )
}
