//! Many who ask for the health of the service cost the database no more than one does.

use std::time::{Duration, Instant};

use pg_sandbox::{Options, Sandbox};
use tokio::task::JoinSet;

use crate::{
    harness::World,
    running::{Api, Auth},
};

/// So often in a second, for so many seconds.
const A_SECOND: u32 = 500;
const SECONDS: u32 = 5;
/// A look is told again for so long.
const FRESH: Duration = Duration::from_secs(2);
/// A look is so many statements at most, those included that begin and end it.
const OF_A_LOOK: usize = 12;
/// Fewer requests for each look would be no flood, however slow the machine is.
const FOR_A_LOOK: u32 = 50;

#[test]
fn a_flood_costs_the_database_one_look_in_two_seconds() {
    let options = Options::from_env()
        .setting("log_statement", "all")
        .setting("log_line_prefix", "%u: ");
    let server = Sandbox::start(&options).expect("a private server");
    let mut world = World::empty_on(server.url("postgres")).with_vigie().with_depot();
    world.vigie(&["sync", "--pack", "depot"]).exits(0);
    let url = world.people();
    let login = url.split(['/', ':']).nth(3).expect("a login");
    // Looks, and all statements of the service's login.
    let asked_of_it = || {
        let log = std::fs::read_to_string(server.directory().join("server.log")).expect("the server's log");
        let looks = log.matches("vigie.vitals(").count();
        let own = log.lines().filter(|line| line.starts_with(login));
        let statements =
            own.filter(|line| line.contains("LOG:  statement:") || line.contains("LOG:  execute "));
        (looks, statements.count())
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let api = Api::start(&world, &url, Auth::Tokens, "").await;
        api.until_answers("/health", 200).await;
        let ((looks, statements), begun) = (asked_of_it(), Instant::now());
        let asked = flood(&api).await;
        let (looks_after, statements_after) = asked_of_it();
        let (looks, statements) = (looks_after - looks, statements_after - statements);
        let rounds = u32::try_from(looks).expect("few");
        let passed = begun.elapsed();
        eprintln!("{asked} requests in {passed:?}: {looks} looks, {statements} statements");
        assert_eq!(asked, A_SECOND * SECONDS);
        assert!(asked > rounds * FOR_A_LOOK, "{asked} requests, {looks} looks");
        // And those of a look at either end, of which a part was before or is to come.
        let most = (looks + 2) * OF_A_LOOK;
        assert!(
            (looks..=most).contains(&statements),
            "{statements} statements, {looks} looks"
        );
        // However long it took: one look for each time that a look is told again, and those at both ends.
        let most = u32::try_from(passed.as_secs() / FRESH.as_secs()).expect("few") + 2;
        assert!((1..=most).contains(&rounds), "{rounds} looks in {passed:?}");
    });
    drop(world);
    server.stop().expect("stopped");
}

/// Gives how many were answered, all of them with the health.
async fn flood(api: &Api<'_>) -> u32 {
    let mut asking = JoinSet::new();
    let mut beat = tokio::time::interval(Duration::from_secs(1) / A_SECOND);
    for _ in 0..A_SECOND * SECONDS {
        beat.tick().await;
        let request = api.get("/health");
        asking.spawn(async move { request.send().await.expect("an answer").status() });
    }
    let answers = asking.join_all().await;
    let answered = answers.iter().filter(|status| **status == 200).count();
    u32::try_from(answered).expect("few")
}
