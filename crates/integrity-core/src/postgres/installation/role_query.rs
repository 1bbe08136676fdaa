//! What speaks against a query of roles: what a person could write themselves, and what cannot be looked into.
//!
//! Asked when a source is set, and again by `vigie doctor`, since what a query reads may change below it.

use sqlx::PgConnection;

use super::reads::{CalledFunction, Reads};
use crate::postgres::compose;

/// Built-in functions that read settings or whole tables without naming them.
const BLIND: &[&str] = &[
    "current_setting",
    "pg_show_all_settings",
    "table_to_xml",
    "table_to_xml_and_xmlschema",
    "schema_to_xml",
    "schema_to_xml_and_xmlschema",
    "database_to_xml",
    "database_to_xml_and_xmlschema",
];

/// A column that a query reads.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadColumn {
    /// The oid of its relation.
    pub relation: i64,
    /// Its name.
    pub name: String,
}

/// What speaks against a query that reads and calls these.
pub(super) async fn objections(
    connection: &mut PgConnection,
    sql: &str,
    reads: &Reads,
) -> Result<Vec<String>, sqlx::Error> {
    let oids: Vec<_> = reads.relations.iter().map(|relation| relation.oid).collect();
    let views = sqlx::query_file_scalar!("../../sql/integrity-core/role_source_metadata.sql", &oids)
        .fetch_all(connection)
        .await?;
    let mut objections: Vec<_> = views
        .iter()
        .map(|view| format!("the view {view} reads the metadata that a person can write about themselves"))
        .collect();
    let lower = sql.to_lowercase();
    if lower.contains("raw_user_meta_data") || lower.contains("user_metadata") {
        objections.push(
            "the query reads raw_user_meta_data or user_metadata, which a person can write about themselves, and so \
             make themselves admin"
                .to_owned(),
        );
    }
    objections.extend(reads.functions.iter().filter_map(against_function));
    for read in &reads.relations {
        let (schema, name) = (&read.schema, &read.name);
        if schema.starts_with("pg_temp") {
            objections.push(format!("{name} is temporary: anybody can have one of that name"));
        } else if ["pg_catalog", "information_schema"].contains(&schema.as_str()) {
            objections.push(format!(
                "the query reads {schema}.{name}, of which Vigie cannot tell who writes it; read a table of your own"
            ));
        } else if !["r", "p", "v"].contains(&read.kind.as_str()) {
            objections.push(format!(
                "{schema}.{name} is neither a table nor a view: who writes what it shows cannot be looked at; read the \
                 table that it is made of"
            ));
        }
    }
    if reads.relations.is_empty() {
        objections.push("the query reads no table: it gives everybody the same role".to_owned());
    }
    Ok(objections)
}

fn against_function(function: &CalledFunction) -> Option<String> {
    let (schema, name) = (&function.schema, &function.name);
    if schema == "vigie" && name == "actor_id" {
        return None;
    }
    if schema != "pg_catalog" {
        return Some(format!(
            "the query calls {schema}.{name}; it may call built-in functions only, since what another function reads, \
             and who may write that, cannot be looked at"
        ));
    }
    if function.volatile {
        return Some(format!(
            "the query calls {schema}.{name}, volatile: it may change something each time somebody's role is asked"
        ));
    }
    BLIND.contains(&name.as_str()).then(|| {
        format!(
            "the query calls {schema}.{name}, and what that reads cannot be looked at; where a token says the role, \
             use claim:app_metadata.KEY"
        )
    })
}

/// The columns that a query itself reads.
pub(super) async fn columns(
    connection: &mut PgConnection,
    create: sqlx::SqlStr,
) -> Result<Vec<ReadColumn>, sqlx::Error> {
    sqlx::query(create).execute(&mut *connection).await?;
    let columns = sqlx::query_file_as!(
        ReadColumn,
        "../../sql/integrity-core/role_source_columns.sql",
        compose::READS
    );
    let columns = columns.fetch_all(&mut *connection).await?;
    let drop = sqlx::raw_sql("drop view pg_temp.vigie_reads");
    sqlx::Executor::execute(&mut *connection, drop).await?;
    Ok(columns)
}
