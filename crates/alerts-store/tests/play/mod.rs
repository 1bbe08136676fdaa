//! Random lives: evaluations and acts, played on a store, and what then stands in it.

pub(crate) mod laws;

use std::{collections::BTreeMap, time::Duration};

use alerts_store::{AlertFilter, Applied, CheckCommand, Command, Verb};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use integrity_core::{
    AcceptRule, Caller, Clearing, Evaluation, Finding, Outcome, Payload, Severity, Suspicion, Terms, Worse,
};
use proptest::{collection::vec, prelude::*};

use crate::contract::{Harness, scene};

pub(crate) const CODES: [&str; 2] = ["FIRST_CHECK", "SECOND_CHECK"];
const PEOPLE: [&str; 4] = ["amina", "didier", "patricia", "etranger"];

/// Something that happens.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// A check is evaluated now, or on the snapshot taken before the operation before.
    See {
        check: usize,
        late: bool,
        outcome: Outcome,
        findings: Vec<(u8, Severity, u8)>,
    },
    /// A person does something to one of a check's alerts, if it is there.
    Act {
        check: usize,
        entity: u8,
        verb: Verb,
        who: usize,
    },
    /// A person does something to every live alert of a check.
    ActOnCheck { check: usize, verb: Verb, who: usize },
    /// A person confirms what makes a check suspect.
    Confirm { check: usize, who: usize },
    /// Time passes, and what it alone changes is recorded.
    Wait { days: u8 },
}

pub(crate) fn see(check: impl Strategy<Value = usize>) -> impl Strategy<Value = Op> {
    let outcome = prop_oneof![
        6 => Just(Outcome::Complete),
        1 => Just(Outcome::Truncated),
        1 => Just(Outcome::Suspect(Suspicion::Guard)),
        1 => Just(scene::failed()),
    ];
    let severity = prop_oneof![
        Just(Severity::Info),
        Just(Severity::Warn),
        Just(Severity::Critical)
    ];
    let findings = vec((0..8u8, severity, 0..3u8), 0..9);
    (check, prop::bool::weighted(0.1), outcome, findings).prop_map(|(check, late, outcome, mut findings)| {
        if matches!(outcome, Outcome::Failed(_)) {
            findings.clear();
        }
        Op::See {
            check,
            late,
            outcome,
            findings,
        }
    })
}

fn act() -> impl Strategy<Value = Op> {
    (0..CODES.len(), 0..8u8, 0..Verb::ALL.len(), 0..PEOPLE.len()).prop_map(|(check, entity, verb, who)| {
        Op::Act {
            check,
            entity,
            verb: Verb::ALL[verb],
            who,
        }
    })
}

fn act_on_check() -> impl Strategy<Value = Op> {
    (0..CODES.len(), 0..Verb::ALL.len(), 0..PEOPLE.len()).prop_map(|(check, verb, who)| Op::ActOnCheck {
        check,
        verb: Verb::ALL[verb],
        who,
    })
}

fn confirm() -> impl Strategy<Value = Op> {
    (0..CODES.len(), 0..PEOPLE.len()).prop_map(|(check, who)| Op::Confirm { check, who })
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![9 => see(0..CODES.len()), 6 => act(), 1 => act_on_check(), 2 => confirm()]
}

/// A life in which time passes. A database is aged by its owner's hand, which `verify` would tell: not to be verified.
pub(crate) fn long_life(length: usize) -> impl Strategy<Value = Vec<Op>> {
    vec(
        prop_oneof![6 => op(), 1 => (1..40u8).prop_map(|days| Op::Wait { days })],
        1..length,
    )
}

/// What the checks say about the life of their alerts: the one as plain, the other as odd as can be.
fn terms(code: &str) -> Terms {
    if code == CODES[0] {
        return Terms::new(Severity::Warn);
    }
    Terms {
        clearing: Clearing::ManualWhenCritical,
        resolve_after: 1,
        accept: Some(AcceptRule {
            key: "stock".to_owned(),
            worse: Worse::Up,
            tolerance_millipercent: 0,
        }),
        volatile: vec!["age".to_owned()],
        ..Terms::new(Severity::Critical)
    }
}

pub(crate) fn life(length: usize) -> impl Strategy<Value = Vec<Op>> {
    vec(op(), 1..length)
}

/// A life in which everything happens three times over, so that much of it is steady.
pub(crate) fn steady_life(length: usize) -> impl Strategy<Value = Vec<Op>> {
    life(length).prop_map(|life| {
        life.into_iter()
            .flat_map(|op| std::iter::repeat_n(op, 3))
            .collect()
    })
}

/// What stands in a store, without identifiers and times.
pub(crate) type Standing = BTreeMap<(String, String), String>;

/// Plays operations on a store, each life on a watched database of its own.
pub(crate) struct Player<'a> {
    harness: &'a dyn Harness,
    database: String,
    before: DateTime<Utc>,
    /// What is steady is not applied, but moved on.
    is_saving: bool,
}

/// What is said before what came of an evaluation that was not applied, but moved on.
pub(crate) const STEADY: &str = "steady: ";

impl<'a> Player<'a> {
    pub(crate) async fn new(harness: &'a dyn Harness, database: String) -> Self {
        Self {
            harness,
            database,
            before: harness.now().await,
            is_saving: false,
        }
    }

    /// Applies only what is not steady, as the service does.
    pub(crate) fn saving(self) -> Self {
        Self {
            is_saving: true,
            ..self
        }
    }

    /// Plays one operation and says what came of it. What must hold of every operation is asserted here.
    pub(crate) async fn play(&mut self, op: &Op) -> String {
        if let Op::Wait { days } = op {
            self.harness.pass(TimeDelta::days((*days).into())).await;
            self.harness
                .service()
                .record_dates(&Caller::Service)
                .await
                .expect("recorded");
            self.before = self.harness.now().await;
            return format!("{days} days later");
        }
        let now = self.harness.now().await;
        let at = if matches!(op, Op::See { late: true, .. }) {
            self.before
        } else {
            now
        };
        self.before = now;
        let announced = self.announce(op, at).await;
        let done = self.play_at(op, at).await;
        if let Some(announced) = announced {
            let what = done.strip_prefix(STEADY).unwrap_or(&done);
            assert_eq!(announced, what, "what was announced is not what happened");
        }
        done
    }

    /// What an evaluation would change.
    async fn announce(&self, op: &Op, at: DateTime<Utc>) -> Option<String> {
        let given = self.evaluation(op, at)?;
        let announced = self.harness.service().preview(&Caller::Service, &given).await;
        Some(format!("{:?}", announced.expect("announced")))
    }

    /// The same, on a snapshot taken at a given instant.
    pub(crate) async fn play_at(&self, op: &Op, at: DateTime<Utc>) -> String {
        match op {
            Op::See { .. } => {
                let given = self.evaluation(op, at).expect("an evaluation");
                if self.is_saving && self.moves_on(&given).await {
                    return format!("{STEADY}{:?}", Applied::nothing(Outcome::Complete));
                }
                let applied = self.harness.service().apply(&Caller::Service, &given).await;
                let applied = applied.expect("applied");
                if applied.outcome != Outcome::Complete {
                    assert_eq!(applied.cleared, 0, "only a complete evaluation clears");
                }
                format!("{applied:?}")
            }
            Op::Wait { .. } => unreachable!("time passes for everybody"),
            Op::Act {
                check,
                entity,
                verb,
                who,
            } => self.act(CODES[*check], *entity, *verb, PEOPLE[*who]).await,
            Op::ActOnCheck { check, verb, who } => {
                self.act_on_check(CODES[*check], *verb, PEOPLE[*who]).await
            }
            Op::Confirm { check, who } => {
                let (people, who) = (self.harness.people(), Caller::person(PEOPLE[*who]));
                match people.confirm(&who, &self.database, CODES[*check], "vu").await {
                    Ok(alert) => format!("confirmed: {:?} v{}", alert.status, alert.version),
                    Err(error) => format!("confirm: {}", error.code()),
                }
            }
        }
    }

    /// Whether the evaluation was steady, and nobody was faster.
    async fn moves_on(&self, given: &Evaluation) -> bool {
        let service = self.harness.service();
        let unchanged = service.unchanged(&Caller::Service, given).await;
        let Some(unchanged) = unchanged.expect("an answer") else {
            return false;
        };
        let overtaken = service.advance(&Caller::Service, &[unchanged]).await;
        overtaken.expect("an answer").is_empty()
    }

    fn evaluation(&self, op: &Op, at: DateTime<Utc>) -> Option<Evaluation> {
        let Op::See {
            check,
            outcome,
            findings,
            ..
        } = op
        else {
            return None;
        };
        Some(Evaluation {
            database: self.database.clone(),
            code: CODES[*check].parse().expect("a code"),
            snapshot_at: at,
            outcome: outcome.clone(),
            findings: findings
                .iter()
                .map(|&(entity, severity, figure)| finding(entity, severity, figure))
                .collect(),
            merged: 0,
            terms: terms(CODES[*check]),
            elapsed: Duration::ZERO,
        })
    }

    async fn act_on_check(&self, code: &str, verb: Verb, who: &str) -> String {
        let mut command = CheckCommand::new(&self.database, code, verb).comment("parce que");
        if matches!(verb, Verb::Accept | Verb::FalsePositive) {
            command = command.until(self.harness.now().await + TimeDelta::days(30));
        }
        match self
            .harness
            .people()
            .act_on_check(&Caller::person(who), &command)
            .await
        {
            Ok(acted) => format!("{verb}: {acted}"),
            Err(error) => format!("{verb}: {}", error.code()),
        }
    }

    async fn act(&self, code: &str, entity: u8, verb: Verb, who: &str) -> String {
        let alerts = self.alerts().await;
        let Some(alert) = alerts
            .iter()
            .find(|alert| alert.check_code == code && alert.entity_id == name(entity))
        else {
            return "nothing there".to_owned();
        };
        let mut command = Command::new(alert.id, verb).comment("parce que");
        if matches!(verb, Verb::Accept | Verb::FalsePositive) {
            command = command.until(self.harness.now().await + TimeDelta::days(30));
        }
        match self.harness.people().act(&Caller::person(who), &command).await {
            Ok(acted) => format!("{verb}: {:?}", acted.alert.status),
            Err(error) => format!("{verb}: {}", error.code()),
        }
    }

    pub(crate) async fn alerts(&self) -> Vec<alerts_store::Alert> {
        let filter = AlertFilter {
            limit: 100_000,
            ..AlertFilter::all()
        };
        let mut alerts = self
            .harness
            .service()
            .list(&Caller::Service, &filter)
            .await
            .expect("a list")
            .alerts;
        alerts.retain(|alert| alert.database == self.database);
        alerts
    }

    /// The last applied snapshot of each check, and whether it was complete.
    pub(crate) async fn seen(&self) -> BTreeMap<String, (DateTime<Utc>, bool)> {
        let service = self.harness.service();
        let states = service.check_states(&Caller::Service, &self.database).await;
        states
            .expect("states")
            .into_iter()
            .map(|state| {
                let is_complete = state.complete_at == Some(state.seen_at);
                (state.code.to_string(), (state.seen_at, is_complete))
            })
            .collect()
    }

    pub(crate) async fn standing(&self) -> Standing {
        let mut standing = Standing::new();
        for alert in self.alerts().await {
            let events = self
                .harness
                .service()
                .events(&Caller::Service, alert.id)
                .await
                .expect("events");
            let kinds: Vec<_> = events
                .iter()
                .map(|event| (event.kind, event.actor.clone()))
                .collect();
            let told = format!(
                "{:?} {:?} {:?} missing {} {} {:?} reopened {} v{} by {:?} and {:?} due {:?} accepted {:?} verified {} {kinds:?}",
                alert.status,
                alert.resolution,
                alert.condition,
                alert.missing_count,
                alert.severity,
                alert.message,
                alert.reopen_count,
                alert.version,
                alert.acknowledged_by,
                alert.resolved_by,
                alert.due_at.is_some(),
                alert.accepted.as_ref().map(|accepted| accepted.severity),
                alert.verified_at.is_some(),
            );
            standing.insert((alert.check_code, alert.entity_id), told);
        }
        for state in self
            .harness
            .service()
            .check_states(&Caller::Service, &self.database)
            .await
            .expect("states")
        {
            let told = format!(
                "{} {} suspected {} confirmed {}",
                state.outcome,
                state.failures,
                state.suspected_at.is_some(),
                state.confirmed_at.is_some()
            );
            standing.insert((state.code.to_string(), String::new()), told);
        }
        standing
    }
}

/// Where days begin at different hours, and some have 23 or 25.
pub(crate) fn zone() -> impl Strategy<Value = Tz> {
    prop_oneof![
        Just(Tz::UTC),
        Just(Tz::Africa__Kinshasa),
        Just(Tz::America__New_York),
        Just(Tz::Pacific__Kiritimati)
    ]
}

fn name(entity: u8) -> String {
    format!("É{entity}")
}

fn finding(entity: u8, severity: Severity, figure: u8) -> Finding {
    Finding {
        entity_type: "CITERNE".to_owned(),
        entity_id: name(entity),
        entity_label: None,
        severity,
        message: format!("{figure} L"),
        payload: Payload::from_json(format!("{{\"age\": {figure}, \"stock\": {}}}", figure / 2))
            .expect("an object"),
        occurred_at: None,
        scope: None,
    }
}
