//! Somebody else on the same server.

use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::runtime::{Builder, Runtime};

use crate::harness::{World, raw};

/// A connection that stays; what it holds is free again when it is dropped.
pub(crate) struct Elsewhere {
    // Fields are dropped in this order: a connection needs its runtime.
    connection: PgConnection,
    runtime: Runtime,
}

impl Elsewhere {
    /// In the world's database.
    pub(crate) fn within(world: &World) -> Self {
        Self::connected(&world.url())
    }

    /// In another database of the same server.
    pub(crate) fn beside(world: &World) -> Self {
        let url = world.url();
        let (server, _) = url.rsplit_once('/').expect("a database");
        Self::connected(&format!("{server}/postgres"))
    }

    #[track_caller]
    pub(crate) fn sql(&mut self, statements: &str) {
        let done = self.runtime.block_on(self.connection.execute(raw(statements)));
        done.expect(statements);
    }

    fn connected(url: &str) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let connection = runtime.block_on(PgConnection::connect(url));
        Self {
            connection: connection.expect("a connection"),
            runtime,
        }
    }
}
