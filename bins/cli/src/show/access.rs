//! The journal of accesses: its numbers, and what came of comparing it with its seals.

use access_journal::journal::{Blind, Discrepancy, KeyCount, SourceHeard, Summary, Verification};
use chrono::{DateTime, Utc};
use comfy_table::Cell;
use wiring::plain::plain;

use super::{
    table,
    words::{BOLD, DIM, GREEN, RED, YELLOW, ago, count, moment, moment_utc, styled},
};

/// So wide is the picture of the trend.
const WIDE: usize = 72;
/// From little to much; nothing is a point.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// What happened lately.
pub(crate) fn report(summary: &Summary) -> String {
    let mut text = vec![format!(
        "{} since {}",
        styled(BOLD, &accesses(summary.total)),
        moment_utc(summary.since)
    )];
    if summary.total > 0 {
        text.extend(trend(summary));
    }
    let kinds = summary
        .events
        .iter()
        .map(|kind| (kind.event.clone(), kind.count, None));
    list(&mut text, "WHAT", kinds, summary.at);
    list(&mut text, "ADDRESS", keys(&summary.addresses), summary.at);
    list(&mut text, "ACCOUNT", keys(&summary.accounts), summary.at);
    let routes = summary.routes.iter().map(|route| {
        let method = route.method.as_deref().unwrap_or("·");
        let told = format!("{method} {}", plain(&route.route));
        (told, route.count, Some(route.last_at))
    });
    list(&mut text, "ROUTE", routes, summary.at);
    text.push(String::new());
    text.extend(health(summary));
    text.join("\n")
}

fn accesses(n: u64) -> String {
    match n {
        0 => "Nothing was recorded".to_owned(),
        1 => "1 access recorded".to_owned(),
        n => format!("{n} accesses recorded"),
    }
}

/// One line of bars, and what the highest one stands for.
fn trend(summary: &Summary) -> [String; 2] {
    let per_bar = summary.steps.len().div_ceil(WIDE).max(1);
    let bars: Vec<u64> = summary
        .steps
        .chunks(per_bar)
        .map(|steps| steps.iter().map(|step| step.total).sum())
        .collect();
    let most = bars.iter().copied().max().unwrap_or_default();
    let bar = |n: &u64| match *n {
        0 => '·',
        n => {
            BARS[usize::try_from((n * 8).div_ceil(most.max(1)) - 1)
                .unwrap_or(7)
                .min(7)]
        }
    };
    let step = summary.step * per_bar as u64;
    let exposed: u64 = summary.steps.iter().map(|step| step.exposed).sum();
    let exposed = match exposed {
        0 => String::new(),
        n => format!("; {}", styled(RED, &format!("{n} gave what nobody should have"))),
    };
    [
        bars.iter().map(bar).collect(),
        format!(
            "{}{exposed}",
            styled(DIM, &format!("at most {most} in {} min", step / 60))
        ),
    ]
}

fn keys(keys: &[KeyCount]) -> impl Iterator<Item = (String, u64, Option<DateTime<Utc>>)> {
    keys.iter()
        .map(|key| (key.key.clone(), key.count, Some(key.last_at)))
}

fn list(
    text: &mut Vec<String>,
    heading: &str,
    rows: impl Iterator<Item = (String, u64, Option<DateTime<Utc>>)>,
    now: DateTime<Utc>,
) {
    let mut lines = table::with_headings(&[heading, "TIMES", "LAST"]);
    for (what, n, last_at) in rows {
        let last = last_at.map(|at| ago(at, now)).unwrap_or_default();
        lines.add_row([Cell::new(what), table::number(n), Cell::new(last)]);
    }
    if lines.row_count() > 0 {
        text.push(String::new());
        text.push(table::lines(&mut lines));
    }
}

/// Whether the journal itself can be believed.
fn health(summary: &Summary) -> Vec<String> {
    let mut text = Vec::new();
    if summary.sources.is_empty() {
        text.push(styled(
            YELLOW,
            "No source was ever heard: that nothing is recorded proves nothing.",
        ));
    } else {
        let mut rows = table::with_headings(&["SOURCE", "HEARD", "SEEN", "BAD", "LOST", "UNJUDGED"]);
        for source in &summary.sources {
            rows.add_row([
                Cell::new(&source.source),
                Cell::new(ago(source.heard_at, summary.at)),
                table::number(source.lately.seen),
                table::number(source.lately.bad),
                table::number(source.lately.dropped),
                table::number(source.lately.unjudged),
            ]);
        }
        text.push(table::lines(&mut rows));
        text.push(styled(DIM, "numbers of the last 24 h"));
        text.extend(summary.sources.iter().filter_map(blind));
    }
    text.push(match &summary.seal {
        Some(seal) => format!("Sealed {}: seal {}", ago(seal.sealed_at, summary.at), seal.number),
        None => styled(YELLOW, "Nothing is sealed yet."),
    });
    text.push(match &summary.verified {
        Some(verified) if verified.broken == 0 => {
            format!("All seals were compared {}", ago(verified.at, summary.at))
        }
        Some(verified) => styled(
            RED,
            &format!(
                "{} with the seals {}: vigie access verify",
                count(verified.broken, "disagreement"),
                ago(verified.at, summary.at)
            ),
        ),
        None => styled(YELLOW, "The seals were never compared: vigie access verify"),
    });
    text
}

/// What is not looked for must not be taken for not being there.
fn blind(source: &SourceHeard) -> Option<String> {
    let told = match source.blind? {
        Blind::NoRelation => {
            "no relation is known to be sensitive: what somebody anonymous was given is not looked for"
        }
        Blind::NoAudit => "what the audit calls sensitive (RLS-109) is not known",
    };
    Some(styled(YELLOW, &format!("{}: {told}", source.source)))
}

/// What came of comparing the journal with its seals.
pub(crate) fn verification(found: &Verification) -> String {
    let mut text = Vec::new();
    let looked = format!(
        "{} of {} compared",
        count(found.seals, "seal"),
        count(found.rows, "row")
    );
    text.push(match (&found.head, found.broken) {
        (None, 0) => styled(
            YELLOW,
            "Nothing is sealed yet, so that nothing could be compared.",
        ),
        (_, 0) => format!("{looked}: {}", styled(GREEN, "all that is sealed is as it was")),
        (_, broken) => format!("{looked}: {}", styled(RED, &count(broken, "disagreement"))),
    });
    text.extend(found.discrepancies.iter().map(line));
    let shown = found.discrepancies.len() as u64;
    if shown < found.broken {
        text.push(format!("… and {} more", found.broken - shown));
    }
    if found.gone > 0 {
        text.push(format!(
            "{} went with their months, when their time was over",
            count(found.gone, "row")
        ));
    }
    if found.unsealed > 0 {
        let since = found
            .unsealed_since
            .map(|at| format!(", the oldest since {}", moment_utc(at)));
        text.push(format!(
            "{} not sealed yet{}",
            count(found.unsealed, "row"),
            since.unwrap_or_default()
        ));
        if let (Some(holder), Some(_)) = (&found.held_by, found.waiting()) {
            text.push(styled(
                YELLOW,
                &format!("They wait for {}", plain(&holder.told())),
            ));
        }
    }
    if found.generation_due {
        text.push(styled(
            YELLOW,
            "Another server counts transactions now, as after a restore: the next seal begins a generation, and until \
             vigie-sync makes it nothing new is sealed",
        ));
    }
    if let Some(is_there) = found.expected {
        text.push(if is_there {
            "The seal that is expected is there".to_owned()
        } else {
            styled(RED, "The seal that is expected is not there")
        });
    }
    if let Some(head) = &found.head {
        text.push(format!(
            "Head: seal {} of generation {}, {}",
            head.number,
            head.generation,
            moment_utc(head.sealed_at)
        ));
        text.push(head.hash.clone());
    }
    text.join("\n")
}

fn line(found: &Discrepancy) -> String {
    let at = found
        .occurred_at
        .map(|at| format!(", of {}", moment(at)))
        .unwrap_or_default();
    let to = found
        .moved_to
        .map(|to| format!(": it is row {to} now"))
        .unwrap_or_default();
    format!("{}{at}: {}{to}", found.subject(), found.kind.told())
}
