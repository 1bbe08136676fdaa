//! The journal of accesses: what of what it hears it does not see.

use access_journal::journal::{Blind, SourceHeard};
use integrity_core::postgres::examination::Symptom;
use wiring::{
    access::{AccessError, AccessKeeping},
    postgres::PgPool,
    stop::Stop,
};

use crate::{command::Place, show::words::count};

/// Whether what the journal hears can be read and judged.
pub(super) async fn sources(place: &Place<'_>, pool: &PgPool) -> Result<Symptom, Stop> {
    let id = "access.sources";
    Ok(
        match AccessKeeping::over(pool.clone(), place.config).sources().await {
            Ok(sources) => judged(id, &sources),
            Err(AccessError::Unavailable(_)) => return Err(Stop::unreachable("the database did not answer")),
            Err(error) => Symptom::unseen(
                id,
                format!("not looked at: {error}"),
                "run `vigie doctor` with the login vigie_sync",
            ),
        },
    )
}

fn judged(id: &str, sources: &[SourceHeard]) -> Symptom {
    let wrong: Vec<String> = sources.iter().flat_map(missed).collect();
    if !wrong.is_empty() {
        return Symptom::warning(
            id,
            wrong.join("; "),
            "look at what `vigie access ingest` says of the log; name what is sensitive in access.sensitive; let the log tell \
             the role and the rows",
        );
    }
    let heard: Vec<String> = sources.iter().map(told).collect();
    Symptom::ok(
        id,
        if heard.is_empty() {
            "no source of the journal of accesses was ever heard".to_owned()
        } else {
            format!(
                "in the last 24 h the journal of accesses heard {}",
                heard.join(", ")
            )
        },
    )
}

fn told(source: &SourceHeard) -> String {
    let seen = count(source.lately.seen, "line");
    match source.lately.bad {
        0 => format!("{} of {}", seen, source.source),
        bad => format!("{} of {}, {bad} of them unreadable", seen, source.source),
    }
}

/// What does not show in what a source tells.
fn missed(source: &SourceHeard) -> Vec<String> {
    let (name, lately) = (&source.source, source.lately);
    let mut missed = Vec::new();
    match source.blind {
        Some(Blind::NoRelation) => missed.push(format!(
            "{name}: no relation is known to be sensitive, and what somebody anonymous was given is not looked for"
        )),
        Some(Blind::NoAudit) => missed.push(format!(
            "{name}: what the audit calls sensitive is not known, and only access.sensitive is looked for"
        )),
        None => {}
    }
    if source.is_garbled() {
        let of = count(lately.seen, "line");
        missed.push(format!(
            "{name}: {} of {of} of the last 24 h could not be read",
            lately.bad
        ));
    }
    if lately.unjudged > 0 {
        let reads = count(lately.unjudged, "read");
        missed.push(format!(
            "{name}: {reads} of sensitive relations of the last 24 h could not be judged"
        ));
    }
    missed
}
