//! What audits call sensitive, for whoever reads logs.

use access_journal::{
    integrity_core::Caller,
    journal::{Error, SensitiveRelations},
};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::Harness;

fn named(relations: &[&str], audited_at: DateTime<Utc>) -> SensitiveRelations {
    SensitiveRelations {
        relations: relations.iter().map(|name| (*name).to_owned()).collect(),
        audited_at,
    }
}

pub(crate) async fn what_an_audit_names_is_handed_over(harness: &dyn Harness) {
    let now = harness.now().await.trunc_subsecs(6);
    let (service, recorder) = (harness.service(), harness.recorder());
    let tell = async |sensitive: &SensitiveRelations| {
        let told = service.tell_sensitive(&Caller::Service, "depot", sensitive).await;
        told.expect("told");
    };
    let known = async |database: &str| {
        let known = recorder.sensitive(&Caller::Service, database).await;
        known.expect("an answer")
    };
    assert_eq!(known("depot").await, None, "nobody has said");
    let first = named(&["public.contracts", "hr.pay"], now - TimeDelta::days(1));
    tell(&first).await;
    assert_eq!(known("depot").await, Some(first.clone()));
    assert_eq!(known("another").await, None, "each database has its own");
    tell(&named(&["public.late"], now - TimeDelta::days(2))).await;
    assert_eq!(known("depot").await, Some(first), "an earlier audit comes late");
    let none = named(&[], now);
    tell(&none).await;
    assert_eq!(
        known("depot").await,
        Some(none),
        "that an audit names none is known"
    );
}

pub(crate) async fn people_are_told_nothing_of_it(harness: &dyn Harness) {
    let people = harness.people();
    let sensitive = named(&["public.contracts"], harness.now().await);
    for person in ["amina", "patricia", "somebody"] {
        let caller = Caller::person(person);
        let told = people.tell_sensitive(&caller, "depot", &sensitive).await;
        assert!(matches!(told, Err(Error::Forbidden { .. })), "{person}: {told:?}");
        let known = people.sensitive(&caller, "depot").await;
        assert!(
            matches!(known, Err(Error::Forbidden { .. })),
            "{person}: {known:?}"
        );
    }
}
