//! Who knocked at the demo's depot in the last day: an office that mistypes now and then, somebody who tried the same password on
//! many accounts, and somebody who read a table without having signed in.

use std::{net::IpAddr, sync::Arc};

use access_journal::{
    EventKind, Observed, Outcome, Source,
    journal::{AccessJournal, Heartbeat, PgAccessJournal},
    privacy::KeyRing,
};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Caller, Clock as _, Door, Severity, SystemClock};
use wiring::{postgres::PgPool, session::refused, stop::Stop};

/// Where most people of the depot work.
const OFFICE: [u8; 4] = [198, 51, 100, 20];
/// From where many accounts are tried.
const SPRAY: [u8; 4] = [203, 0, 113, 66];
/// From where a table is read.
const READER: [u8; 4] = [192, 0, 2, 44];
/// What is read there.
const READ: &str = "public.sorties_produit";

/// Records them, unless the journal is in use from an earlier time.
pub(super) async fn record(pool: PgPool) -> Result<(), Stop> {
    let journal: Arc<dyn AccessJournal> = Arc::new(PgAccessJournal::new(pool, Door::Cli));
    let service = Caller::Service;
    if journal.is_used(&service).await.map_err(refused(&service))? {
        return Ok(());
    }
    let ring = KeyRing::new(Arc::clone(&journal), None);
    let mut events = Vec::new();
    for observed in day(SystemClock.now()) {
        events.push(
            ring.conceal(&service, observed)
                .await
                .map_err(refused(&service))?,
        );
    }
    journal
        .record(&service, &events)
        .await
        .map_err(refused(&service))?;
    for source in [Source::SupabaseAuth, Source::SupabaseEdge] {
        let heartbeat = Heartbeat {
            seen: events.iter().filter(|event| event.source == source).count() as u64,
            ..Heartbeat::of(source)
        };
        journal
            .beat(&service, &heartbeat)
            .await
            .map_err(refused(&service))?;
    }
    Ok(())
}

/// The day before this instant.
fn day(now: DateTime<Utc>) -> Vec<Observed> {
    let ago = |minutes: u32| now - TimeDelta::minutes(minutes.into());
    let mut day = Vec::new();
    for n in 0..40 {
        let at = ago(30 + n * 14);
        let account = format!("personne{}@depot.example", n % 9);
        if n % 5 == 0 {
            day.push(sign_in(
                at - TimeDelta::seconds(20),
                OFFICE,
                account.clone(),
                false,
            ));
        }
        day.push(sign_in(at, OFFICE, account, true));
    }
    for n in 0..24 {
        // Somebody whose rank is too low, from a telephone on the way.
        let at = ago(10 + n * 58);
        let address = [198, 51, 100, 120 + u8::try_from(n % 6).unwrap_or_default()];
        day.push(request(
            at,
            address,
            EventKind::AuthzFail,
            "public.stocks_adjustments",
            None,
        ));
    }
    for n in 0..12 {
        let at = ago(180) + TimeDelta::seconds(20) * n;
        day.push(sign_in(at, SPRAY, format!("personne{n}@depot.example"), false));
    }
    for (minutes, rows) in [(71, 25), (70, 3)] {
        day.push(request(
            ago(minutes),
            READER,
            EventKind::AnonDataRead,
            READ,
            Some(rows),
        ));
    }
    for (n, observed) in day.iter_mut().enumerate() {
        observed.dedup_key = format!("demo {n}");
    }
    day
}

fn sign_in(at: DateTime<Utc>, address: [u8; 4], account: String, is_success: bool) -> Observed {
    let (event, outcome, status) = if is_success {
        (EventKind::AuthnLoginSuccess, Outcome::Success, 200)
    } else {
        (EventKind::AuthnLoginFail, Outcome::Refused, 400)
    };
    Observed {
        event,
        outcome,
        status: Some(status),
        method: Some("POST".to_owned()),
        route: Some("/auth/v1/token".to_owned()),
        account: Some(account),
        ..bare(at, Source::SupabaseAuth, address)
    }
}

fn request(
    at: DateTime<Utc>,
    address: [u8; 4],
    event: EventKind,
    relation: &str,
    rows: Option<u64>,
) -> Observed {
    Observed {
        event,
        outcome: if rows.is_some() {
            Outcome::Success
        } else {
            Outcome::Refused
        },
        severity: if rows.is_some() {
            Severity::Critical
        } else {
            Severity::Info
        },
        status: Some(if rows.is_some() { 206 } else { 403 }),
        error_code: rows.is_none().then(|| "42501".to_owned()),
        route: Some("/rest/v1/{relation}".to_owned()),
        resource: Some(relation.to_owned()),
        actor_role: Some(if rows.is_some() { "anon" } else { "authenticated" }.to_owned()),
        rows_returned: rows,
        ..bare(at, Source::SupabaseEdge, address)
    }
}

fn bare(occurred_at: DateTime<Utc>, source: Source, address: [u8; 4]) -> Observed {
    Observed {
        occurred_at,
        source,
        event: EventKind::AuthzFail,
        outcome: Outcome::Refused,
        severity: Severity::Info,
        status: None,
        error_code: None,
        method: Some("GET".to_owned()),
        route: None,
        resource: None,
        open: None,
        actor_id: None,
        actor_role: None,
        account: None,
        address: Some(IpAddr::from(address)),
        is_allowed: false,
        country: None,
        as_number: None,
        user_agent_family: Some("Firefox".to_owned()),
        client_release: None,
        request_id: None,
        rows_returned: None,
        count: 1,
        dedup_key: String::new(),
    }
}
