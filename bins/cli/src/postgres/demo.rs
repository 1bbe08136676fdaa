//! The demo's database: its tables, its data with their mistakes, its people.
//!
//! The files hold many statements each, so they go through the simple protocol.

use alerts_store::postgres::sqlx::{self, Executor as _, PgConnection};

use wiring::{postgres::PgPool, stop::Stop};

/// Creates and fills the tables of the depot, unless they are there from an earlier time.
pub(crate) async fn load(pool: &PgPool, seed: i64) -> Result<(), Stop> {
    let mut transaction = pool.begin().await.map_err(|error| failed("begin", &error))?;
    let is_there = sqlx::query_scalar("select to_regclass('public.depots') is not null")
        .fetch_one(&mut *transaction)
        .await
        .map_err(|error| failed("look", &error))?;
    if is_there {
        return Ok(());
    }
    set(&mut transaction, "vigie.demo_seed", &seed.to_string()).await?;
    for (name, script) in [
        (
            "schema.sql",
            include_str!("../../../../sql/packs/depot/schema.sql"),
        ),
        ("data.sql", include_str!("../../../../sql/demo/data.sql")),
        (
            "anomalies.sql",
            include_str!("../../../../sql/demo/anomalies.sql"),
        ),
    ] {
        run(&mut transaction, name, script).await?;
    }
    transaction
        .commit()
        .await
        .map_err(|error| failed("commit", &error))
}

/// Makes the demo's people, and a password for the service's logins. After the installation.
pub(crate) async fn open_doors(pool: &PgPool, password: &str) -> Result<(), Stop> {
    let mut transaction = pool.begin().await.map_err(|error| failed("begin", &error))?;
    set(&mut transaction, "vigie.demo_password", password).await?;
    run(
        &mut transaction,
        "access.sql",
        include_str!("../../../../sql/demo/access.sql"),
    )
    .await?;
    transaction
        .commit()
        .await
        .map_err(|error| failed("commit", &error))
}

async fn set(connection: &mut PgConnection, name: &str, value: &str) -> Result<(), Stop> {
    let query = sqlx::query("select set_config($1, $2, true)")
        .bind(name)
        .bind(value);
    connection
        .execute(query)
        .await
        .map(drop)
        .map_err(|error| failed(name, &error))
}

async fn run(connection: &mut PgConnection, name: &str, script: &'static str) -> Result<(), Stop> {
    connection
        .execute(sqlx::raw_sql(script))
        .await
        .map(drop)
        .map_err(|error| failed(name, &error))
}

/// These files are the program's own, and hold nobody's data: what the server says about them may be shown.
fn failed(what: &str, error: &sqlx::Error) -> Stop {
    Stop::unreachable(format!("preparing the demo, {what}: {error}"))
}
