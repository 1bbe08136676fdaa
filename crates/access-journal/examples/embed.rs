//! What a program writes that records by itself: what it saw becomes pseudonyms, and stands in the journal once.

use std::{error::Error, sync::Arc};

use access_journal::{
    EventKind, Observed, Outcome, Source,
    integrity_core::{Caller, Clock as _, Severity, SystemClock},
    journal::{AccessJournal as _, MemoryAccessJournal},
    privacy::KeyRing,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let journal = Arc::new(MemoryAccessJournal::new(Arc::new(SystemClock)));
    let ring = KeyRing::new(journal.clone(), None);
    let seen = Observed {
        occurred_at: SystemClock.now(),
        source: Source::App,
        event: EventKind::AuthnLoginFail,
        outcome: Outcome::Refused,
        severity: Severity::Info,
        status: Some(401),
        error_code: None,
        method: Some("POST".to_owned()),
        route: Some("/sign-in".to_owned()),
        resource: None,
        open: None,
        actor_id: None,
        actor_role: None,
        account: Some("amina@exemple.cd".to_owned()),
        address: Some("203.0.113.7".parse()?),
        is_allowed: false,
        country: None,
        as_number: None,
        user_agent_family: None,
        client_release: None,
        request_id: None,
        rows_returned: None,
        count: 1,
        dedup_key: "my-service:1".to_owned(),
    };
    let event = ring.conceal(&Caller::Service, seen).await?;
    println!("{}", serde_json::to_string(&event)?);
    let recorded = journal
        .record(&Caller::Service, std::slice::from_ref(&event))
        .await?;
    let again = journal.record(&Caller::Service, &[event]).await?;
    println!(
        "{} new, then {} new and {} known",
        recorded.added, again.added, again.known
    );
    Ok(())
}
