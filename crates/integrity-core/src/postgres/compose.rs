//! The SQL that is composed while running: a check's own text, and the query around it.
//!
//! The only place of this crate that vouches for SQL that is no constant. What is pasted into a text here is
//! the text of a check or one of our own column names; values are always bound.

#[expect(
    clippy::disallowed_types,
    reason = "this is the file that composes SQL; see its head"
)]
use sqlx::AssertSqlSafe;
use sqlx::{SqlSafeStr as _, SqlStr};

use super::columns::{Column, Columns};
use crate::check::Statement;

/// A check's or a guard's own text, to learn its columns and to let PostgreSQL judge it by itself: what would
/// only make sense within the query around it is refused here.
pub(super) fn own_text(statement: &Statement) -> SqlStr {
    vouch(statement.text.clone())
}

/// A guard's answer.
pub(super) fn guard(statement: &Statement) -> SqlStr {
    vouch(format!("select (\n{}\n) as holds", statement.text))
}

/// The findings of a check: defaults filled in, duplicates merged, the most severe first.
///
/// Binds, after those of the statement: default entity type, default severity, how many rows at most.
/// A line break stands before the closing parenthesis, so that a trailing `--` comment ends.
pub(super) fn findings(statement: &Statement, columns: &Columns) -> SqlStr {
    let bind = |n: usize| format!("${}", statement.names.len() + n);
    let (entity_type, severity, limit) = (bind(1), bind(2), bind(3));
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
    vouch(format!(
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
)
select
    entity_type, entity_id, entity_label, severity, message, payload, scope, alike, broken,
    case when occurred_at >= '0001-01-01' and occurred_at < '10000-01-01' then occurred_at end as occurred_at
from merged
where place = 1
order by broken is null, rank desc, entity_type, entity_id
limit {limit}::text::bigint"#,
        type_column = words(Column::EntityType),
        id_column = words(Column::EntityId),
        label_column = words(Column::EntityLabel),
        severity_column = words(Column::Severity),
        message_column = words(Column::Message),
        scope_column = words(Column::Scope),
        check = statement.text,
        max_id = crate::Finding::MAX_ENTITY_ID,
        max_type = crate::Finding::MAX_ENTITY_TYPE,
        max_payload = crate::Payload::MAX_BYTES,
        max_message = MAX_MESSAGE,
        max_label = MAX_LABEL,
        max_scope = MAX_SCOPE,
    ))
}

/// So that what a person reads stays readable, and a run's memory is bounded by its rows.
const MAX_MESSAGE: usize = 4000;
const MAX_LABEL: usize = 1000;
const MAX_SCOPE: usize = 1000;

fn vouch(sql: String) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}
