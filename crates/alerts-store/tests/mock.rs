//! What a consumer's test looks like: a mock store that answers with samples.

use alerts_store::{Acted, Alert, AlertStore, Command, Error, MockAlertStore, Status, Summary, Verb};
use integrity_core::Caller;

/// A consumer: takes up the alert, and says whether somebody else was faster.
async fn take_up(store: &dyn AlertStore, who: &Caller, alert: &Alert) -> Result<bool, Error> {
    match store
        .act(who, &Command::new(alert.id, Verb::Ack).expecting(alert.version))
        .await
    {
        Ok(acted) => Ok(acted.alert.status == Status::Ack),
        Err(Error::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[tokio::test]
async fn a_consumer_is_tested_without_a_server() {
    let mut store = MockAlertStore::new();
    let amina = Caller::person("amina");
    store
        .expect_act()
        .withf(|_, command| command.expected_version == Some(1))
        .times(1)
        .returning(|_, _| Ok(Acted::sample()));
    assert!(take_up(&store, &amina, &Alert::sample()).await.expect("answered"));

    store.expect_act().times(1).returning(|_, _| {
        Err(Error::Conflict {
            reason: "changed since".to_owned(),
            current: Box::new(Acted::sample().alert),
        })
    });
    assert!(!take_up(&store, &amina, &Alert::sample()).await.expect("answered"));

    store.expect_summary().returning(|_, _| Ok(Summary::sample()));
    assert_eq!(
        store
            .summary(&amina, "main")
            .await
            .expect("numbers")
            .coverage
            .enabled,
        1
    );
}
