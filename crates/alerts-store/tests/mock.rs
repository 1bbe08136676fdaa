//! What a consumer's test looks like: a mock store that answers with samples.

use std::time::Duration;

use alerts_store::{
    Acted, Alert, AlertStore, Command, Error, LastSeen, Lease, Leases, MockAlertStore, MockLeases, Status,
    Summary, Unchanged, Verb,
};
use integrity_core::{Caller, Evaluation};

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

/// A consumer: looks only where it is the one to work, and moves on what is steady.
async fn works(
    leases: &dyn Leases,
    store: &dyn AlertStore,
    given: &Evaluation,
) -> Result<Option<usize>, Error> {
    let (service, half_a_minute) = (Caller::Service, Duration::from_secs(30));
    if !leases
        .acquire(&service, "sync", "here", half_a_minute)
        .await?
        .held
    {
        return Ok(None);
    }
    let last = store.last_seen(&service, "main").await?;
    assert!(last.seen.contains_key(&given.code));
    let unchanged = store.unchanged(&service, given).await?;
    let overtaken = store.advance(&service, &Vec::from_iter(unchanged)).await?;
    leases.release(&service, "sync", "here").await?;
    Ok(Some(overtaken.len()))
}

#[tokio::test]
async fn a_service_is_tested_without_a_server() {
    let (mut leases, mut store) = (MockLeases::new(), MockAlertStore::new());
    leases
        .expect_acquire()
        .times(1)
        .returning(|_, _, _, _| Ok(Lease::sample()));
    leases.expect_release().times(1).returning(|_, _, _| Ok(()));
    store.expect_last_seen().returning(|_, _| Ok(LastSeen::sample()));
    store
        .expect_unchanged()
        .returning(|_, _| Ok(Some(Unchanged::sample())));
    store
        .expect_advance()
        .withf(|_, unchanged| *unchanged == [Unchanged::sample()])
        .returning(|_, _| Ok(Vec::new()));
    let given = Evaluation::sample();
    assert_eq!(works(&leases, &store, &given).await.expect("answered"), Some(0));

    leases.expect_acquire().returning(|_, _, _, _| {
        Ok(Lease {
            held: false,
            holder: "there".to_owned(),
            ..Lease::sample()
        })
    });
    assert_eq!(works(&leases, &store, &given).await.expect("answered"), None);
}
