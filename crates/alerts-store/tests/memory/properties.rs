//! What holds of every life of an alert, in memory.

use integrity_core::Outcome;
use proptest::prelude::*;

use crate::{
    contract::{Harness as _, scene::Scene},
    memory_harness::Memory,
    play::{Op, Player, Standing, life, see},
};

fn run<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(test);
}

/// How many alerts of checks are live, those about the checks themselves left out.
fn live(standing: &Standing) -> usize {
    let live = |(code, entity): &&(String, String)| !code.starts_with("CHECK_") && !entity.is_empty();
    standing
        .iter()
        .filter(|(key, told)| live(key) && !told.starts_with("Resolved"))
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_same_evaluation_twice_changes_nothing(life in life(12), last in see(0..2usize)) {
        run(async {
            let memory = Memory::new();
            let mut player = Player::new(&memory, "main".to_owned()).await;
            for op in &life {
                player.play(op).await;
            }
            let at = memory.now().await;
            player.play_at(&last, at).await;
            let standing = player.standing().await;
            let again = player.play_at(&last, at).await;
            assert!(again.contains("stale: true"), "{again}");
            assert_eq!(player.standing().await, standing);
        });
    }

    #[test]
    fn the_order_of_checks_does_not_matter(life in life(12), first in see(Just(0)), second in see(Just(1))) {
        run(async {
            let mut standings = Vec::new();
            for pair in [[&first, &second], [&second, &first]] {
                let memory = Memory::new();
                let mut player = Player::new(&memory, "main".to_owned()).await;
                for op in &life {
                    player.play(op).await;
                }
                let at = memory.now().await;
                for op in pair {
                    player.play_at(op, at).await;
                }
                standings.push(player.standing().await);
            }
            assert_eq!(standings[0], standings[1]);
        });
    }

    #[test]
    fn a_check_changes_no_other_checks_alerts(life in life(12), last in see(Just(0))) {
        run(async {
            let memory = Memory::new();
            let mut player = Player::new(&memory, "main".to_owned()).await;
            for op in &life {
                player.play(op).await;
            }
            let mut before = player.standing().await;
            player.play(&last).await;
            let mut after = player.standing().await;
            for standing in [&mut before, &mut after] {
                standing.retain(|(code, entity), _| code == "SECOND_CHECK" || entity == "SECOND_CHECK");
            }
            assert_eq!(before, after);
        });
    }

    #[test]
    fn an_incomplete_evaluation_never_shrinks_the_live_set(life in life(12), last in see(0..2usize)) {
        run(async {
            let memory = Memory::new();
            let mut player = Player::new(&memory, "main".to_owned()).await;
            for op in &life {
                player.play(op).await;
            }
            let live = live(&player.standing().await);
            let incomplete = match last {
                Op::See { check, findings, .. } => {
                    let outcome = Outcome::Truncated;
                    Op::See { check, late: false, outcome, findings }
                }
                other @ Op::Act { .. } => other,
            };
            player.play(&incomplete).await;
            let standing = player.standing().await;
            assert!(self::live(&standing) >= live, "{standing:?}");
        });
    }

    #[test]
    fn every_row_is_what_its_events_make_of_it(life in life(30)) {
        run(async {
            let memory = Memory::new();
            let mut player = Player::new(&memory, "main".to_owned()).await;
            for op in &life {
                player.play(op).await;
            }
            Scene::new(&memory).verifies().await;
        });
    }
}
