//! A fresh database with schema, roles and people. The server is named by `DATABASE_URL`, which
//! `cargo xtask test` sets; without it every test here fails and says so.

use std::{fs, path::Path, sync::Arc, time::Duration};

use access_journal::{
    AccessEvent, Source,
    integrity_core::{Door, postgres},
    journal::{
        AccessJournal, PgAccessJournal,
        postgres::{
            ROOM,
            sqlx::{self, PgPool},
        },
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::contract::Harness;

pub(crate) struct Postgres {
    /// As the owner of everything, past Row Level Security.
    pub(crate) owner: PgPool,
    pub(crate) recorder: Arc<PgAccessJournal>,
    pub(crate) service: Arc<PgAccessJournal>,
    pub(crate) people: Arc<PgAccessJournal>,
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
        ROOM.migrate(&owner).await.expect("access-journal is migrated");
        run(&owner, postgres::ROLES).await;
        run(
            &owner,
            "insert into vigie.members values ('amina', 'admin'), ('didier', 'directeur'), ('patricia', 'pca')",
        )
        .await;
        let login =
            async |name, door| journal(&owner, format!("set session authorization {name}"), door).await;
        Self {
            recorder: login("vigie_ingest", Door::Cli).await,
            service: login("vigie_sync", Door::Sync).await,
            people: login("vigie_api", Door::Api).await,
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

/// The journal over connections that are, from their first statement on, those of another login.
pub(crate) async fn journal(owner: &PgPool, become_it: String, door: Door) -> Arc<PgAccessJournal> {
    let become_it: Arc<str> = become_it.into();
    let pool = postgres::pool_options()
        .max_connections(4)
        .after_connect(move |connection, _| {
            let become_it = become_it.clone();
            Box::pin(async move {
                let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(&*become_it));
                statement.execute(connection).await.map(drop)
            })
        })
        .connect_with((*owner.connect_options()).clone())
        .await
        .expect("connected");
    Arc::new(PgAccessJournal::new(pool, door))
}

/// Rows as the program has them: pseudonyms as hexadecimal digits.
const KEPT: &str = "
    select (to_jsonb(e) || jsonb_build_object(
        'account_hash', encode(e.account_hash, 'hex'), 'account_hash_before', encode(e.account_hash_before, 'hex'),
        'address_hash', encode(e.address_hash, 'hex'), 'address_hash_before', encode(e.address_hash_before, 'hex')))::text
    from vigie.access_events e
    order by e.dedup_key";

#[async_trait]
impl Harness for Postgres {
    fn recorder(&self) -> Arc<dyn AccessJournal> {
        self.recorder.clone()
    }

    fn service(&self) -> Arc<dyn AccessJournal> {
        self.service.clone()
    }

    fn people(&self) -> Arc<dyn AccessJournal> {
        self.people.clone()
    }

    async fn settle(&self) {
        let begun: String = sqlx::query_scalar("select pg_snapshot_xmax(pg_current_snapshot())::text")
            .fetch_one(&self.owner)
            .await
            .expect("a transaction");
        for _ in 0..6_000 {
            let is_over =
                sqlx::query_scalar("select pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8");
            if is_over
                .bind(&begun)
                .fetch_one(&self.owner)
                .await
                .expect("an answer")
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("a transaction of another test went on for a minute");
    }

    async fn now(&self) -> DateTime<Utc> {
        let now = sqlx::query_scalar("select clock_timestamp()");
        now.fetch_one(&self.owner).await.expect("a time")
    }

    async fn kept(&self) -> Vec<AccessEvent> {
        let rows: Vec<String> = sqlx::query_scalar(KEPT)
            .fetch_all(&self.owner)
            .await
            .expect("rows");
        let event =
            |row: &String| serde_json::from_str(row).unwrap_or_else(|error| panic!("{error} in {row}"));
        rows.iter().map(event).collect()
    }

    async fn heard(&self, source: Source) -> Option<[u64; 3]> {
        let row: Option<(i64, i64, i64)> =
            sqlx::query_as("select seen, bad, dropped from vigie.access_sources where source = $1")
                .bind(source.as_str())
                .fetch_optional(&self.owner)
                .await
                .expect("an answer");
        row.map(|(seen, bad, dropped)| [seen, bad, dropped].map(i64::unsigned_abs))
    }
}
