//! The service in numbers, in the text format of Prometheus. They are made when somebody asks, of what the board knows
//! then: a number that was put down earlier would not age while the loop hangs.
//!
//! Where the database does not answer, everything about checks and alerts is absent. Refused: the last number known,
//! which looks like the present one; and zero, which looks like health.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use alerts_store::Status;
use integrity_core::{CheckCode, Severity};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet, text},
    metrics::MetricType,
    registry::Registry,
};

use crate::board::{Board, CheckLine, Numbers, Snapshot};

/// What the text is.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A registry of everything about the service of this database.
pub(crate) fn registry(board: &Arc<Board>, database: &str) -> Registry {
    let labels = [("database".into(), database.to_owned().into())];
    let mut registry = Registry::with_labels(labels.into_iter());
    registry.register(
        "vigie_sync_run_duration_seconds",
        "How long a run of this service took",
        board.run_durations.clone(),
    );
    registry.register_collector(Box::new(Ourselves(Arc::clone(board))));
    registry
}

/// What Prometheus reads.
pub(crate) fn text(registry: &Registry) -> Result<String, fmt::Error> {
    let mut written = String::new();
    text::encode(&mut written, registry)?;
    Ok(written)
}

#[derive(Debug)]
struct Ourselves(Arc<Board>);

impl Collector for Ourselves {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let now = self.0.snapshot();
        let mut page = Page(encoder);
        page.service(&now, self.0.silent_after)?;
        match &now.numbers {
            Some(numbers) => {
                page.checks(&now, numbers)?;
                page.alerts(numbers)
            }
            None => Ok(()),
        }
    }
}

/// Labels of one number.
type Labels = Vec<(&'static str, String)>;

struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    fn service(&mut self, now: &Snapshot, silent_after: Option<Duration>) -> fmt::Result {
        let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
        self.gauges("vigie_build_info", "The program, always 1", [(version, 1.0)])?;
        self.gauge(
            "vigie_sync_ready",
            "1 while the service does its work, as /readyz says",
            truth(now.reasons.is_empty()),
        )?;
        self.gauge(
            "vigie_sync_database_up",
            "1 when the database answered at the last look; while 0, nothing is said about checks and alerts",
            truth(now.database_up),
        )?;
        self.gauge(
            "vigie_sync_holds_lease",
            "1 while this service runs checks, 0 while it waits or another one runs them",
            truth(now.holds_lease),
        )?;
        if let Some(age) = now.last_run_age {
            self.gauge(
                "vigie_sync_last_run_age_seconds",
                "Since any service last evaluated something, as vigie.sync_heartbeat() says; absent before the first look",
                age.as_secs_f64(),
            )?;
        }
        if let Some(limit) = silent_after {
            self.gauge(
                "vigie_sync_silent_after_seconds",
                "How long the last run may be ago: three times the shortest interval of an enabled check",
                limit.as_secs_f64(),
            )?;
        }
        let runs = now.runs.iter();
        self.counters(
            "vigie_sync_runs",
            "Runs of this service by what came of them",
            runs.map(|(status, count)| (vec![("status", (*status).to_owned())], *count)),
        )?;
        self.counters(
            "vigie_sync_heartbeat_failures",
            "Calls of the heartbeat URL that failed",
            [(Labels::new(), now.heartbeat_failures)],
        )
    }

    fn checks(&mut self, now: &Snapshot, numbers: &Numbers) -> fmt::Result {
        let coverage = numbers.summary.coverage;
        let counts = [
            ("enabled", coverage.enabled),
            ("fresh", coverage.fresh),
            ("proved", coverage.proved),
            ("covered", coverage.covered),
            ("healthy", coverage.healthy),
        ];
        self.gauges(
            "vigie_checks",
            "Checks of which this can be said",
            counts.map(|(state, count)| (vec![("state", state.to_owned())], number(count))),
        )?;
        let lines = now.checks(numbers);
        for (name, help, value) in [
            (
                "vigie_check_failing",
                "1 when the last evaluation failed",
                (|line| line.failing) as fn(&CheckLine) -> bool,
            ),
            (
                "vigie_check_suspect",
                "1 when the last evaluation proves nothing",
                |line| line.suspect,
            ),
            (
                "vigie_check_fresh",
                "1 when it was completely evaluated at most max(3 x every, every + 5 min) ago",
                |line| line.fresh,
            ),
        ] {
            let rows = lines.iter().map(|line| {
                let labels = vec![
                    ("check", line.code.to_string()),
                    ("severity", line.severity.as_str().to_owned()),
                ];
                (labels, truth(value(line)))
            });
            self.gauges(name, help, rows)?;
        }
        let ages = lines
            .iter()
            .filter_map(|line| Some((of(&line.code), line.complete_age?)));
        self.gauges(
            "vigie_check_last_complete_age_seconds",
            "Since its last complete evaluation; absent when there was none",
            ages,
        )?;
        let durations = now.durations.iter();
        self.gauges(
            "vigie_check_duration_seconds",
            "How long this service took to evaluate it last",
            durations.map(|(code, duration)| (of(code), duration.as_secs_f64())),
        )
    }

    fn alerts(&mut self, numbers: &Numbers) -> fmt::Result {
        let labels = |severity: Severity, status: &str| {
            vec![
                ("severity", severity.as_str().to_owned()),
                ("status", status.to_owned()),
            ]
        };
        // Here zero is what was counted: what the summary does not list is none.
        let mut live: BTreeMap<_, u64> = BTreeMap::new();
        let mut overdue: BTreeMap<_, u64> = BTreeMap::new();
        for severity in SEVERITIES {
            overdue.insert(severity, 0);
            for status in [Status::Open, Status::Ack] {
                live.insert((severity, status.as_str()), 0);
            }
        }
        for count in &numbers.summary.live {
            live.insert((count.severity, count.status.as_str()), count.count);
            *overdue.entry(count.severity).or_default() += count.overdue;
        }
        self.gauges(
            "vigie_alerts_live",
            "Alerts that are not resolved",
            live.into_iter()
                .map(|((severity, status), count)| (labels(severity, status), number(count))),
        )?;
        self.gauges(
            "vigie_alerts_overdue",
            "Alerts past their due date",
            overdue
                .into_iter()
                .map(|(severity, count)| (vec![("severity", severity.as_str().to_owned())], number(count))),
        )
    }

    fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        self.gauges(name, help, [(Labels::new(), value)])
    }

    fn gauges(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Labels, f64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in rows {
            family.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    fn counters(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Labels, u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, value) in rows {
            family
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }
}

const SEVERITIES: [Severity; 3] = [Severity::Critical, Severity::Warn, Severity::Info];

fn of(code: &CheckCode) -> Labels {
    vec![("check", code.to_string())]
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus knows floating point only; counts of alerts are far below its precision"
)]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
