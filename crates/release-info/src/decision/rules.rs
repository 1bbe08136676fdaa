//! The rules, each by itself.

use std::{fmt::Write as _, time::Duration};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use integrity_core::{Severity, duration};

use super::{
    Decision::{self, Hold, Inconclusive, Pass, Rollback},
    DecisionFacts, Judged, Look, NewAlert, Outcome, Readiness, Refused, Standing, Thresholds, Verified,
};

/// So many pieces of evidence are told; the number of all of them is the value.
const TOLD: usize = 10;

/// Every rule, those that roll back first.
pub(super) fn all(facts: &DecisionFacts, thresholds: &Thresholds) -> Vec<Judged> {
    vec![
        verification(facts),
        critical_alerts(facts, thresholds),
        readiness(facts),
        anonymous_exposure(facts),
        integrity_job(facts),
        deployment_finished(facts),
        clock(facts),
        warn_alerts(facts, thresholds),
        refused_requests(facts, thresholds),
    ]
}

fn verification(facts: &DecisionFacts) -> Judged {
    let (decision, value, look) = match &facts.verified {
        Verified::Passed(look) => (Pass, "passed", Some(look)),
        Verified::Failed(look) => (Rollback, "failed", Some(look)),
        Verified::Inconclusive(look) => (Inconclusive, "inconclusive", Some(look)),
        Verified::Never => (Inconclusive, "never made", None),
    };
    judged(
        "verification",
        decision,
        value,
        "passed since it is live",
        look.map(said).into_iter().collect(),
    )
}

/// What the ledger has is what somebody says: who, and what shows it.
fn said(look: &Look) -> String {
    let by = look.by.as_deref().unwrap_or("the service");
    let shown = match &look.evidence {
        Some(evidence) => format!("what shows it: {evidence}"),
        None => "nothing shows it".to_owned(),
    };
    format!("at {}, recorded by {by}; {shown}", moment(look.at))
}

/// One that came after the time in which it is put down to the release may still be of it: nobody had looked before.
fn critical_alerts(facts: &DecisionFacts, thresholds: &Thresholds) -> Judged {
    let since = since(facts, Severity::Critical);
    let (aside, standing): (Vec<_>, Vec<_>) = since
        .into_iter()
        .partition(|alert| alert.standing == Standing::PutAside);
    let until = window_end(facts, thresholds);
    let (new, later): (Vec<_>, Vec<_>) = standing.into_iter().partition(|alert| alert.since <= until);
    let decision = if !new.is_empty() {
        Rollback
    } else if facts.unread_alerts > 0 {
        Inconclusive
    } else if !later.is_empty() {
        Hold
    } else {
        Pass
    };
    let mut value = format!("{} new", new.len());
    for (count, what) in [
        (later.len(), "later"),
        (aside.len(), "put aside by a person"),
        (facts.unread_alerts, "changed and not read"),
    ] {
        if count > 0 {
            _ = write!(value, ", {count} {what}");
        }
    }
    let evidence = [new, later, aside].concat();
    judged(
        "critical_alerts",
        decision,
        value,
        format!("0 new within {}, and 0 later", within(thresholds)),
        told(&evidence),
    )
}

fn readiness(facts: &DecisionFacts) -> Judged {
    let (outcome, value) = match &facts.readiness {
        None => (Outcome::NotConfigured, "nobody is asked".to_owned()),
        Some(Readiness::Ready) => (Outcome::Decides(Pass), "ready".to_owned()),
        Some(Readiness::Failing(what)) => (Outcome::Decides(Rollback), what.clone()),
        Some(Readiness::Unknown(why)) => (Outcome::Decides(Inconclusive), why.clone()),
    };
    Judged {
        outcome,
        ..judged("readiness", Pass, value, "ready", Vec::new())
    }
}

fn anonymous_exposure(facts: &DecisionFacts) -> Judged {
    const RULE: &str = "anonymous_exposure";
    let threshold = "nothing read by anybody who has not signed in";
    let Some(access) = &facts.access else {
        return not_installed(RULE, threshold);
    };
    let mut reasons = access.missing.clone();
    if access.looked_at.is_none_or(|at| at <= facts.deployed_at) {
        let last = access
            .looked_at
            .map_or_else(|| "never".to_owned(), |at| format!("last at {}", moment(at)));
        reasons.push(format!("the rule about such reads was looked at whole {last}"));
    }
    let exposed = &access.exposed;
    let decision = if !exposed.is_empty() {
        Rollback
    } else if reasons.is_empty() {
        Pass
    } else {
        Inconclusive
    };
    let evidence = [exposed, &reasons, &access.not_counted].into_iter().flatten();
    judged(
        RULE,
        decision,
        format!("{} exposed", exposed.len()),
        threshold,
        evidence.take(TOLD).cloned().collect(),
    )
}

/// What nobody has looked at since proves nothing, however long it was all well before.
fn integrity_job(facts: &DecisionFacts) -> Judged {
    let is_since = |at: &DateTime<Utc>| *at > facts.deployed_at;
    let (since, before): (Vec<_>, Vec<_>) = facts
        .checks
        .iter()
        .partition(|check| check.complete_at.as_ref().is_some_and(is_since));
    let is_complete = before.is_empty() && !since.is_empty();
    let evidence = if is_complete {
        let oldest = since.iter().filter_map(|check| check.complete_at).min();
        let told = oldest.map(|at| format!("the oldest snapshot is of {}", moment(at)));
        told.into_iter().collect()
    } else if facts.checks.is_empty() {
        vec!["no check is enabled: nobody looks".to_owned()]
    } else {
        let waiting = before.iter().take(TOLD);
        let told = waiting.map(|check| match check.complete_at {
            Some(at) => format!("{} was last looked at whole at {}", check.code, moment(at)),
            None => format!("{} was never looked at whole", check.code),
        });
        told.collect()
    };
    judged(
        "integrity_job",
        if is_complete { Pass } else { Inconclusive },
        format!("{} of {} checks", since.len(), facts.checks.len()),
        "every enabled check, completely evaluated since it is live",
        evidence,
    )
}

fn deployment_finished(facts: &DecisionFacts) -> Judged {
    let decision = if facts.under_way.is_some() {
        Inconclusive
    } else {
        Pass
    };
    let value = facts
        .under_way
        .clone()
        .unwrap_or_else(|| "nothing is under way".to_owned());
    judged(
        "deployment_finished",
        decision,
        value,
        "no deployment and no rollback under way",
        Vec::new(),
    )
}

/// What is dated before the deployment may have come after it.
fn clock(facts: &DecisionFacts) -> Judged {
    let shown = &facts.clock_went_back;
    judged(
        "clock",
        if shown.is_some() { Inconclusive } else { Pass },
        if shown.is_some() {
            "went back"
        } else {
            "goes forward"
        },
        "the database's clock goes forward",
        shown.iter().cloned().collect(),
    )
}

/// A rate: what is new, by the part of the time that has passed.
fn warn_alerts(facts: &DecisionFacts, thresholds: &Thresholds) -> Judged {
    let until = window_end(facts, thresholds);
    let mut new = since(facts, Severity::Warn);
    new.retain(|alert| alert.since <= until && alert.standing == Standing::Live);
    let whole = thresholds.attributed_within;
    let passed = (facts.at - facts.deployed_at).to_std().unwrap_or_default();
    let watched = passed.min(whole);
    let part = watched.as_secs_f64() / whole.as_secs_f64();
    let most = thresholds.times_baseline * facts.usual_warnings.unwrap_or_default() * part;
    #[expect(clippy::cast_precision_loss, reason = "a number of alerts")]
    let is_more = new.len() as f64 > most;
    let baseline = match facts.usual_warnings {
        Some(usual) => format!("{usual:.2} in {} min", minutes(whole)),
        None => "not known, taken as 0".to_owned(),
    };
    judged(
        "warn_alerts",
        if is_more { Hold } else { Pass },
        format!(
            "{} new; {} min of {} watched",
            new.len(),
            minutes(watched),
            minutes(whole)
        ),
        format!(
            "at most {} × the baseline for that time: {most:.2} (baseline {baseline})",
            thresholds.times_baseline
        ),
        told(&new),
    )
}

/// Each source alone: a gateway and what stands behind it tell of one request.
fn refused_requests(facts: &DecisionFacts, thresholds: &Thresholds) -> Judged {
    const RULE: &str = "refused_requests";
    let times = thresholds.times_baseline;
    let threshold = format!("at most {times} × the baseline of 401 and 403 a minute");
    let Some(access) = &facts.access else {
        return not_installed(RULE, &threshold);
    };
    let is_more = |refused: &Refused| refused.a_minute > times * refused.usually.unwrap_or_default();
    let decision = if !access.missing.is_empty() || access.refused.is_empty() {
        Inconclusive
    } else if access.refused.iter().any(is_more) {
        Hold
    } else {
        Pass
    };
    let most = access.refused.iter().map(|refused| refused.a_minute);
    let rates = access.refused.iter().map(|refused| {
        let usual = match refused.usually {
            Some(usual) => format!("{usual:.2}"),
            None => "not known, taken as 0".to_owned(),
        };
        format!(
            "{}: {:.2} a minute, usually {usual}",
            refused.source, refused.a_minute
        )
    });
    judged(
        RULE,
        decision,
        format!("{:.2} a minute", most.fold(0.0, f64::max)),
        threshold,
        access.missing.iter().cloned().chain(rates).take(TOLD).collect(),
    )
}

fn judged(
    rule: &'static str,
    decision: Decision,
    value: impl Into<String>,
    threshold: impl Into<String>,
    evidence: Vec<String>,
) -> Judged {
    Judged {
        rule,
        outcome: Outcome::Decides(decision),
        value: value.into(),
        threshold: threshold.into(),
        evidence,
    }
}

fn not_installed(rule: &'static str, threshold: &str) -> Judged {
    Judged {
        outcome: Outcome::NotInstalled,
        ..judged(
            rule,
            Pass,
            "nobody uses the access journal",
            threshold,
            Vec::new(),
        )
    }
}

/// What is new since that began which made it live. What was there before is not.
fn since(facts: &DecisionFacts, severity: Severity) -> Vec<&NewAlert> {
    let is_new = |alert: &&NewAlert| alert.severity == severity && alert.since >= facts.began_at;
    facts.alerts.iter().filter(is_new).collect()
}

/// Until when what is new is put down to it.
fn window_end(facts: &DecisionFacts, thresholds: &Thresholds) -> DateTime<Utc> {
    let within = TimeDelta::from_std(thresholds.attributed_within).unwrap_or(TimeDelta::MAX);
    facts
        .deployed_at
        .checked_add_signed(within)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn told(alerts: &[&NewAlert]) -> Vec<String> {
    let told = alerts.iter().take(TOLD).map(|alert| {
        let at = moment(alert.since);
        let word = match alert.standing {
            Standing::Live => "",
            Standing::SaidToBeFixed => "; a person says that it is fixed, and nothing has confirmed it",
            Standing::PutAside => "; a person has put it aside",
        };
        format!("{} {} ({}), since {at}{word}", alert.code, alert.about, alert.id)
    });
    told.collect()
}

fn within(thresholds: &Thresholds) -> String {
    duration::text(thresholds.attributed_within)
}

fn minutes(time: Duration) -> u64 {
    time.as_secs() / 60
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
