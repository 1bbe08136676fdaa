//! Releases: the list, one with everything that happened to it, and what was recorded.

use std::borrow::Cow;

use comfy_table::{Attribute, Cell, Color};
use release_info::{
    ReleaseId,
    ledger::{EventKind, Recorded, Release, ReleaseEvent, ReleasePage, Stage, lifecycle},
};
use wiring::plain::plain;

use super::{
    table,
    words::{BOLD, DIM, YELLOW, ago, moment, moment_utc, span, styled},
};

/// Releases, one a line, and below what is open. Where the page is not the first one, others came before.
pub(crate) fn list(page: &ReleasePage, is_first: bool) -> String {
    if page.releases.is_empty() && page.next.is_none() {
        let none = if is_first {
            "No such release was recorded."
        } else {
            "No more releases."
        };
        return none.to_owned();
    }
    let mut rows = table::with_headings(&["PLACE", "RELEASE", "STAGE", "LIVE", "CHANGED"]);
    for release in &page.releases {
        let live = match release.deployed_at {
            Some(at) if release.stage.is_live() => format!("since {}", moment(at)),
            Some(_) | None => "·".to_owned(),
        };
        rows.add_row([
            Cell::new(&release.place),
            Cell::new(&release.release),
            stage(release.stage),
            Cell::new(live),
            Cell::new(ago(release.changed_at, page.at)),
        ]);
    }
    let mut text = vec![table::lines(&mut rows), styled(DIM, "Times are UTC.")];
    for release in page.releases.iter().filter(|release| release.stage.is_open()) {
        let since = span(page.at - release.changed_at);
        text.push(format!(
            "{} for {since}. {}",
            styled(YELLOW, "Open"),
            open(release)
        ));
    }
    if let Some(next) = page.next {
        text.push(format!("There are more: --after {next}"));
    }
    text.join("\n")
}

fn stage(stage: Stage) -> Cell {
    let cell = Cell::new(stage);
    match stage {
        Stage::Refuted => cell.fg(Color::Red).add_attribute(Attribute::Bold),
        Stage::Started | Stage::RollingBack => cell.fg(Color::Yellow).add_attribute(Attribute::Bold),
        stage if stage.is_live() => cell.add_attribute(Attribute::Bold),
        _ => cell.add_attribute(Attribute::Dim),
    }
}

/// What is under way, and how it goes on.
fn open(release: &Release) -> String {
    format!(
        "{} is {} at {}; {}",
        release.release,
        release.stage,
        release.place,
        goes_on(release.stage)
    )
}

/// `next: deployed, failed`.
fn goes_on(stage: Stage) -> String {
    let legal: Vec<_> = lifecycle::legal(stage).iter().map(|kind| kind.as_str()).collect();
    format!("next: {}", legal.join(", "))
}

/// A release at all its places, and everything that happened to it.
pub(crate) fn whole(release: &ReleaseId, releases: &[Release], events: &[ReleaseEvent]) -> String {
    let mut text = vec![styled(BOLD, &release.to_string())];
    for release in releases {
        text.push(String::new());
        text.extend(facts(release));
    }
    text.push(String::new());
    text.push(styled(DIM, "Times are UTC."));
    text.extend(told(release, events));
    text.join("\n")
}

fn facts(release: &Release) -> Vec<String> {
    let mut text = Vec::new();
    let mut fact =
        |label: &str, value: String| text.push(format!("{}{value}", styled(DIM, &format!("{label:<16}"))));
    fact("place", release.place.to_string());
    fact("stage", format!("{}; {}", release.stage, goes_on(release.stage)));
    if let Some(at) = release.deployed_at {
        let label = if release.stage.is_live() {
            "live since"
        } else {
            "last live from"
        };
        fact(label, moment_utc(at));
    }
    if release.stage.is_live() {
        let seen = release.verified_at.map(moment_utc);
        let verified = match seen {
            Some(seen) if release.stage.is_proved() => seen,
            Some(seen) if release.verified_at < release.deployed_at => {
                format!("nothing proves it (last seen before it went live, {seen})")
            }
            Some(seen) => format!("nothing proves it (last seen {seen})"),
            None => "nothing proves it".to_owned(),
        };
        fact("verified", verified);
    }
    if let Some(version) = &release.provider_version {
        fact("provider's id", plain(version).into_owned());
    }
    if let (Some(min), Some(max)) = (release.facts.min_schema, release.facts.max_schema) {
        fact("runs on schemas", format!("{min} to {max}"));
    }
    if let Some(digest) = &release.facts.manifest_sha256 {
        fact("manifest", digest.clone());
    }
    text
}

/// One line per event: when, who, where, what; why stands below.
fn told(release: &ReleaseId, events: &[ReleaseEvent]) -> Vec<String> {
    let width = |words: fn(&ReleaseEvent) -> String| {
        let widths = events.iter().map(|event| words(event).chars().count());
        widths.max().unwrap_or_default()
    };
    let place: fn(&ReleaseEvent) -> String = |event| event.entry.place.to_string();
    let actor: fn(&ReleaseEvent) -> String = |event| who(event).into_owned();
    let (places, actors) = (width(place), width(actor));
    let mut text = Vec::new();
    for event in events {
        text.push(format!(
            "{}  {:<actors$}  {:<places$}  {}",
            styled(DIM, &moment(event.at)),
            who(event),
            event.entry.place.to_string(),
            what(release, event)
        ));
        let indent = " ".repeat(moment(event.at).len() + actors + places + 6);
        if let Some(reason) = &event.entry.reason {
            text.push(format!("{indent}“{}”", plain(reason)));
        }
        if event.entry.evidence.is_some() {
            text.push(format!("{indent}{}", styled(DIM, "with evidence, see --json")));
        }
    }
    text
}

fn who(event: &ReleaseEvent) -> Cow<'_, str> {
    plain(event.actor.as_deref().unwrap_or("system"))
}

/// The kind of the event, and of whom it speaks besides.
fn what(release: &ReleaseId, event: &ReleaseEvent) -> String {
    let entry = &event.entry;
    let whose = match &entry.returns_to {
        _ if entry.release != *release => format!(" of {}, back to this one", entry.release),
        Some(to) => format!(", back to {to}"),
        None => String::new(),
    };
    let version = entry.provider_version.as_deref();
    let version = version.map(|version| format!(" ({})", plain(version)));
    format!("{}{whose}{}", entry.kind, version.unwrap_or_default())
}

/// What was recorded, and what it has made of the release.
pub(crate) fn recorded(recorded: &Recorded) -> String {
    let (event, release) = (&recorded.event, &recorded.release);
    let done = if recorded.replayed {
        format!(
            "Recorded before, {}; nothing was recorded now.",
            moment_utc(event.at)
        )
    } else {
        "Recorded.".to_owned()
    };
    let live = match event.entry.kind {
        EventKind::RolledBack => event
            .entry
            .returns_to
            .as_ref()
            .map(|to| format!("; {to} is live")),
        _ => None,
    };
    format!("{done} {}{}", open(release), live.unwrap_or_default())
}
