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
    let views = views(connection, &mut removal).await?;
    if !table_exists(connection, "vigie.members").await? {
        if removal.statements.is_empty() {
            removal
                .notes
                .push("nothing to remove: there is no Vigie in this database".to_owned());
        }
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
    let facts = Facts::now(connection, &[]).await?;
    for name in dependants(connection).await? {
        if !views.contains(&name) {
            removal.notes.push(format!(
                "{name} is not Vigie's, but reads what is, and goes with it"
            ));
        }
    }

    removal.statements.push(DROP_SCHEMA.to_owned());

    let roles = sqlx::query_file!("../../sql/integrity-core/uninstall_roles.sql")
        .fetch_all(&mut *connection)
        .await
        .map_err(failure)?;
    let names: Vec<String> = roles.iter().map(|role| role.name.clone()).collect();
    let elsewhere = elsewhere(connection, &names).await?;
    let used_in = |role: &str| {
        let databases = elsewhere.iter().filter(|(used, _)| used == role);
        let names: Vec<_> = databases.map(|(_, database)| database.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let mut revoked: Vec<&str> = Vec::new();
    for entry in &recorded {
        let is_revocable = matches!(entry.kind.as_str(), "grant" | "member" | "setting" | "attribute");
        if !is_revocable || !facts.has(&entry.kind, &entry.name) {
            continue;
        }
        // What a role is belongs to the whole server, like the role; grants lie in this database.
        let role = entry.name.split(' ').next().unwrap_or_default();
        if let Some(databases) = used_in(role).filter(|_| entry.kind != "grant") {
            removal.notes.push(format!(
                "{} stays: {role} is used in the database {databases}; there, last of all: {}",
                entry.name, entry.undo
            ));
        } else {
            removal.statements.push(entry.undo.clone());
            revoked.push(&entry.name);
        }
    }
    for role in roles {
        if let Some(databases) = used_in(&role.name) {
            removal.notes.push(format!(
                "the role {} stays: it is used in the database {databases}; there, last of all: {}",
                role.name, role.undo
            ));
        } else if role.is_ours || of_kind("role").any(|entry| entry.name == role.name) {
            // Whoever granted it: a role that has something cannot be dropped.
            for (name, undo) in facts
                .of_role(&role.name)
                .filter(|(name, _)| !revoked.contains(name))
            {
                removal.notes.push(format!(
                    "granted by somebody else, and taken away with the role: {name}"
                ));
                removal.statements.push(undo.to_owned());
            }
            removal.statements.push(role.undo);
        } else if role.name != "authenticated" {
            removal.notes.push(format!(
                "the role {} stays: it was there before; if nothing needs it: {}",
                role.name, role.undo
            ));
        }
    }
    Ok(removal)
}

/// The two views in `public`, made by an installation or by hand: those whose comment says that they are Vigie's.
async fn views(connection: &mut PgConnection, removal: &mut Removal) -> Result<Vec<String>, Error> {
    let found = sqlx::query_file!("../../sql/integrity-core/uninstall_views.sql")
        .fetch_all(connection)
        .await
        .map_err(failure)?;
    let (ours, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|view| view.is_ours);
    for view in others {
        removal
            .notes
            .push(format!("{} is not Vigie's, and stays", view.name));
    }
    removal
        .statements
        .extend(ours.iter().map(|view| format!("drop view {}", view.name)));
    Ok(ours.into_iter().map(|view| view.name).collect())
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
