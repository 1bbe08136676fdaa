use std::time::Duration;

use alerts_store::{Error, Lease};
use chrono::TimeDelta;
use integrity_core::Caller;

use super::Harness;

const HALF_A_MINUTE: Duration = Duration::from_secs(30);

async fn asks(harness: &dyn Harness, holder: &str) -> Lease {
    harness
        .leases()
        .acquire(&Caller::Service, "sync", holder, HALF_A_MINUTE)
        .await
        .expect("an answer")
}

async fn gives_back(harness: &dyn Harness, holder: &str) {
    let leases = harness.leases();
    leases
        .release(&Caller::Service, "sync", holder)
        .await
        .expect("an answer");
}

pub(crate) async fn a_lease_is_held_by_one(harness: &dyn Harness) {
    let before = harness.now().await;
    let first = asks(harness, "one").await;
    assert!(first.held && first.holder == "one" && first.at >= before);
    assert_eq!(first.until - first.at, TimeDelta::seconds(30));

    let other = asks(harness, "two").await;
    assert_eq!(
        (other.held, other.holder.as_str(), other.until),
        (false, "one", first.until),
        "it is told who has it, and nothing was changed"
    );
    harness.now().await;
    let renewed = asks(harness, "one").await;
    assert!(renewed.held && renewed.until > first.until, "{renewed:?}");
    let another = harness
        .leases()
        .acquire(&Caller::Service, "another", "two", HALF_A_MINUTE)
        .await
        .expect("an answer");
    assert!(another.held, "each name is a lease of its own");
}

pub(crate) async fn a_lease_ends_by_the_clock(harness: &dyn Harness) {
    asks(harness, "one").await;
    harness.pass(TimeDelta::seconds(31)).await;
    assert!(asks(harness, "one").await.held, "late, but nobody else came");
    harness.pass(TimeDelta::seconds(31)).await;
    assert!(asks(harness, "two").await.held, "it had ended");
    let late = asks(harness, "one").await;
    assert_eq!((late.held, late.holder.as_str()), (false, "two"), "it was taken");
    gives_back(harness, "one").await;
    assert!(!asks(harness, "one").await.held, "it was not one's own any more");
    harness.pass(TimeDelta::seconds(31)).await;
    assert!(asks(harness, "one").await.held, "free again");
}

pub(crate) async fn a_lease_is_given_back_by_its_holder(harness: &dyn Harness) {
    gives_back(harness, "one").await;
    asks(harness, "one").await;
    gives_back(harness, "two").await;
    assert!(!asks(harness, "two").await.held, "somebody else's");
    for _ in 0..2 {
        gives_back(harness, "one").await;
    }
    assert!(asks(harness, "two").await.held, "given back");
}

pub(crate) async fn a_lease_is_for_the_service_and_well_formed(harness: &dyn Harness) {
    let leases = harness.leases();
    let amina = Caller::person("amina");
    let refused = [
        leases.acquire(&amina, "sync", "amina", HALF_A_MINUTE).await.err(),
        leases.release(&amina, "sync", "amina").await.err(),
    ];
    for error in refused {
        assert!(matches!(error, Some(Error::Forbidden { .. })), "{error:?}");
    }
    let service = &Caller::Service;
    let long = "é".repeat(201);
    for (field, name, holder, for_) in [
        ("name", "", "one", HALF_A_MINUTE),
        ("name", long.as_str(), "one", HALF_A_MINUTE),
        ("holder", "sync", "", HALF_A_MINUTE),
        ("holder", "sync", long.as_str(), HALF_A_MINUTE),
        ("holder", "sync", "o\0ne", HALF_A_MINUTE),
        ("for", "sync", "one", Duration::from_nanos(999)),
        ("for", "sync", "one", Duration::from_secs(86_401)),
        ("for", "sync", "one", Duration::MAX),
    ] {
        let error = leases.acquire(service, name, holder, for_).await.err();
        assert!(
            matches!(&error, Some(Error::Invalid { field: of, .. }) if of == field),
            "{name:?} {holder:?} {for_:?}: {error:?}"
        );
    }
    let error = leases.release(service, "sync", "").await.err();
    assert!(matches!(error, Some(Error::Invalid { .. })), "{error:?}");
    let longest = "é".repeat(200);
    let lease = leases
        .acquire(service, "sync", &longest, Duration::from_hours(24))
        .await;
    assert!(lease.expect("an answer").held);
}
