use super::*;
use crate::fetch::Trouble;

const NEW: &str = "mlpp-web@0.2.0+4110b38a1b2c";
const OLD: &str = "mlpp-web@0.1.0+0d9c8b7a6f5e";

fn served(release: &str, env: AppEnv) -> Seen {
    Seen::Manifest(Served {
        release: release.parse().expect("a release"),
        environment: env,
    })
}

fn new() -> Seen {
    served(NEW, AppEnv::Production)
}

fn old() -> Seen {
    served(OLD, AppEnv::Production)
}

fn timeout() -> Seen {
    Seen::Nothing(Trouble::Timeout { seconds: 10 })
}

/// A series that saw these, plainly and past caches, one pair a round.
fn series(times: u32, rounds: &[(Seen, Seen)]) -> Series {
    let expected = Expected {
        release: NEW.parse().expect("a release"),
        environment: Some(AppEnv::Production),
    };
    let mut series = Series::new(expected, times);
    for (plain, fresh) in rounds {
        assert!(!series.is_over(), "it would not have been asked again");
        let look = |past_caches, seen: &Seen| Look {
            past_caches,
            address: None,
            seen: seen.clone(),
        };
        series.push(vec![look(false, plain), look(true, fresh)]);
    }
    series
}

fn both(seen: Seen) -> (Seen, Seen) {
    (seen.clone(), seen)
}

fn verdict(times: u32, rounds: &[(Seen, Seen)]) -> Verdict {
    let series = series(times, rounds);
    assert!(series.is_over());
    series.verdict()
}

#[test]
fn it_passes_when_enough_rounds_in_a_row_agree_and_no_sooner() {
    let rounds = vec![both(new()); 3];
    assert_eq!(verdict(3, &rounds), Verdict::Passed);
    let early = series(3, &rounds[..2]);
    assert!(!early.is_over());
    assert_eq!(early.verdict(), Verdict::Inconclusive(Doubt::NotSteady));
}

#[test]
fn a_release_that_arrives_late_passes_when_it_stays() {
    let rounds = [
        both(old()),
        both(timeout()),
        (old(), new()),
        both(new()),
        both(new()),
    ];
    assert_eq!(verdict(2, &rounds), Verdict::Passed);
}

#[test]
fn another_release_fails_and_is_named() {
    let series = series(1, &vec![both(old()); 3]);
    assert_eq!(series.verdict(), Verdict::Failed(Fault::OtherRelease));
    assert_eq!(
        series.told(),
        format!(
            "another release is served: {OLD} (production) (6 times); expected {NEW}; was it deployed, and to this \
             site?"
        )
    );
}

#[test]
fn another_environment_fails_and_is_named() {
    let staging = served(NEW, AppEnv::Staging);
    let series = series(1, &vec![both(staging); 3]);
    assert_eq!(series.verdict(), Verdict::Failed(Fault::OtherEnvironment));
    assert!(series.told().contains(&format!("{NEW} (staging)")));
}

#[test]
fn any_environment_will_do_where_none_is_expected() {
    let mut series = series(1, &[]);
    series.expected.environment = None;
    series.push(vec![Look {
        past_caches: false,
        address: None,
        seen: served(NEW, AppEnv::Staging),
    }]);
    assert_eq!(series.verdict(), Verdict::Passed);
}

#[test]
fn flapping_fails_and_names_both_with_their_counts() {
    // One connection after another meets another server; the order of the two ways changes from round to round.
    let rounds: Vec<_> = [(old(), new()), (new(), old())]
        .into_iter()
        .cycle()
        .take(6)
        .collect();
    let series = series(2, &rounds);
    assert_eq!(series.verdict(), Verdict::Failed(Fault::Flapping));
    let told = series.told();
    for release in [NEW, OLD] {
        assert!(
            told.contains(&format!("{release} (production) (6 times)")),
            "{told}"
        );
    }
}

#[test]
fn two_wrong_releases_by_turns_flap_too() {
    let other = served("mlpp-web@0.1.1+ffffffffffff", AppEnv::Production);
    let rounds = [both(old()), both(other), both(old())];
    assert_eq!(verdict(1, &rounds), Verdict::Failed(Fault::Flapping));
}

#[test]
fn a_cache_before_a_right_host_is_a_fault_of_its_own() {
    let series = series(2, &vec![(old(), new()); 6]);
    assert_eq!(series.verdict(), Verdict::Failed(Fault::StaleCache));
    let told = series.told();
    assert!(
        told.contains("purge the cache") && told.contains("no-cache"),
        "{told}"
    );
}

#[test]
fn a_cache_is_not_blamed_where_the_host_itself_was_old() {
    let mut rounds = vec![(old(), new()); 6];
    rounds[3] = both(old());
    assert_eq!(verdict(2, &rounds), Verdict::Failed(Fault::Flapping));
}

#[test]
fn without_any_manifest_nothing_is_known() {
    let shell = Seen::Shell {
        marker: "main.dart.js".to_owned(),
    };
    let series = series(1, &[both(shell.clone()), (shell, timeout()), both(timeout())]);
    assert_eq!(series.verdict(), Verdict::Inconclusive(Doubt::NoManifest));
    let told = series.told();
    assert!(
        told.contains("main.dart.js in it (3 times)") && told.contains("within 10 s (3 times)"),
        "{told}"
    );
}

#[test]
fn troubles_between_the_right_answers_prove_nothing() {
    let rounds = vec![(new(), timeout()); 6];
    assert_eq!(verdict(2, &rounds), Verdict::Inconclusive(Doubt::NotSteady));
}

#[test]
fn one_wrong_answer_among_troubles_is_a_wrong_answer() {
    let mut rounds = vec![both(timeout()); 6];
    rounds[2] = both(old());
    assert_eq!(verdict(2, &rounds), Verdict::Failed(Fault::OtherRelease));
}

#[test]
fn a_round_without_a_look_agrees_with_nothing() {
    let mut series = series(1, &[]);
    series.push(Vec::new());
    assert_eq!(series.verdict(), Verdict::Inconclusive(Doubt::NoManifest));
}
