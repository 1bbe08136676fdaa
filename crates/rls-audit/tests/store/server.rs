//! The same in PostgreSQL, under the logins that services have.

use std::{fs, path::Path};

use integrity_core::{Door, postgres};
use pg_sandbox::{Options, Sandbox, Script};
use rls_audit::{
    PgAuditStore,
    postgres::{
        ROOM,
        sqlx::{self, Executor as _, PgPool},
    },
};

use crate::contract::{self, Stores};

/// A private server, since roles belong to a whole one, with Vigie's schema and one person with a role.
struct Server {
    sandbox: Sandbox,
    owner: PgPool,
}

impl Server {
    async fn start() -> Self {
        let sandbox = Sandbox::start(&Options::from_env().setting("fsync", "off")).expect("a private server");
        sandbox.create_database("audits").expect("a database");
        let owner = PgPool::connect(&sandbox.url("audits")).await.expect("connected");
        postgres::ROOM.migrate(&owner).await.expect("migrated");
        // The alerts are another room; the roles are those of both.
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sql/alerts-store/migrations");
        let mut files: Vec<_> = fs::read_dir(folder)
            .expect("migrations")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        for file in files {
            let text = fs::read_to_string(file).expect("a migration");
            sandbox.psql("audits", Script::Text(&text)).expect("migrated");
        }
        ROOM.migrate(&owner).await.expect("migrated");
        let people = "insert into vigie.members values ('patricia', 'pca');";
        for script in [postgres::ROLES, people] {
            sandbox.psql("audits", Script::Text(script)).expect("made");
        }
        Self { sandbox, owner }
    }

    async fn stores(&self) -> Stores {
        let sync = self.login("set session authorization vigie_sync").await;
        let api = self.login("set session authorization vigie_api").await;
        Stores {
            service: Box::new(PgAuditStore::new(sync, Door::Sync)),
            people: Box::new(PgAuditStore::new(api, Door::Api)),
        }
    }

    /// Connections that are, from their first statement on, those of another login.
    async fn login(&self, become_it: &'static str) -> PgPool {
        postgres::pool_options()
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(sqlx::raw_sql(become_it)).await.map(drop) })
            })
            .connect(&self.sandbox.url("audits"))
            .await
            .expect("connected")
    }
}

macro_rules! in_postgres {
    ($($promise:ident)*) => {
        /// One server for all of them: a promise leaves nothing to the next.
        #[tokio::test]
        async fn every_promise_is_kept_in_postgresql() {
            let server = Server::start().await;
            let stores = server.stores().await;
            $(
                contract::$promise(&stores).await;
                let nothing = sqlx::query("truncate vigie.audits").execute(&server.owner).await;
                nothing.expect("emptied");
            )*
        }
    };
}

crate::promises!(in_postgres);

#[tokio::test]
async fn so_many_are_kept_and_nobody_else_reads_or_writes_them() {
    let server = Server::start().await;
    contract::the_oldest_are_forgotten(&server.stores().await).await;
    let count = "select count(*) from vigie.audits where database = 'main'";
    let kept: i64 = sqlx::query_scalar(count)
        .fetch_one(&server.owner)
        .await
        .expect("a number");
    assert_eq!(usize::try_from(kept), Ok(rls_audit::store::KEPT));
    let granted = "select string_agg(concat_ws(' ', coalesce(r.rolname, 'public'), a.privilege_type), ', '
                   order by r.rolname, a.privilege_type)
        from pg_class c cross join aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
        where c.oid = 'vigie.audits'::regclass and a.grantee <> c.relowner";
    let granted: String = sqlx::query_scalar(granted)
        .fetch_one(&server.owner)
        .await
        .expect("grants");
    assert_eq!(
        granted,
        "authenticated SELECT, vigie_sync DELETE, vigie_sync INSERT, vigie_sync SELECT"
    );
}
