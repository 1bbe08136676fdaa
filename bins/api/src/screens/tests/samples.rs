//! A depot at three in the morning, as every page would show it: French names, an Arabic label, a name without an end.

use alerts_store::{
    Alert, AlertEvent, AlertFilter, AlertId, CheckInfo, CheckState, Count, Coverage, Durations, EventKind,
    Heartbeat, KnownCheck, PastOutcome, Status, Summary, Times, TrendDay,
};
use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use integrity_core::{Check, CheckCode, Language, Pack, Payload, Role, Severity, Suspicion, Text};
use serde_json::json;
use uuid::Uuid;

use crate::screens::{AlertPage, CheckPage, ChecksPage, Frame, IntegrityPage, Release, Theme, Viewer};

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-22T02:03:04Z".parse().expect("a time")
}

fn ago(minutes: i64) -> DateTime<Utc> {
    now() - TimeDelta::minutes(minutes)
}

pub(super) fn frame(role: Option<Role>, language: Language) -> Frame {
    Frame {
        viewer: Some(Viewer {
            name: "amina.mbuyi@monaluxe.example".to_owned(),
            role,
        }),
        ..entrance(language)
    }
}

pub(super) fn entrance(language: Language) -> Frame {
    Frame {
        viewer: None,
        csrf: "k3n0pQ7-2mXc9vTgYb1LwZr5sDh8JfAeUoIiEaRtHnM".to_owned(),
        language,
        theme: Theme::Auto,
        zone: Tz::Africa__Kinshasa,
        release: Release {
            id: "vigie-api@0.1.0+4110b38a1b2c".to_owned(),
            version: "0.1.0".to_owned(),
            commit: "4110b38a1b2c".to_owned(),
            environment: "development".to_owned(),
        },
        here: "/governance/integrity".to_owned(),
        news: "7f1c.1".to_owned(),
        renews: true,
        request: "0b9f5d6e-91d4-4b6f-a3e8-000000000001".to_owned(),
    }
}

/// The texts of the depot's alerts: who, of which check, and what is said.
const FOUND: [(&str, &str, &str, &str); 5] = [
    (
        "KIN-T01 · Dépôt de Kinshasa-Limete",
        "STOCK_OVER_CAPACITY",
        "CITERNE",
        "KIN-T01 · Dépôt de Kinshasa-Limete : 430650 L en stock, tous propriétaires réunis, pour 427500 L utiles ; \
         dépassement de 3150 L. Risque de débordement : arrêter les réceptions sur cette citerne et faire jauger.",
    ),
    (
        "شاحنة ١٢٣٤ · Dépôt de Matadi",
        "CDR_ARRIVE_STALE",
        "CDR",
        "Camion شاحنة ١٢٣٤ · Dépôt de Matadi : arrivé au dépôt avec 38000 L (Gasoil), toujours sans réception validée \
         depuis le 2026-11-19 23:29 (heure de Kinshasa, d'après created_at). Retrouver le camion.",
    ),
    (
        "GOM-T07_reprise_historique_2019_importée_sans_espace_ni_fin_0000000000000000000000000001",
        "STOCK_LEDGER_MISMATCH",
        "CITERNE",
        "Le stock affiché et le grand livre diffèrent de 1250,5 L sur cette citerne ; comparer les mouvements du jour.",
    ),
    (
        "Réception R-2026-11-0457",
        "RECEPTION_ECART_15C",
        "RECEPTION",
        "Réception R-2026-11-0457 : 41200 L à 15 °C saisis, 40950 L calculés avec la densité 0,8325.",
    ),
    (
        "Sortie S-2026-11-1209",
        "SORTIE_V15_MISSING",
        "SORTIE",
        "Sortie S-2026-11-1209 : le volume à 15 °C n'est pas renseigné ; 22000 L ambiants.",
    ),
];

pub(super) fn one(n: u32) -> Alert {
    let (label, code, entity, message) = FOUND[n as usize % FOUND.len()];
    let severity = match n {
        0..9 => Severity::Critical,
        9..30 => Severity::Warn,
        _ => Severity::Info,
    };
    let opened = ago(i64::from(n) * 47 + 12);
    let ack = n % 4 == 1;
    Alert {
        id: AlertId(Uuid::from_u128(0x5f0c_2a7e_91d4_4b6f_a3e8_0000_0000_0000 + u128::from(n))),
        check_code: code.to_owned(),
        entity_type: entity.to_owned(),
        entity_id: format!("{:08x}-2a7e-41d4-ab6f-a3e800000000", 0xb300_0000 + n),
        entity_label: Some(label.to_owned()),
        scope: Some("d1000000-0000-0000-0000-000000000000".to_owned()),
        severity,
        message: message.to_owned(),
        payload: Payload::from_json(
            r#"{"depot": "Kinshasa-Limete", "statut": "active", "stock_ambiant": 430650.05, "depassement": 3150, "capacite_utile": 427500, "repartition": [{"produit": "Essence", "proprietaire": "MONALUXE", "stock_ambiant": 400650}, {"produit": "Essence", "proprietaire": "PARTENAIRE", "stock_ambiant": 30000}]}"#,
        )
        .expect("a payload"),
        first_detected_at: opened - TimeDelta::days(3),
        last_detected_at: ago(2),
        opened_at: opened,
        due_at: match severity {
            Severity::Critical => Some(opened + TimeDelta::hours(4)),
            Severity::Warn => Some(opened + TimeDelta::hours(48)),
            Severity::Info => None,
        },
        breached_at: None,
        status: if ack { Status::Ack } else { Status::Open },
        acknowledged_by: ack.then(|| "didier.kabongo@monaluxe.example".to_owned()),
        acknowledged_at: ack.then(|| ago(5)),
        reopen_count: 1,
        version: 3,
        ..Alert::sample()
    }
}

pub(super) fn summary() -> Summary {
    let count = |severity, status, count, overdue| Count {
        severity,
        status,
        count,
        overdue,
    };
    Summary {
        at: now(),
        complete_at: Some(ago(2)),
        coverage: Coverage {
            enabled: 12,
            fresh: 12,
            proved: 12,
            covered: 12,
            healthy: 8,
        },
        heartbeat: Heartbeat {
            run_at: Some(ago(1)),
            age_seconds: 60.0,
            silent_after_seconds: Some(900),
            silent: false,
        },
        live: vec![
            count(Severity::Critical, Status::Open, 7, 3),
            count(Severity::Critical, Status::Ack, 2, 0),
            count(Severity::Warn, Status::Open, 1284, 12),
            count(Severity::Info, Status::Open, 20, 0),
        ],
        overdue: 15,
        ..Summary::sample()
    }
}

fn code(code: &str) -> CheckCode {
    code.parse().expect("a code")
}

pub(super) fn known(name: &str, severity: Severity, title: &str) -> KnownCheck {
    KnownCheck {
        info: CheckInfo {
            code: code(name),
            pack: "depot".to_owned(),
            severity,
            title: Text {
                fr: Some(title.to_owned()),
                en: None,
            },
            time_zone: Tz::Africa__Kinshasa,
            every_seconds: 300,
            enabled: true,
            proved: true,
        },
        active: true,
        state: Some(CheckState {
            code: code(name),
            seen_at: ago(2),
            complete_at: Some(ago(2)),
            ..CheckState::sample()
        }),
        fresh: true,
        live: vec![Count {
            severity,
            status: Status::Open,
            count: 3,
            overdue: 0,
        }],
    }
}

pub(super) fn known_checks() -> Vec<KnownCheck> {
    let mut all = vec![
        known(
            "STOCK_OVER_CAPACITY",
            Severity::Critical,
            "Citerne au-delà de sa capacité utile",
        ),
        known(
            "STOCK_LEDGER_MISMATCH",
            Severity::Critical,
            "Stock et grand livre en désaccord",
        ),
        known("CDR_ARRIVE_STALE", Severity::Warn, "Camion arrivé, jamais reçu"),
        known("RECEPTION_ECART_15C", Severity::Warn, "Réception : écart à 15 °C"),
        known("SORTIE_V15_MISSING", Severity::Info, "Sortie sans volume à 15 °C"),
        known(
            "CITERNE_INACTIVE_USED",
            Severity::Warn,
            "Citerne inactive utilisée",
        ),
    ];
    let failing = all[3].state.as_mut().expect("a state");
    failing.outcome = "Failed".to_owned();
    failing.reason = "MissingObject: relation \"public.receptions\" does not exist".to_owned();
    failing.complete_at = Some(ago(400));
    all[3].fresh = false;
    let suspect = all[5].state.as_mut().expect("a state");
    suspect.outcome = "Suspect".to_owned();
    suspect.reason = "the guard is false: the source looks empty".to_owned();
    suspect.suspicion = Some(Suspicion::Guard);
    all[5].info.proved = false;
    all[4].info.enabled = false;
    all[4].live.clear();
    all
}

fn trend() -> Vec<TrendDay> {
    let first = now().date_naive() - Days::new(29);
    (0..30)
        .map(|day| TrendDay {
            date: first + Days::new(day),
            critical: day * day % 7,
            warn: 14 + day * 3 % 17,
            info: 20 - day % 7,
        })
        .collect()
}

pub(super) fn list(alerts: u32) -> IntegrityPage {
    IntegrityPage {
        summary: summary(),
        filter: AlertFilter::default(),
        alerts: (0..alerts).map(one).collect(),
        next: Some("eyJzZXZlcml0eSI6IkNSSVRJQ0FMIiwib3ZlcmR1ZSI6dHJ1ZX0".to_owned()),
        cursor: None,
        checks: known_checks(),
        trend: trend(),
        resolving: None,
        answer: None,
        request: Uuid::from_u128(0xabcd_ef01_2345_4789_8abc_def0_1234_5678),
    }
}

pub(super) fn events() -> Vec<AlertEvent> {
    let event = |seq: u32, minutes, kind, actor: Option<&str>, diff| AlertEvent {
        seq,
        at: ago(minutes),
        kind,
        actor: actor.map(str::to_owned),
        diff,
        ..AlertEvent::sample()
    };
    let due = (now() + TimeDelta::hours(3)).to_rfc3339();
    vec![
        event(
            1,
            190,
            EventKind::Opened,
            None,
            json!({ "set": {
            "message": "KIN-T01 : dépassement de 1150 L.", "due_at": due,
            "payload": { "depassement": 1150, "stock_ambiant": 428_650, "statut": "active" } } }),
        ),
        event(
            2,
            65,
            EventKind::Acknowledged,
            Some("didier.kabongo@monaluxe.example"),
            json!({ "args": { "comment": "J’y vais, la jauge est en route." }, "set": { "status": "ACK" } }),
        ),
        event(
            3,
            12,
            EventKind::Changed,
            None,
            json!({ "set": {
            "message": "KIN-T01 : dépassement de 3150 L.",
            "payload": { "depassement": 3150, "stock_ambiant": 430_650, "statut": "active" } } }),
        ),
        event(
            4,
            4,
            EventKind::Commented,
            Some("amina.mbuyi@monaluxe.example"),
            json!({ "args": { "comment": "Réceptions arrêtées.\nنعم" } }),
        ),
    ]
}

fn times() -> Times {
    Times {
        acknowledge: Durations {
            n: 41,
            median: Some(1_260.0),
            p90: Some(7_900.0),
        },
        resolve: Durations {
            n: 0,
            median: None,
            p90: None,
        },
    }
}

fn pack() -> Pack {
    Pack::builtin("depot").expect("the pack of the depot")
}

pub(super) fn detail(n: u32) -> AlertPage {
    let alert = one(n);
    let pack = pack();
    let check = pack
        .checks
        .iter()
        .find(|check| check.code().as_str() == alert.check_code);
    AlertPage {
        at: now(),
        events: events().into_iter().rev().collect(),
        before: None,
        title: check.map(|check| check.title().clone()),
        definition: check.map(Check::description),
        times: times(),
        answer: None,
        request: Uuid::from_u128(7),
        alert,
    }
}

fn outcomes() -> Vec<PastOutcome> {
    (0..30)
        .map(|n| {
            let (outcome, reason) = match n {
                3 | 4 => ("Failed", Some("canceling statement due to statement timeout")),
                11 => ("Suspect", Some("nearly all live alerts would vanish at once")),
                19 => ("Truncated", None),
                _ => ("Complete", None),
            };
            PastOutcome {
                at: ago(i64::from(n) * 5 + 2),
                outcome: outcome.to_owned(),
                kind: None,
                reason: reason.map(str::to_owned),
                error: None,
                findings: 3,
                elapsed_ms: 41,
            }
        })
        .collect()
}

pub(super) fn checks_page() -> ChecksPage {
    ChecksPage {
        at: now(),
        checks: known_checks()
            .into_iter()
            .map(|check| (check, outcomes()))
            .collect(),
    }
}

pub(super) fn check_page() -> CheckPage {
    let mut check = known(
        "STOCK_OVER_CAPACITY",
        Severity::Critical,
        "Citerne au-delà de sa capacité utile",
    );
    let state = check.state.as_mut().expect("a state");
    state.outcome = "Suspect".to_owned();
    state.reason = Suspicion::MassClear.to_string();
    state.suspicion = Some(Suspicion::MassClear);
    let definition = pack()
        .checks
        .iter()
        .find(|one| one.code() == &check.info.code)
        .map(Check::description);
    CheckPage {
        at: now(),
        check,
        definition,
        outcomes: outcomes(),
        times: times(),
        runbook: Some(
            "## STOCK_OVER_CAPACITY\n\n**Ce que cela veut dire.** La citerne déborde.\n\n```sql\nselect 1;\n```".to_owned(),
        ),
        answer: None,
    }
}
