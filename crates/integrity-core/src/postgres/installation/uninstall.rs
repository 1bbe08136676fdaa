//! What removes Vigie from a database and leaves everything else as it was. Told, never done: a person reads it first.

use sqlx::{Executor as _, PgConnection, PgPool};

use super::facts::Facts;
use crate::{Error, postgres::failure};

/// What removes Vigie, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// Each a statement, or a few, without the closing semicolon.
    pub statements: Vec<String>,
    /// What stays, or goes too, and why.
    pub notes: Vec<String>,
}

/// Tells what removes Vigie: the objects in `public`, the schema, each grant that was made, the roles. What was there
/// before is not touched, and what is gone already is left out. Reads only.
///
/// Cancel safe.
///
/// # Errors
/// `Forbidden` when the login may not read Vigie's list, `Unavailable` when the database does not answer.
pub async fn removal(pool: &PgPool) -> Result<Removal, Error> {
    let mut transaction = pool.begin().await.map_err(failure)?;
    transaction
        .execute(sqlx::raw_sql(
            "set transaction isolation level repeatable read read only; set local search_path = pg_catalog, pg_temp",
        ))
        .await
        .map_err(failure)?;
    let removal = told(&mut transaction).await?;
    transaction.rollback().await.map_err(failure)?;
    Ok(removal)
}

async fn told(connection: &mut PgConnection) -> Result<Removal, Error> {
    let mut removal = Removal::default();
    if !table_exists(connection, "vigie.members").await? {
        removal
            .notes
            .push("nothing to remove: there is no Vigie in this database".to_owned());
        return Ok(removal);
    }
    if !table_exists(connection, "vigie.installation").await? {
        removal.statements.push(DROP_SCHEMA.to_owned());
        removal
            .notes
            .push("no list of installations: roles are not named here, nor what they were given".to_owned());
        return Ok(removal);
    }
    let recorded = sqlx::query_file!("../../sql/integrity-core/installation_recorded.sql")
        .fetch_all(&mut *connection)
        .await
        .map_err(failure)?;
    let of_kind = |kind: &'static str| recorded.iter().filter(move |entry| entry.kind == kind);
    let objects: Vec<String> = of_kind("object").map(|entry| entry.name.clone()).collect();
    let facts = Facts::now(connection, &objects).await?;
    for name in dependants(connection).await? {
        if !objects.contains(&name) {
            removal.notes.push(format!(
                "{name} is not Vigie's, but reads what is, and goes with it"
            ));
        }
    }

    for object in of_kind("object").filter(|entry| facts.has("object", &entry.name)) {
        removal.statements.push(object.undo.clone());
    }
    removal.statements.push(DROP_SCHEMA.to_owned());

    let roles: Vec<String> = of_kind("role")
        .filter(|entry| facts.has("role", &entry.name))
        .map(|entry| entry.name.clone())
        .collect();
    let elsewhere = elsewhere(connection, &roles).await?;
    let mut revoked: Vec<&str> = Vec::new();
    for entry in &recorded {
        let is_revocable = matches!(entry.kind.as_str(), "grant" | "member" | "setting" | "attribute");
        if is_revocable && facts.has(&entry.kind, &entry.name) {
            removal.statements.push(entry.undo.clone());
            revoked.push(&entry.name);
        }
    }
    for entry in of_kind("role").filter(|entry| roles.contains(&entry.name)) {
        // Whoever granted it: a role that has something cannot be dropped.
        for (name, undo) in facts
            .of_role(&entry.name)
            .filter(|(name, _)| !revoked.contains(name))
        {
            removal.notes.push(format!(
                "granted by somebody else, and taken away with the role: {name}"
            ));
            removal.statements.push(undo.to_owned());
        }
        let databases: Vec<_> = elsewhere
            .iter()
            .filter(|(role, _)| *role == entry.name)
            .map(|(_, database)| database.as_str())
            .collect();
        if databases.is_empty() {
            removal.statements.push(entry.undo.clone());
        } else {
            removal.notes.push(format!(
                "the role {} stays: it is used in the database {}; there, last of all: {}",
                entry.name,
                databases.join(", "),
                entry.undo
            ));
        }
    }
    Ok(removal)
}

const DROP_SCHEMA: &str = "drop schema vigie cascade";

async fn table_exists(connection: &mut PgConnection, name: &str) -> Result<bool, Error> {
    sqlx::query_file_scalar!("../../sql/integrity-core/table_exists.sql", name)
        .fetch_one(connection)
        .await
        .map_err(failure)
}

async fn dependants(connection: &mut PgConnection) -> Result<Vec<String>, Error> {
    sqlx::query_file_scalar!("../../sql/integrity-core/uninstall_dependants.sql")
        .fetch_all(connection)
        .await
        .map_err(failure)
}

async fn elsewhere(connection: &mut PgConnection, roles: &[String]) -> Result<Vec<(String, String)>, Error> {
    let rows = sqlx::query_file!("../../sql/integrity-core/uninstall_elsewhere.sql", roles)
        .fetch_all(connection)
        .await
        .map_err(failure)?;
    Ok(rows.into_iter().map(|row| (row.role, row.database)).collect())
}
