//! Makes a copy: first the roles that are missing, then the schema as `pg_dump` tells it, then rows.

mod compose;
mod dump;
mod programs;
mod roles;
mod rows;
mod servers;

use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, SqlStr};

pub use self::servers::{Servers, servers};
use super::{Copied, Loss, Rows};
use crate::{Catalog, DatabaseInspector as _, Error, PgDatabaseInspector, postgres::failure};

/// Copies the schema of the database at `source` into the empty one at `target`, both URLs, with some rows. The login of
/// `source` has to be one that may read every table; that of `target` a superuser. Roles that `target` lacks are made there,
/// and none of them can log in; no password is brought over.
///
/// Not cancel safe: what was loaded stays.
///
/// # Errors
/// `Invalid` where `target` is not empty, or where `pg_dump` is missing, older than a server, or cannot be given a URL; `Forbidden` where the login of
/// `source` may not read the schema; `Unavailable` where a database does not answer.
pub async fn make(source: &str, target: &str, rows: Rows) -> Result<Copied, Error> {
    let (original, before) = (catalog(source).await?, catalog(target).await?);
    if before.own_relations().next().is_some() {
        let reason = "there are tables in it already; a copy is made in an empty database";
        return Err(Error::invalid("copy", reason));
    }
    let programs = programs::find(original.server.version.max(before.server.version) / 10_000).await?;
    let mut copy = connected(target).await?;
    let mut lost = roles::bring(&mut copy, &original, &before).await?;
    lost.extend(dump::load(&programs, source, target).await?);
    lost.extend(cut_off(&mut copy).await?);
    if let Some(schemas) = &original.server.exposed_schemas {
        let sql = compose::expose(&before.server.database, schemas);
        lost.extend(tried(&mut copy, sql, "pgrst.db_schemas").await?);
    }
    let copied = catalog(target).await?;
    lost.extend(roles::differences(&original, &copied));
    lost.extend(match rows {
        Rows::Sampled => rows::sampled(&mut connected(source).await?, &mut copy, &original).await?,
        Rows::Synthetic => rows::made_up(&mut copy, &copied).await?,
    });
    for view in sqlx::query_scalar(compose::STORED_VIEWS)
        .fetch_all(&mut copy)
        .await
        .map_err(failure)?
    {
        let view: String = view;
        lost.extend(tried(&mut copy, compose::refresh(&view), &view).await?);
    }
    Ok(Copied { lost })
}

/// A copy reaches no other server.
async fn cut_off(copy: &mut PgConnection) -> Result<Vec<Loss>, Error> {
    let mappings: Vec<(String, String)> = sqlx::query_as(compose::USER_MAPPINGS)
        .fetch_all(&mut *copy)
        .await
        .map_err(failure)?;
    let mut lost = Vec::new();
    for (server, user) in mappings {
        let sql = compose::forget_user(&server, &user);
        copy.execute(sqlx::raw_sql(sql)).await.map_err(failure)?;
        lost.push(Loss::new(
            format!("foreign server {server}"),
            "a copy reaches no other server",
        ));
    }
    Ok(lost)
}

async fn catalog(url: &str) -> Result<Catalog, Error> {
    let pool = PgPool::connect(url).await.map_err(failure)?;
    let catalog = PgDatabaseInspector::new(pool.clone()).catalog().await;
    pool.close().await;
    catalog
}

async fn connected(url: &str) -> Result<PgConnection, Error> {
    let mut connection = PgConnection::connect(url).await.map_err(failure)?;
    // What a row's text means must not hang on who reads it; and rows that are held back are an error, not a smaller copy.
    let script = "set search_path = ''; set row_security = off; set client_min_messages = warning";
    connection.execute(sqlx::raw_sql(script)).await.map_err(failure)?;
    Ok(connection)
}

/// Runs it; an error of the server is a loss.
async fn tried(copy: &mut PgConnection, sql: SqlStr, object: &str) -> Result<Option<Loss>, Error> {
    match copy.execute(sqlx::raw_sql(sql)).await {
        Ok(_) => Ok(None),
        Err(error) => Ok(Some(Loss::new(object, refusal(error)?))),
    }
}

/// What the server answered, without its message, which may quote data.
fn refusal(error: sqlx::Error) -> Result<String, Error> {
    match integrity_core::postgres::error_code(&error) {
        Some(code) => Ok(format!("SQLSTATE {code}")),
        None => Err(failure(error)),
    }
}
