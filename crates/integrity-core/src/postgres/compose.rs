//! The SQL that is composed while running: a check's own text, and the query around it.
//!
//! The only place of this crate that vouches for SQL that is no constant. What is pasted into a text here is
//! the text of a check or one of our own column names. Values are bound; where SQL is to be kept or printed, and
//! nothing can be bound, [`literal`] quotes them.

#[expect(
    clippy::disallowed_types,
    reason = "this is the file that composes SQL; see its head"
)]
use sqlx::AssertSqlSafe;
use sqlx::{SqlSafeStr as _, SqlStr};

pub(super) mod view;

use super::columns::{Column, Columns};
use crate::{Check, check::Statement};

/// Text as a literal of SQL, whatever it holds, as `quote_literal` writes it. The only function that quotes.
pub(super) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        // in this form backslashes mean the same under every setting of standard_conforming_strings
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// SQL that the server itself has composed and quoted, or that is made of texts from this file.
pub(super) fn script(sql: String) -> SqlStr {
    vouch(sql)
}

/// A check's statement with its values in force as literals, and the time of reading in place of `:as_of`.
pub(super) fn inlined(check: &Check, statement: &Statement) -> String {
    statement.with_values(|name| match check.value(name) {
        Some(value) => literal(value),
        None => "now()".to_owned(),
    })
}

/// The temporary view by which the server tells what a statement reads; one that takes part in a check's run as a
/// single value, such as a guard, is taken as one. The name is [`READS`].
pub(super) fn reads(sql: &str, as_value: bool) -> SqlStr {
    let (open, close) = if as_value {
        ("select (", ") as value")
    } else {
        ("", "")
    };
    vouch(format!(
        "create temporary view vigie_reads as\n{open}{sql}\n{close}"
    ))
}

/// What [`reads`] creates.
pub(super) const READS: &str = "pg_temp.vigie_reads";

/// The function that tells what the signed-in person may do.
pub(super) fn role_function(body: &str) -> String {
    format!(
        "create or replace function vigie.actor_role() returns text\n    language sql stable security definer\n    \
         set search_path = pg_catalog, pg_temp\nas {}",
        literal(body)
    )
}

/// Remembers where people's roles come from.
pub(super) fn role_source_set(source: &str) -> String {
    let source = literal(source);
    format!(
        "update vigie.role_source set source = {source}, set_at = clock_timestamp(), set_by = session_user\n\
         where source <> {source}"
    )
}

/// Remembers how things outside the schema vigie are undone: kind, name, SQL. What somebody else took away meanwhile
/// and was made again is remembered anew.
pub(super) fn record(entries: &[(String, String, String)]) -> String {
    let rows = entries.iter().map(|(kind, name, undo)| {
        format!(
            "    ({}, {}, {}, clock_timestamp(), session_user)",
            literal(kind),
            literal(name),
            literal(undo)
        )
    });
    format!(
        "insert into vigie.installation (kind, name, undo, made_at, made_by) values\n{}\non conflict (kind, name) \
         do update set undo = excluded.undo, made_at = excluded.made_at, made_by = excluded.made_by;",
        rows.collect::<Vec<_>>().join(",\n")
    )
}

/// The body of [`role_function`] where a claim says it; the path's words are plain names.
pub(super) fn role_of_claim(path: &[String]) -> String {
    format!(
        "
    select role
    from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{{{}}}') as claim (role)
    where vigie.actor_id() is not null and role in ('admin', 'directeur', 'pca')
",
        path.join(",")
    )
}

/// The body of [`role_function`] where a query says it, which PostgreSQL has judged by itself. Not exactly one row, or
/// another word: no role.
pub(super) fn role_of_query(query: &Statement) -> String {
    format!(
        "
    select case when count(*) = 1 then max(source.role::text) filter (where source.role::text in ('admin', 'directeur', 'pca')) end
    from (
{}
    ) as source (role)
    where vigie.actor_id() is not null
",
        for_actor(query)
    )
}

/// A query of roles with the signed-in person in place of `:actor_id`.
pub(super) fn for_actor(query: &Statement) -> String {
    query.with_values(|_| "vigie.actor_id()".to_owned())
}

/// A check's or a guard's own text, to learn its columns and to let PostgreSQL judge it by itself: what would
/// only make sense within the query around it is refused here.
pub(super) fn own_text(statement: &Statement) -> SqlStr {
    vouch(statement.text.clone())
}

/// How PostgreSQL runs a check's own text, by running it.
pub(super) fn explained(statement: &Statement) -> SqlStr {
    vouch(format!(
        "explain (analyze, verbose, format json)\n{}",
        statement.text
    ))
}

/// A guard's answer.
pub(super) fn guard(statement: &Statement) -> SqlStr {
    vouch(format!("select (\n{}\n) as holds", statement.text))
}

/// The findings of a check: defaults filled in, duplicates merged, the most severe first.
///
/// Binds, after those of the statement: default entity type, default severity, how many rows at most.
pub(super) fn findings(statement: &Statement, columns: &Columns) -> SqlStr {
    let bind = |n: usize| format!("${}", statement.names.len() + n);
    let (entity_type, severity, limit) = (bind(1), bind(2), bind(3));
    vouch(format!(
        "{merged}
select
    entity_type, entity_id, entity_label, severity, message, payload, scope, alike, broken,
    case when occurred_at >= '0001-01-01' and occurred_at < '10000-01-01' then occurred_at end as occurred_at
from merged
where place = 1
order by broken is null, rank desc, entity_type, entity_id
limit {limit}::text::bigint",
        merged = merged(&statement.text, columns, &entity_type, &severity),
    ))
}

/// The rows of a check, judged, each key once where `place` is 1. A line break stands before the closing parenthesis,
/// so that a trailing `--` comment ends.
fn merged(check: &str, columns: &Columns, entity_type: &str, severity: &str) -> String {
    // An absent column and an empty text both mean "not said".
    let words = |column: Column| {
        if columns.has(column) {
            format!("nullif(q.{}::text, '') collate \"C\"", column.as_str())
        } else {
            "null::text collate \"C\"".to_owned()
        }
    };
    let payload = if columns.has(Column::Payload) {
        "coalesce(q.payload::jsonb, '{}')"
    } else {
        "'{}'::jsonb"
    };
    let occurred_at = if columns.has(Column::OccurredAt) {
        "q.occurred_at::timestamptz"
    } else {
        "null::timestamptz"
    };
    format!(
        r#"with found as (
    select
        coalesce({type_column}, {entity_type}::text) as entity_type,
        {id_column} as entity_id,
        {label_column} as entity_label,
        coalesce({severity_column}, {severity}::text) as severity,
        {message_column} as message,
        {payload}::text collate "C" as payload,
        {occurred_at} as occurred_at,
        {scope_column} as scope
    from (
{check}
    ) as q
),
judged as (
    select
        *,
        case severity when 'CRITICAL' then 3 when 'WARN' then 2 when 'INFO' then 1 end as rank,
        case
            when entity_id is null then 'a row without entity_id'
            when octet_length(entity_id) > {max_id} then 'an entity_id of more than {max_id} bytes'
            when octet_length(entity_type) > {max_type} then 'an entity_type of more than {max_type} bytes'
            when severity not in ('INFO', 'WARN', 'CRITICAL') then 'a severity that is none of INFO, WARN, CRITICAL'
            when left(payload, 1) <> '{{' then 'a payload that is no JSON object'
            when octet_length(payload) > {max_payload} then 'a payload of more than 16 KiB'
            when octet_length(message) > {max_message} then 'a message of more than {max_message} bytes'
            when octet_length(entity_label) > {max_label} then 'an entity_label of more than {max_label} bytes'
            when octet_length(scope) > {max_scope} then 'a scope of more than {max_scope} bytes'
        end as broken
    from found
),
merged as (
    select
        *,
        count(*) over (partition by entity_type, entity_id) as alike,
        row_number() over (
            partition by entity_type, entity_id
            order by broken is null, rank desc, payload, entity_label, message, occurred_at, scope
        ) as place
    from judged
)"#,
        type_column = words(Column::EntityType),
        id_column = words(Column::EntityId),
        label_column = words(Column::EntityLabel),
        severity_column = words(Column::Severity),
        message_column = words(Column::Message),
        scope_column = words(Column::Scope),
        max_id = crate::Finding::MAX_ENTITY_ID,
        max_type = crate::Finding::MAX_ENTITY_TYPE,
        max_payload = crate::Payload::MAX_BYTES,
        max_message = MAX_MESSAGE,
        max_label = MAX_LABEL,
        max_scope = MAX_SCOPE,
    )
}

/// Statements of a case, which is all that a throw-away database is for.
pub(super) fn case_script(sql: &str) -> SqlStr {
    vouch(sql.to_owned())
}

/// So that what a person reads stays readable, and a run's memory is bounded by its rows.
const MAX_MESSAGE: usize = 4000;
const MAX_LABEL: usize = 1000;
const MAX_SCOPE: usize = 1000;

fn vouch(sql: String) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}
