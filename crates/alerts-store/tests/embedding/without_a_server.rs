//! Somebody else's test, without a server.

use std::sync::Arc;

use alerts_store::{
    AlertStore, MemoryAlertStore, MockAlertStore, Summary,
    integrity_core::{Caller, Evaluation, SystemClock},
};

#[tokio::main]
async fn main() -> Result<(), alerts_store::Error> {
    let store = MemoryAlertStore::new(Arc::new(SystemClock));
    let opened = store.apply(&Caller::Service, &Evaluation::sample()).await?.opened;
    let mut mock = MockAlertStore::new();
    mock.expect_summary().returning(|_, _| Ok(Summary::sample()));
    let enabled = mock.summary(&Caller::Service, "main").await?.coverage.enabled;
    println!("opened {opened}, mock says {enabled} enabled");
    Ok(())
}
