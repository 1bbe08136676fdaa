//! Audits, as their screen would show them; and what that must show whatever happens.

use chrono::TimeDelta;
use integrity_core::{Language, Role};
use rls_audit::{
    Access, Audit, Candidates, Command, Doubt, Name,
    audit::{Reopening, Row, Skipped, Standing, Who},
    baseline::{Change, Direction, Drift},
    catalog::RelationKind,
    rules::{Level, Object},
};

use super::{
    samples::{frame, now},
    tags::tags,
};
use crate::screens::{AccessPage, access};

/// What a cell may come to, in all its kinds.
const KINDS: [Access; 8] = [
    Access::All,
    Access::Some,
    Access::Conditional(Candidates { passing: 1, tried: 3 }),
    Access::None,
    Access::Rls,
    Access::Denied,
    Access::Unknown(Doubt::Timeout),
    Access::Error(String::new()),
];

/// Somebody anonymous and others, with so many tables, of which every third is open to somebody; four causes.
pub(super) fn audited(personas: usize, relations: usize) -> AccessPage {
    let mut audit = Audit::sample();
    audit.looked.at = now() - TimeDelta::hours(3);
    audit.looked.personas = (0..personas)
        .map(|n| Who {
            name: if n == 0 {
                "anon".to_owned()
            } else {
                format!("authenticated, rang directeur {n}")
            },
            database_role: "authenticated".to_owned(),
            is_anonymous: n == 0,
        })
        .collect();
    audit.looked.relations = relations;
    audit.looked.cells = relations * personas * 4;
    audit.access.clear();
    for relation in 0..relations {
        for (n, who) in audit.looked.personas.iter().enumerate() {
            let access = |at: usize| {
                let is_open = relation % 3 == 0 && n > 0;
                if is_open {
                    KINDS[(relation + n + at) % KINDS.len()].clone()
                } else {
                    Access::Denied
                }
            };
            audit.access.push(Row {
                persona: who.name.clone(),
                relation: Name::new("public", format!("mouvements_de_stock_{relation:03}")),
                kind: if relation % 7 == 0 {
                    RelationKind::View
                } else {
                    RelationKind::Table
                },
                access: Command::ALL
                    .into_iter()
                    .enumerate()
                    .map(|(at, command)| (command, access(at)))
                    .collect(),
                columns: std::collections::BTreeMap::new(),
            });
        }
    }
    audit.findings.truncate(1);
    let sample = audit.findings[0].clone();
    let standings = [
        Standing::Known,
        Standing::Reopened {
            because: Reopening::Expired,
        },
        Standing::Suppressed {
            reason: "liste publique".to_owned(),
            author: "amina".to_owned(),
            until: now().date_naive(),
        },
    ];
    for n in 0..60 {
        let mut found = sample.clone();
        found.rule = format!("RLS-{}", 101 + n / 12);
        found.level = [Level::Error, Level::Error, Level::Warn, Level::Info][(n / 15).min(3)];
        found.object = Object::Relation {
            relation: Name::new("public", format!("mouvements_de_stock_{n:03}")),
        };
        found.standing = standings.get(n).cloned().unwrap_or(Standing::New);
        audit.findings.push(found);
    }
    let change = |direction| Change {
        direction,
        about: "SELECT on public.mouvements_de_stock_003 as anon".to_owned(),
        before: Some("denied".to_owned()),
        after: Some("all".to_owned()),
    };
    let directions = [
        Direction::Widened,
        Direction::Changed,
        Direction::Narrowed,
        Direction::Equivalent,
    ];
    audit.drift = Some(Drift {
        changes: directions.into_iter().cycle().take(30).map(change).collect(),
    });
    AccessPage {
        at: now(),
        audit: Some(audit),
        every: None,
        from: 0,
    }
}

/// Changed by hand.
fn with(change: impl FnOnce(&mut Audit)) -> AccessPage {
    let mut page = audited(3, 12);
    change(page.audit.as_mut().expect("an audit"));
    page
}

pub(super) fn old_audit() -> AccessPage {
    with(|audit| audit.looked.at = now() - TimeDelta::days(5))
}

pub(super) fn blind_audit() -> AccessPage {
    with(|audit| {
        audit
            .looked
            .unknown
            .insert("not a member".to_owned(), audit.looked.cells);
        audit.skipped.push(Skipped {
            what: "policy own on public.notes".to_owned(),
            why: "its expression could not be read, so no rule has judged it".to_owned(),
            expected: false,
        });
        audit.findings.clear();
        audit.drift = None;
    })
}

pub(super) fn no_audit() -> AccessPage {
    AccessPage {
        audit: None,
        ..audited(1, 0)
    }
}

/// Names that want to be something else.
pub(super) fn hostile_audit() -> AccessPage {
    const NAME: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)> \u{202e}⛽'&amp;";
    with(|audit| {
        for row in &mut audit.access {
            row.relation = Name::new(NAME, format!("{NAME}{}", row.relation.name));
        }
        audit.looked.login = NAME.to_owned();
        audit.looked.exposed_schemas = vec![NAME.to_owned()];
        for found in &mut audit.findings {
            found.message = NAME.repeat(40);
            found.fix = Some(NAME.to_owned());
            found.object = Object::Role {
                role: NAME.to_owned(),
            };
        }
        for change in audit.drift.iter_mut().flat_map(|drift| &mut drift.changes) {
            change.about = NAME.to_owned();
            change.after = Some(NAME.to_owned());
        }
    })
}

fn html(page: &AccessPage) -> String {
    access(&frame(Some(Role::Pca), Language::En), page).expect("a page")
}

#[test]
fn an_audit_that_proves_nothing_looks_so_before_anything_else() {
    for (page, class, words) in [
        (audited(3, 12), "bad", "The audit is complete: 30 errors"),
        (
            with(|audit| {
                audit.findings.clear();
                audit.drift = None;
            }),
            "whole",
            "The audit is complete: no error",
        ),
        (
            with(|audit| audit.findings.clear()),
            "bad",
            "The audit is complete: somebody can do more than before",
        ),
        (old_audit(), "blind", "The audit is 5\u{a0}d old"),
        (blind_audit(), "blind", "The audit is incomplete"),
    ] {
        let html = html(&page);
        let banner = html.find(&format!("class=\"banner {class}\"")).expect(words);
        let said = html.find(words).expect(words);
        assert!(banner < said && said < html.find("<table").expect("the matrix"));
    }
    assert!(html(&old_audit()).contains("class=\"card old\""));
    let blind = html(&blind_audit());
    assert!(
        blind.contains("No finding. The audit is incomplete"),
        "never an all-clear"
    );
    let none = html(&no_audit());
    assert!(none.contains("No audit was made yet") && !none.contains("No finding"));
}

#[test]
fn who_looked_and_where_is_said_beside_the_login() {
    let (superuser, standby) = ("a superuser: functions of", "a read-only standby");
    let plain = html(&audited(3, 12));
    assert!(!plain.contains(superuser) && !plain.contains(standby));
    let remarked = html(&with(|audit| {
        audit.looked.is_superuser = true;
        audit.looked.is_standby = true;
    }));
    assert!(remarked.contains(superuser) && remarked.contains(standby));
}

#[test]
fn the_matrix_begins_with_what_is_open_and_goes_on_page_by_page() {
    let mut page = audited(6, 100);
    let mut names = Vec::new();
    loop {
        let html = html(&page);
        let own = html.split("<th scope=\"row\" dir=\"auto\">").skip(1);
        names.extend(own.map(|rest| rest.split('<').next().unwrap_or_default().to_owned()));
        let Some((_, rest)) = html.split_once("?from=") else {
            break;
        };
        page.from = rest
            .split('"')
            .next()
            .and_then(|from| from.parse().ok())
            .expect("a number");
    }
    assert_eq!(names.len(), 100);
    let is_open = |name: &String| name[name.len() - 3..].parse::<usize>().expect("a number") % 3 == 0;
    assert!(names.is_sorted_by_key(|name| !is_open(name)), "{names:?}");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 100, "each once");
}

#[test]
fn a_square_says_what_it_means_without_its_colour() {
    let html = html(&audited(6, 100));
    let squares: Vec<_> = tags(&html).into_iter().filter(|tag| tag.name == "i").collect();
    assert!(squares.len() > 900, "{}", squares.len());
    for (sign, class) in [("S", "a"), ("s", "s"), ("?", "u"), ("!", "e")] {
        assert!(
            html.contains(&format!("<td><i class=\"{class}\">{sign}</i>")),
            "{sign}"
        );
    }
    let key = "<i>.</i> allowed, no row</span> <span><i>-</i> no privilege";
    assert!(html.contains(key), "as everywhere else");
    for (access, mark) in [(Access::None, '.'), (Access::Denied, '-')] {
        let html = self::html(&with(|audit| {
            audit.access[0].access = [(Command::Select, access)].into();
        }));
        assert!(html.contains(&format!("<td><i>{mark}</i>")), "{mark}");
    }
}

#[test]
fn what_is_new_is_shown_and_what_is_settled_takes_no_place() {
    let settled = |audit: &mut Audit| {
        for found in &mut audit.findings {
            found.standing = Standing::Known;
        }
    };
    let with_one_new = with(|audit| {
        settled(audit);
        let mut new = audit.findings[0].clone();
        new.standing = Standing::New;
        new.object = Object::Role {
            role: "the_new_one".to_owned(),
        };
        audit.findings.push(new);
    });
    let left_out =
        "61 not shown here, 61 of which are known or let be; to see all: <code>vigie audit rls --json</code>";
    let one = html(&with_one_new);
    assert!(one.contains("the_new_one") && one.contains(left_out));
    let none = html(&with(settled));
    assert!(none.contains("No new finding.") && none.contains("61 not shown here"));
    assert!(none.contains("banner bad"), "what is known is an error still");
}
