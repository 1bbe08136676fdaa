//! Somebody else's service, with PostgreSQL.

use alerts_store::{
    AlertFilter, AlertStore, Command, Error, PgAlertStore, Verb,
    integrity_core::{self, Caller, Door, Evaluation, Finding, Outcome, Payload, Severity, Terms},
    postgres::{ROOM, sqlx},
};
use sqlx::{ConnectOptions, Connection, Executor, postgres::PgConnectOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server: PgConnectOptions = std::env::args().nth(1).ok_or("the server's URL is missing")?.parse()?;
    let name = format!("embedding_{}", std::process::id());
    let mut admin = server.connect().await?;
    admin.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await?;
    let pool = integrity_core::postgres::pool_options().connect_with(server.database(&name)).await?;

    let told = live(pool.clone()).await;

    pool.close().await;
    admin.execute(sqlx::AssertSqlSafe(format!("drop database {name} with (force)"))).await?;
    admin.close().await?;
    println!("{}", told?);
    Ok(())
}

async fn live(pool: sqlx::PgPool) -> Result<String, Box<dyn std::error::Error>> {
    integrity_core::postgres::ROOM.migrate(&pool).await?;
    ROOM.migrate(&pool).await?;
    sqlx::raw_sql(integrity_core::postgres::ROLES).execute(&pool).await?;
    sqlx::query("insert into vigie.members values ('amina', 'admin')").execute(&pool).await?;
    let now = sqlx::query_scalar("select clock_timestamp()").fetch_one(&pool).await?;

    let store = PgAlertStore::new(pool, Door::Api);
    let evaluation = Evaluation {
        database: "main".to_owned(),
        code: "BACKUP_TOO_OLD".parse()?,
        snapshot_at: now,
        outcome: Outcome::Complete,
        findings: vec![Finding {
            entity_type: "BACKUP".to_owned(),
            entity_id: "nightly".to_owned(),
            entity_label: None,
            severity: Severity::Critical,
            message: "The nightly backup is 31 hours old".to_owned(),
            payload: Payload::from_json(r#"{"age_h": 31}"#)?,
            occurred_at: None,
            scope: None,
        }],
        merged: 0,
        terms: Terms::new(Severity::Critical),
        elapsed: std::time::Duration::ZERO,
    };
    let opened = store.apply(&Caller::Service, &evaluation).await?.opened;
    let amina = Caller::person("amina");
    let alert = store.list(&amina, &AlertFilter::default()).await?.alerts.pop().ok_or(Error::NotFound)?;
    let acted = store.act(&amina, &Command::new(alert.id, Verb::Ack)).await?.alert;
    Ok(format!("opened {opened}, then {:?} by {:?}", acted.status, acted.acknowledged_by))
}
