//! What another service writes to keep alerts: evaluate on its own terms, apply, let a person act.
//!
//! In memory here, so that it runs anywhere; with PostgreSQL the store is
//! `PgAlertStore::new(pool, Door::Api)` and nothing else changes.

use std::{sync::Arc, time::Duration};

use alerts_store::{
    AlertFilter, AlertStore, Command, MemoryAlertStore, Verb,
    integrity_core::{
        Caller, Clock, Evaluation, Finding, Outcome, Payload, Role, Severity, SystemClock, Terms,
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), alerts_store::Error> {
    let clock = Arc::new(SystemClock);
    let store: Arc<dyn AlertStore> =
        Arc::new(MemoryAlertStore::new(clock.clone()).with_member("amina", Role::Admin));

    let evaluation = Evaluation {
        database: "main".to_owned(),
        code: "BACKUP_TOO_OLD".parse()?,
        snapshot_at: clock.now(),
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
        elapsed: Duration::ZERO,
    };
    let applied = store.apply(&Caller::Service, &evaluation).await?;
    println!("opened {}", applied.opened);

    let amina = Caller::person("amina");
    for alert in store.list(&amina, &AlertFilter::default()).await?.alerts {
        let acted = store
            .act(&amina, &Command::new(alert.id, Verb::Ack).comment("on it"))
            .await?;
        println!(
            "{:?} by {:?}: {}",
            acted.alert.status, acted.alert.acknowledged_by, acted.alert.message
        );
    }
    Ok(())
}
