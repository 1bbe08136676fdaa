//! A fresh database with schema, roles and people. The server is named by `DATABASE_URL`, which
//! `cargo xtask test` sets; without it every test here fails and says so.

use std::{fs, path::Path, sync::Arc};

use async_trait::async_trait;
use chrono::TimeDelta;
use release_info::{
    integrity_core::{Door, postgres},
    ledger::{
        PgReleaseLedger, ReleaseLedger,
        postgres::{
            ROOM,
            sqlx::{self, PgPool},
        },
    },
};

use crate::contract::Harness;

pub(crate) struct Postgres {
    /// As the owner of everything, past Row Level Security.
    pub(crate) owner: PgPool,
    pub(crate) service: Arc<PgReleaseLedger>,
    pub(crate) people: Arc<PgReleaseLedger>,
}

impl Postgres {
    pub(crate) async fn new(owner: PgPool) -> Self {
        postgres::ROOM
            .migrate(&owner)
            .await
            .expect("integrity-core is migrated");
        // The alerts are another room; the roles are those of both.
        for script in migrations_of("alerts-store") {
            run(&owner, &script).await;
        }
        ROOM.migrate(&owner).await.expect("release-info is migrated");
        run(&owner, postgres::ROLES).await;
        run(
            &owner,
            "insert into vigie.members values ('amina', 'admin'), ('didier', 'directeur'), ('patricia', 'pca')",
        )
        .await;
        let ledger = async |become_it, door| {
            let pool = login(&owner, become_it).await;
            Arc::new(PgReleaseLedger::new(pool, door))
        };
        Self {
            service: ledger("set session authorization vigie_sync", Door::Sync).await,
            people: ledger("set session authorization vigie_api", Door::Api).await,
            owner,
        }
    }
}

/// Runs statements, by the simple protocol.
pub(crate) async fn run(pool: &PgPool, statements: &str) {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(pool).await;
    done.unwrap_or_else(|error| panic!("{error} in {statements}"));
}

fn migrations_of(room: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../sql/{room}/migrations"));
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("migrations")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let text = |file| fs::read_to_string(file).expect("a migration");
    // sqlx would remember them here
    let book = "create table vigie.alerts_store_migrations (installed_on timestamptz)".to_owned();
    std::iter::once(book).chain(files.into_iter().map(text)).collect()
}

/// A pool of connections that are, from their first statement on, those of another login.
pub(crate) async fn login(owner: &PgPool, become_it: &'static str) -> PgPool {
    postgres::pool_options()
        .max_connections(4)
        .after_connect(move |connection, _| {
            Box::pin(async move { sqlx::raw_sql(become_it).execute(connection).await.map(drop) })
        })
        .connect_with((*owner.connect_options()).clone())
        .await
        .expect("connected")
}

#[async_trait]
impl Harness for Postgres {
    fn service(&self) -> Arc<dyn ReleaseLedger> {
        self.service.clone()
    }

    fn people(&self) -> Arc<dyn ReleaseLedger> {
        self.people.clone()
    }

    async fn pass(&self, time: TimeDelta) {
        let by = format!(
            "interval '{} microseconds'",
            time.num_microseconds().expect("not too long")
        );
        // Events are added and never changed: past the trigger that says so.
        run(
            &self.owner,
            &format!(
                "begin;
                 set local session_replication_role = replica;
                 update vigie.release_events set at = at - {by};
                 update vigie.releases set started_at = started_at - {by}, deployed_at = deployed_at - {by},
                     verified_at = verified_at - {by}, changed_at = changed_at - {by};
                 commit"
            ),
        )
        .await;
    }
}
