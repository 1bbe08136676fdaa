//! What a store of audits promises, in memory and in PostgreSQL.

mod contract;
mod server;

use rls_audit::{Audit, AuditStore as _, MemoryAuditStore, MockAuditStore};

/// In memory, a store and what people reach are one.
mod memory {
    use std::sync::Arc;

    use async_trait::async_trait;
    use integrity_core::Caller;
    use rls_audit::{AuditStore, Error};

    use super::{
        Audit, MemoryAuditStore,
        contract::{self, Stores},
    };

    struct Shared(Arc<MemoryAuditStore>);

    #[async_trait]
    impl AuditStore for Shared {
        async fn save(&self, caller: &Caller, database: &str, audit: &Audit) -> Result<(), Error> {
            self.0.save(caller, database, audit).await
        }

        async fn latest(&self, caller: &Caller, database: &str) -> Result<Option<Audit>, Error> {
            self.0.latest(caller, database).await
        }

        async fn latest_complete(&self, caller: &Caller, database: &str) -> Result<Option<Audit>, Error> {
            self.0.latest_complete(caller, database).await
        }
    }

    macro_rules! in_memory {
        ($($promise:ident)*) => {
            $(#[tokio::test]
            async fn $promise() {
                let store = Arc::new(MemoryAuditStore::default().with_member("patricia"));
                let stores = Stores {
                    service: Box::new(Shared(Arc::clone(&store))),
                    people: Box::new(Shared(store)),
                };
                contract::$promise(&stores).await;
            })*
        };
    }

    crate::promises!(in_memory);
}

#[tokio::test]
async fn a_consumer_is_tested_without_a_server() {
    let mut store = MockAuditStore::new();
    store.expect_latest().returning(|_, _| Ok(Some(Audit::sample())));
    let latest = store.latest(&integrity_core::Caller::Service, "main").await;
    let latest = latest.expect("an answer").expect("an audit");
    assert_eq!(latest.findings[0].rule, "RLS-101");
}
