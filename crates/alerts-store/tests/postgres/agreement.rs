//! Memory and PostgreSQL say the same.

use std::{collections::BTreeSet, sync::Arc};

use alerts_store::{
    lifecycle,
    postgres::sqlx::{self, PgPool},
};
use proptest::{
    strategy::{Just, Strategy},
    test_runner::{Config, TestRunner},
};

use crate::{
    memory_harness::Memory,
    play::{Op, Player, laws, life, long_life, see, steady_life, zone},
    server::Postgres,
};

/// Runs a property whose cases wait for PostgreSQL; a failing one is shrunk.
pub(crate) async fn property<S>(cases: u32, strategy: S, test: impl AsyncFn(u32, S::Value) + Send + 'static)
where
    S: Strategy + Send + 'static,
{
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let config = Config {
            cases,
            failure_persistence: None,
            ..Config::default()
        };
        let number = std::cell::Cell::new(0);
        TestRunner::new(config).run(&strategy, |value| {
            number.set(number.get() + 1);
            runtime.block_on(test(number.get(), value));
            Ok(())
        })
    };
    tokio::task::spawn_blocking(move || run().expect("the property holds"))
        .await
        .expect("finished");
}

#[sqlx::test(migrations = false)]
async fn memory_and_postgres_answer_alike(pool: PgPool) {
    let postgres = Arc::new(Postgres::new(pool).await);
    let judge = postgres.clone();
    property(40, life(25), async move |case, life| {
        agree(&postgres, case, &life).await;
    })
    .await;
    crate::contract::scene::Scene::new(&*judge).verifies().await;
}

#[sqlx::test(migrations = false)]
async fn memory_and_postgres_age_alike(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    property(40, long_life(25), async move |case, life| {
        agree(&postgres, case, &life).await;
    })
    .await;
}

/// Also about what is steady.
#[sqlx::test(migrations = false)]
async fn memory_and_postgres_save_alike(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    property(25, steady_life(9), async move |case, life| {
        let memory = Memory::new();
        let there = Player::new(&postgres, format!("case {case}")).await.saving();
        let here = Player::new(&memory, format!("case {case}")).await.saving();
        play_both(there, here, &life).await;
    })
    .await;
}

async fn agree(postgres: &Postgres, case: u32, life: &[Op]) {
    let memory = Memory::new();
    let there = Player::new(postgres, format!("case {case}")).await;
    let here = Player::new(&memory, format!("case {case}")).await;
    play_both(there, here, life).await;
}

async fn play_both(mut there: Player<'_>, mut here: Player<'_>, life: &[Op]) {
    for op in life {
        assert_eq!(
            there.play(op).await,
            here.play(op).await,
            "PostgreSQL and memory differ about {op:?}"
        );
    }
    assert_eq!(there.standing().await, here.standing().await);
}

#[sqlx::test(migrations = false)]
async fn the_laws_hold_in_postgres(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let strategy = (life(8), see(0..2usize), [see(Just(0)), see(Just(1))]);
    property(15, strategy, async move |case, (life, last, pair)| {
        let database = |law: &str| format!("case {case} {law}");
        laws::the_same_evaluation_twice_changes_nothing(&postgres, database("1"), life.clone(), last.clone())
            .await;
        laws::a_check_changes_no_other_checks_alerts(&postgres, database("2"), life.clone(), pair[0].clone())
            .await;
        laws::an_incomplete_evaluation_never_shrinks_the_live_set(
            &postgres,
            database("3"),
            life.clone(),
            last,
        )
        .await;
        laws::the_order_of_checks_does_not_matter(&postgres, database("4"), life, pair).await;
    })
    .await;
}

#[sqlx::test(migrations = false)]
async fn moving_on_is_applying_in_postgres(pool: PgPool) {
    let postgres = Arc::new(Postgres::new(pool).await);
    let judge = postgres.clone();
    property(15, steady_life(9), async move |case, life| {
        laws::moving_on_is_applying(&*postgres, format!("case {case}"), life).await;
    })
    .await;
    crate::contract::scene::Scene::new(&*judge).verifies().await;
}

/// Reopened, suppressed, raised, lowered, taken back: whatever a life brings.
#[sqlx::test(migrations = false)]
async fn the_trend_is_the_fold_of_all_events_in_postgres(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    property(40, (long_life(25), zone()), async move |case, (life, zone)| {
        laws::the_trend_is_the_fold_of_all_events(&postgres, format!("case {case}"), life, zone).await;
    })
    .await;
}

#[sqlx::test(migrations = false)]
async fn the_table_of_transitions_is_the_state_machine(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let rows: Vec<[Option<String>; 9]> = sqlx::query_as::<_, (sqlx::types::Json<[Option<String>; 9]>,)>(
        "select jsonb_build_array(verb, role, severity, from_status, to_status, resolution, event,
                                  comment_required::text, until)
         from vigie.transitions",
    )
    .fetch_all(&postgres.owner)
    .await
    .expect("rows")
    .into_iter()
    .map(|(row,)| row.0)
    .collect();
    let machine: BTreeSet<[Option<String>; 9]> = lifecycle::transitions()
        .map(|step| {
            [
                Some(step.verb.as_str()),
                Some(step.role.as_str()),
                Some(step.severity.as_str()),
                Some(step.from.as_str()),
                Some(step.to.as_str()),
                step.resolution.map(alerts_store::Resolution::as_str),
                Some(step.event.as_str()),
                Some(if step.comment_required { "true" } else { "false" }),
                Some(step.until.as_str()),
            ]
            .map(|word| word.map(str::to_owned))
        })
        .collect();
    assert_eq!(rows.len(), machine.len(), "the same number of cells");
    assert_eq!(BTreeSet::from_iter(rows), machine);
}
