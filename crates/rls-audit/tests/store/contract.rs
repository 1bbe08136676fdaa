//! Every promise of `AuditStore`, one function each, kept by every store.

use chrono::TimeDelta;
use integrity_core::Caller;
use rls_audit::{Audit, AuditStore, Error, store::KEPT};

const SERVICE: Caller = Caller::Service;

/// A store, as the service and as people reach it: patricia has a role, and others none.
pub(crate) struct Stores {
    pub(crate) service: Box<dyn AuditStore>,
    pub(crate) people: Box<dyn AuditStore>,
}

/// Makes a test of each promise.
#[macro_export]
macro_rules! promises {
    ($test:ident) => {
        $test! {
            the_last_audit_is_given_back_as_it_was
            an_audit_is_of_one_database
            the_oldest_are_forgotten
            the_last_complete_one_is_kept_whatever_follows
            only_the_service_saves
            strangers_are_told_so
        }
    };
}

/// So many minutes after the first.
fn audit(minutes: usize) -> Audit {
    let mut audit = Audit::sample();
    audit.looked.at += TimeDelta::minutes(i64::try_from(minutes).expect("few"));
    audit
}

pub(crate) async fn the_last_audit_is_given_back_as_it_was(stores: &Stores) {
    let patricia = Caller::person("patricia");
    let none = stores.people.latest(&patricia, "main").await.expect("an answer");
    assert_eq!(none, None);
    for minutes in [2, 1] {
        let saved = stores.service.save(&SERVICE, "main", &audit(minutes)).await;
        saved.expect("saved");
    }
    let twice = stores.service.save(&SERVICE, "main", &audit(2)).await;
    twice.expect("the same once more is no error");
    for (store, caller) in [(&stores.people, &patricia), (&stores.service, &SERVICE)] {
        let latest = store.latest(caller, "main").await.expect("an answer");
        assert_eq!(latest, Some(audit(2)));
    }
}

pub(crate) async fn an_audit_is_of_one_database(stores: &Stores) {
    let saved = stores.service.save(&SERVICE, "main", &audit(0)).await;
    saved.expect("saved");
    let other = stores.service.latest(&SERVICE, "other").await.expect("an answer");
    assert_eq!(other, None);
}

pub(crate) async fn the_oldest_are_forgotten(stores: &Stores) {
    let saved = stores.service.save(&SERVICE, "other", &audit(0)).await;
    saved.expect("saved");
    for minutes in 0..=KEPT {
        let saved = stores.service.save(&SERVICE, "main", &audit(minutes)).await;
        saved.expect("saved");
    }
    let latest = stores.service.latest(&SERVICE, "main").await.expect("an answer");
    assert_eq!(latest, Some(audit(KEPT)));
    let other = stores.service.latest(&SERVICE, "other").await.expect("an answer");
    assert_eq!(other, Some(audit(0)), "another database's are its own");
}

pub(crate) async fn the_last_complete_one_is_kept_whatever_follows(stores: &Stores) {
    let complete = || stores.service.latest_complete(&SERVICE, "main");
    let blind = |minutes| {
        let mut audit = audit(minutes);
        audit.looked.personas.clear();
        audit
    };
    let save = async |audit: &Audit| {
        let saved = stores.service.save(&SERVICE, "main", audit).await;
        saved.expect("saved");
    };
    save(&blind(0)).await;
    assert_eq!(complete().await.expect("an answer"), None);
    save(&audit(1)).await;
    for minutes in 2..KEPT + 4 {
        save(&blind(minutes)).await;
    }
    assert_eq!(complete().await.expect("an answer"), Some(audit(1)));
    let latest = stores.service.latest(&SERVICE, "main").await;
    assert_eq!(latest.expect("an answer"), Some(blind(KEPT + 3)));
    for who in ["nobody", ""] {
        let read = stores.people.latest_complete(&Caller::person(who), "main").await;
        assert!(matches!(read, Err(Error::Forbidden { .. })), "{who}: {read:?}");
    }
}

pub(crate) async fn only_the_service_saves(stores: &Stores) {
    let patricia = Caller::person("patricia");
    let saved = stores.people.save(&patricia, "main", &audit(0)).await;
    assert!(matches!(saved, Err(Error::Forbidden { .. })), "{saved:?}");
}

pub(crate) async fn strangers_are_told_so(stores: &Stores) {
    let saved = stores.service.save(&SERVICE, "main", &audit(0)).await;
    saved.expect("saved");
    for who in ["nobody", ""] {
        let read = stores.people.latest(&Caller::person(who), "main").await;
        assert!(matches!(read, Err(Error::Forbidden { .. })), "{who}: {read:?}");
    }
}
