//! The laws of every life, in memory.

use proptest::prelude::*;

use crate::{
    contract::scene::Scene,
    memory_harness::Memory,
    play::{Player, laws, life, long_life, see, steady_life, zone},
};

fn run<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_same_evaluation_twice_changes_nothing(life in life(12), last in see(0..2usize)) {
        run(laws::the_same_evaluation_twice_changes_nothing(&Memory::new(), "main".to_owned(), life, last));
    }

    #[test]
    fn the_order_of_checks_does_not_matter(life in life(12), first in see(Just(0)), second in see(Just(1))) {
        run(laws::the_order_of_checks_does_not_matter(&Memory::new(), "main".to_owned(), life, [first, second]));
    }

    #[test]
    fn a_check_changes_no_other_checks_alerts(life in life(12), last in see(Just(0))) {
        run(laws::a_check_changes_no_other_checks_alerts(&Memory::new(), "main".to_owned(), life, last));
    }

    #[test]
    fn an_incomplete_evaluation_never_shrinks_the_live_set(life in life(12), last in see(0..2usize)) {
        run(laws::an_incomplete_evaluation_never_shrinks_the_live_set(&Memory::new(), "main".to_owned(), life, last));
    }

    #[test]
    fn moving_on_is_applying(life in steady_life(12)) {
        run(laws::moving_on_is_applying(&Memory::new(), "main".to_owned(), life));
    }

    #[test]
    fn the_trend_is_the_fold_of_all_events(life in long_life(25), zone in zone()) {
        run(laws::the_trend_is_the_fold_of_all_events(&Memory::new(), "main".to_owned(), life, zone));
    }

    #[test]
    fn every_row_is_what_its_events_make_of_it(life in long_life(30)) {
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
