//! A fresh database with schema, roles and people. The server is named by `DATABASE_URL`, which
//! `cargo xtask test` sets; without it every test here fails and says so.

use alerts_store::{
    AlertStore, Leases, PgAlertStore, PgLeases,
    postgres::{
        ROOM,
        sqlx::{self, PgPool},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Door, postgres};

use crate::contract::Harness;

pub(crate) struct Postgres {
    /// As the owner of everything, past Row Level Security.
    pub(crate) owner: PgPool,
    pub(crate) service: PgAlertStore,
    pub(crate) people: PgAlertStore,
    pub(crate) leases: PgLeases,
}

impl Postgres {
    pub(crate) async fn new(owner: PgPool) -> Self {
        postgres::ROOM
            .migrate(&owner)
            .await
            .expect("integrity-core is migrated");
        ROOM.migrate(&owner).await.expect("alerts-store is migrated");
        sqlx::raw_sql(postgres::ROLES)
            .execute(&owner)
            .await
            .expect("roles, grants and policies are made");
        sqlx::query("insert into vigie.members values ('amina', 'admin'), ('didier', 'directeur'), ('patricia', 'pca')")
            .execute(&owner)
            .await
            .expect("there are people");
        let sync = login(&owner, "set session authorization vigie_sync").await;
        let service = PgAlertStore::new(sync.clone(), Door::Sync);
        let people = PgAlertStore::new(
            login(&owner, "set session authorization vigie_api").await,
            Door::Api,
        );
        Self {
            owner,
            service,
            people,
            leases: PgLeases::new(sync),
        }
    }
}

/// A pool of connections that are, from their first statement on, those of another login.
async fn login(owner: &PgPool, become_it: &'static str) -> PgPool {
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
    fn service(&self) -> &dyn AlertStore {
        &self.service
    }

    fn people(&self) -> &dyn AlertStore {
        &self.people
    }

    fn leases(&self) -> &dyn Leases {
        &self.leases
    }

    async fn now(&self) -> DateTime<Utc> {
        sqlx::query_scalar("select clock_timestamp()")
            .fetch_one(&self.owner)
            .await
            .expect("the time")
    }

    async fn pass(&self, time: TimeDelta) {
        let by = sqlx::postgres::types::PgInterval {
            months: 0,
            days: 0,
            microseconds: time.num_microseconds().expect("not too long"),
        };
        for statement in [
            "update vigie.alerts set
                first_detected_at = first_detected_at - $1, last_detected_at = last_detected_at - $1,
                opened_at = opened_at - $1, due_at = due_at - $1, acknowledged_at = acknowledged_at - $1,
                resolved_at = resolved_at - $1, verified_at = verified_at - $1,
                accepted_until = accepted_until - $1, acted_at = acted_at - $1",
            "update vigie.check_states set
                seen_at = seen_at - $1, complete_at = complete_at - $1, confirmed_at = confirmed_at - $1",
            "update vigie.runs set started_at = started_at - $1, finished_at = finished_at - $1",
            "update vigie.leases set until = until - $1",
            "update vigie.alerts_store_migrations set installed_on = installed_on - $1",
        ] {
            sqlx::query(statement)
                .bind(by)
                .execute(&self.owner)
                .await
                .expect("shifted");
        }
        // Events are added and never changed: past the trigger that says so.
        let mut transaction = self.owner.begin().await.expect("begun");
        sqlx::query("set local session_replication_role = replica")
            .execute(&mut *transaction)
            .await
            .expect("as a replica");
        sqlx::query("update vigie.alert_events set at = at - $1")
            .bind(by)
            .execute(&mut *transaction)
            .await
            .expect("shifted");
        transaction.commit().await.expect("committed");
    }
}
