//! Several at once: what comes of it is what would have come of one after the other.

use std::sync::Arc;

use alerts_store::{
    AlertStore as _, Status,
    postgres::sqlx::{self, PgPool},
};
use futures_util::future::{join, join_all};
use integrity_core::{Caller, Door, Outcome, Severity, postgres::CallerTransaction};
use proptest::{collection::vec, prelude::*};

use crate::{
    agreement::property,
    contract::{
        Harness as _,
        scene::{Scene, evaluation, tank},
    },
    memory_harness::Memory,
    play::{CODES, Op, Player, Standing, life, op, see, steady_life},
    server::Postgres,
};

/// Plays a life, then several operations at once, and asserts that some order of them explains what stands.
async fn some_order_explains(postgres: &Postgres, case: String, life: &[Op], at_once: &[Op]) {
    let there = Player::new(postgres, case.clone()).await;
    some_order_explains_what(there, postgres, case, life, at_once).await;
}

async fn some_order_explains_what(
    mut there: Player<'_>,
    postgres: &Postgres,
    case: String,
    life: &[Op],
    at_once: &[Op],
) {
    for op in life {
        there.play(op).await;
    }
    let mut instants = Vec::new();
    for _ in at_once {
        instants.push(postgres.now().await);
    }
    join_all(
        at_once
            .iter()
            .zip(&instants)
            .map(|(op, at)| there.play_at(op, *at)),
    )
    .await;
    let standing = there.standing().await;
    let seen = there.seen().await;
    for code in CODES {
        let looks_at_it = |op: &Op| matches!(op, Op::See { check, .. } if CODES[*check] == code);
        let latest = at_once
            .iter()
            .zip(&instants)
            .filter(|(op, _)| looks_at_it(op))
            .map(|(_, at)| *at)
            .max();
        assert!(
            latest.is_none_or(|at| seen[code].0 == at),
            "the latest was seen and is no longer: {seen:?}"
        );
    }

    let mut explanations: Vec<Standing> = Vec::new();
    for order in orders(at_once.len()) {
        let memory = Memory::new();
        let mut here = Player::new(&memory, case.clone()).await;
        for op in life {
            here.play(op).await;
        }
        let mut instants = Vec::new();
        for _ in at_once {
            instants.push(memory.now().await);
        }
        for index in order {
            here.play_at(&at_once[index], instants[index]).await;
            // the next one is later
            memory.now().await;
        }
        explanations.push(here.standing().await);
    }
    assert!(
        explanations.contains(&standing),
        "no order explains\n{standing:#?}\nthese do not:\n{explanations:#?}"
    );
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(count - 1);
    (0..count)
        .flat_map(|place| {
            shorter.iter().map(move |order| {
                let mut order = order.clone();
                order.insert(place, count - 1);
                order
            })
        })
        .collect()
}

#[sqlx::test(migrations = false)]
async fn two_syncs_at_once_are_one_after_the_other(pool: PgPool) {
    let postgres = Arc::new(Postgres::new(pool).await);
    let judge = postgres.clone();
    property(
        30,
        (life(8), see(Just(0)), see(Just(0))),
        async move |case, (life, one, other)| {
            some_order_explains(&postgres, format!("case {case}"), &life, &[one, other]).await;
        },
    )
    .await;
    Scene::new(&*judge).verifies().await;
}

/// Two services at once, both of which apply only what is not steady: mostly, it is.
#[sqlx::test(migrations = false)]
async fn two_saving_syncs_at_once_are_one_after_the_other(pool: PgPool) {
    let postgres = Arc::new(Postgres::new(pool).await);
    let judge = postgres.clone();
    property(
        30,
        (steady_life(4), see(Just(0)), see(Just(0)), prop::bool::ANY),
        async move |case, (mut life, one, other, is_steady)| {
            life.extend(std::iter::repeat_n(one.clone(), 3));
            let at_once = [one.clone(), if is_steady { one } else { other }];
            let case = format!("case {case}");
            let there = Player::new(&*postgres, case.clone()).await.saving();
            some_order_explains_what(there, &postgres, case, &life, &at_once).await;
        },
    )
    .await;
    Scene::new(&*judge).verifies().await;
}

#[sqlx::test(migrations = false)]
async fn acts_and_syncs_at_once_are_one_after_the_other(pool: PgPool) {
    let postgres = Arc::new(Postgres::new(pool).await);
    let judge = postgres.clone();
    property(
        30,
        (life(8), vec(op(), 2..5)),
        async move |case, (life, at_once)| {
            some_order_explains(&postgres, format!("case {case}"), &life, &at_once).await;
        },
    )
    .await;
    Scene::new(&*judge).verifies().await;
}

#[sqlx::test(migrations = false)]
async fn many_syncs_of_one_check_open_an_alert_once(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let findings: Vec<_> = (0..50)
        .map(|n| tank(&format!("T{n}"), Severity::Warn, 1))
        .collect();
    let mut evaluations = Vec::new();
    for _ in 0..8 {
        evaluations.push(evaluation(
            "STOCK_NEGATIF",
            postgres.now().await,
            Outcome::Complete,
            findings.clone(),
        ));
    }
    let applied = join_all(
        evaluations
            .iter()
            .map(|one| postgres.service.apply(&Caller::Service, one)),
    )
    .await;
    let opened: u64 = applied
        .iter()
        .map(|applied| applied.as_ref().expect("applied").opened)
        .sum();
    assert_eq!(opened, 50, "nothing doubled, nothing lost");
    Scene::new(&postgres).verifies().await;
}

#[sqlx::test(migrations = false)]
async fn an_act_that_comes_first_is_seen_by_the_sync_that_waited(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let mut scene = Scene::new(&postgres);
    scene.terms.resolve_after = 1;
    let alert = scene.sees_one(Severity::Warn).await;
    let seen_before_the_act = postgres.now().await;

    let mut act = CallerTransaction::begin(&postgres.owner, &Caller::person("didier"), Door::Api)
        .await
        .expect("begun");
    sqlx::query("select vigie.act_on_alert($1, 'ack')")
        .bind(alert.id.0)
        .execute(act.connection())
        .await
        .expect("acked");
    let sync = scene.saw(seen_before_the_act, Outcome::Complete, Vec::new());
    let person = async {
        // The sync has found the alert gone and waits for the person's transaction.
        while !somebody_waits(&postgres).await {}
        act.commit().await.expect("committed");
    };
    let (applied, ()) = join(sync, person).await;
    assert_eq!((applied.cleared, applied.kept), (0, 1));
    assert_eq!(scene.alert("T1").await.status, Status::Ack);
    scene.verifies().await;
}

/// Whoever only wants to know is held up by nobody: one that waited would run into its time limit.
#[sqlx::test(migrations = false)]
async fn a_preview_waits_for_nobody(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.sees_one(Severity::Warn).await;
    let mut sync = CallerTransaction::begin(&postgres.owner, &Caller::Service, Door::Sync)
        .await
        .expect("begun");
    sqlx::raw_sql(
        "select pg_advisory_xact_lock(hashtextextended('vigie.apply main STOCK_NEGATIF', 0));
         update vigie.alerts set message = message; update vigie.check_states set reason = reason",
    )
    .execute(sync.connection())
    .await
    .expect("held");
    let given = evaluation(
        "STOCK_NEGATIF",
        postgres.now().await,
        Outcome::Complete,
        Vec::new(),
    );
    let announced = postgres.service.preview(&Caller::Service, &given).await;
    assert_eq!(announced.expect("announced").changed, 1);
    sync.commit().await.expect("committed");
}

async fn somebody_waits(postgres: &Postgres) -> bool {
    waiting(postgres).await > 0
}

/// How many wait for what somebody else holds.
pub(crate) async fn waiting(postgres: &Postgres) -> i64 {
    sqlx::query_scalar(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    .fetch_one(&postgres.owner)
    .await
    .expect("the activity")
}

#[sqlx::test(migrations = false)]
async fn a_breach_is_recorded_once_and_waits_for_nobody(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene
        .sees(
            Outcome::Complete,
            vec![tank("T1", Severity::Warn, 1), tank("T2", Severity::Warn, 1)],
        )
        .await;
    let (held, free) = (scene.alert("T1").await, scene.alert("T2").await);
    postgres.pass(chrono::TimeDelta::days(3)).await;

    let mut act = CallerTransaction::begin(&postgres.owner, &Caller::person("didier"), Door::Api)
        .await
        .expect("begun");
    sqlx::query("select vigie.act_on_alert($1, 'resolve', '{\"comment\": \"fait\"}')")
        .bind(held.id.0)
        .execute(act.connection())
        .await
        .expect("resolved");
    let many = join_all((0..4).map(|_| postgres.service.record_dates(&Caller::Service))).await;
    let breached: u64 = many
        .iter()
        .map(|passed| passed.as_ref().expect("recorded").breached)
        .sum();
    assert_eq!(breached, 1, "the one that nobody holds, once");
    act.commit().await.expect("committed");
    assert_eq!(
        postgres
            .service
            .record_dates(&Caller::Service)
            .await
            .expect("recorded")
            .breached,
        0
    );
    for alert in [held, free] {
        assert_eq!(scene.kinds(&alert).await.len(), 2);
    }
}
