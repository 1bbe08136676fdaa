//! What the journal of accesses says of a release.

use access_journal::{
    AccessEvent, EventKind as Kind, Outcome as Came, Source,
    journal::{AccessJournal as _, Heartbeat},
    privacy::Month,
};
use alerts_store::AlertFilter;
use chrono::TimeDelta;
use release_info::decision::{Judged, Verdict};

use super::*;

const EXPOSED: &str = "ANON_DATA_EXPOSED";

impl Scene {
    /// A source says that it is heard, a second later, and whether it lost something.
    async fn hears(&self, source: Source, dropped: u64) {
        self.clock.advance(TimeDelta::seconds(1));
        let heartbeat = Heartbeat {
            seen: 10,
            dropped,
            ..Heartbeat::of(source)
        };
        let beat = self.journal.beat(&Caller::Service, &heartbeat).await;
        beat.expect("heard");
    }

    /// So many accesses of a kind, now.
    async fn tells(&self, source: Source, kind: Kind, resource: &str, count: u32) {
        self.clock.advance(TimeDelta::seconds(1));
        let event = AccessEvent {
            occurred_at: self.now(),
            source,
            event: kind,
            outcome: if kind == Kind::AnonDataRead {
                Came::Success
            } else {
                Came::Refused
            },
            status: None,
            resource: Some(resource.to_owned()),
            count,
            dedup_key: self.now().to_string(),
            ..AccessEvent::sample()
        };
        let month = Month::of(self.now());
        let salt = self.journal.salt(&Caller::Service, month, None).await;
        salt.expect("an answer").expect("a salt");
        let recorded = self.journal.record(&Caller::Service, &[event]).await;
        assert_eq!(recorded.expect("recorded").added, 1);
    }

    /// B is live and seen, and all was looked at since, as the rule about reads was.
    async fn deploys_b(&self, exposed: &[&str]) {
        self.records(B, &[Started, Deployed, VerifyPassed]).await;
        self.looks().await;
        self.finds(EXPOSED, Critical, exposed).await;
    }
}

/// A is live, and nginx is heard since two hours.
async fn scene() -> Scene {
    let scene = super::scene().await;
    scene.knows(&["AAA", "BBB", EXPOSED]).await;
    scene.hears(Source::Nginx, 0).await;
    scene.pass(120);
    scene
}

async fn verdict(scene: &Scene) -> Verdict {
    decide(&facts(scene).await, &Config::default().release.thresholds())
}

fn rule(verdict: &Verdict, name: &str) -> Judged {
    let found = verdict.rules.iter().find(|judged| judged.rule == name);
    found.expect("the rule").clone()
}

#[track_caller]
fn says(verdict: &Verdict, outcome: &str, words: &str) {
    for name in ["anonymous_exposure", "refused_requests"] {
        let judged = rule(verdict, name);
        assert_eq!(judged.outcome.to_string(), outcome, "{judged:?}");
        assert!(judged.evidence.concat().contains(words), "{judged:?}");
    }
}

#[tokio::test]
async fn a_journal_that_nobody_uses_does_not_decide_unless_somebody_should_be_heard() {
    let scene = super::scene().await;
    assert_eq!(facts(&scene).await.access, None);
    says(&verdict(&scene).await, "not installed", "");
    let mut config = Config::default();
    config.access.expected.push(Source::Api);
    let facts = facts_by(&scene, &[], &config).await;
    let verdict = decide(&facts, &config.release.thresholds());
    says(&verdict, "INCONCLUSIVE", "api should be heard, and never was");
}

#[tokio::test]
async fn a_journal_that_is_silent_since_never_passes() {
    let scene = scene().await;
    scene.deploys_b(&[]).await;
    says(&verdict(&scene).await, "INCONCLUSIVE", "nginx was last heard at ");
    assert_eq!(decided(&scene).await, Decision::Inconclusive);
    scene.hears(Source::Nginx, 0).await;
    says(&verdict(&scene).await, "PASS", "");
    assert_eq!(decided(&scene).await, Decision::Pass);
    // What was lost may be what was to be seen.
    scene.hears(Source::Nginx, 3).await;
    says(
        &verdict(&scene).await,
        "INCONCLUSIVE",
        "something of nginx was lost",
    );
}

#[tokio::test]
async fn the_rule_about_reads_has_to_be_looked_at_since() {
    let scene = scene().await;
    scene.finds(EXPOSED, Critical, &[]).await;
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene.looks().await;
    scene.hears(Source::Nginx, 0).await;
    let told = rule(&verdict(&scene).await, "anonymous_exposure");
    assert_eq!(told.outcome.to_string(), "INCONCLUSIVE", "{told:?}");
    assert!(
        told.evidence[0].contains("was looked at whole last at "),
        "{told:?}"
    );
    scene.finds(EXPOSED, Critical, &[]).await;
    assert_eq!(decided(&scene).await, Decision::Pass);
}

#[tokio::test]
async fn one_that_was_given_up_long_before_is_not_waited_for_and_nobody_at_all_is_not_enough() {
    let scene = scene().await;
    scene.hears(Source::Api, 0).await;
    scene.pass(8 * 24 * 60);
    scene.hears(Source::Nginx, 0).await;
    scene.deploys_b(&[]).await;
    scene.hears(Source::Nginx, 0).await;
    assert_eq!(decided(&scene).await, Decision::Pass);

    let scene = self::scene().await;
    scene.pass(8 * 24 * 60);
    scene.deploys_b(&[]).await;
    says(&verdict(&scene).await, "INCONCLUSIVE", "nobody was heard since");
}

#[tokio::test]
async fn three_times_what_was_usual_holds_and_each_source_is_judged_alone() {
    let scene = scene().await;
    // In 120 minutes: 1 a minute, less the seconds between.
    scene
        .tells(Source::Nginx, Kind::AuthzFail, "public.tanks", 120)
        .await;
    scene.hears(Source::Api, 0).await;
    scene.pass(60);
    scene
        .tells(Source::Api, Kind::AuthzFail, "public.tanks", 6000)
        .await;
    scene.deploys_b(&[]).await;
    scene
        .tells(Source::Nginx, Kind::AuthnTokenInvalid, "public.tanks", 20)
        .await;
    scene.hears(Source::Nginx, 0).await;
    scene.hears(Source::Api, 0).await;
    // What is neither 401 nor 403 is none of these.
    scene
        .tells(Source::Nginx, Kind::ResourceEnumeration, "x", 9000)
        .await;
    let held = rule(&verdict(&scene).await, "refused_requests");
    assert_eq!(held.outcome.to_string(), "HOLD", "{held:?}");
    assert_eq!(held.value, "20.00 a minute", "{held:?}");
    scene.pass(58);
    let calm = rule(&verdict(&scene).await, "refused_requests");
    assert_eq!(calm.outcome.to_string(), "PASS", "{calm:?}");
    // After the hour in which it is put down to the release.
    scene.pass(60);
    scene
        .tells(Source::Nginx, Kind::AuthzFail, "public.tanks", 9000)
        .await;
    let later = rule(&verdict(&scene).await, "refused_requests");
    assert_eq!(later.outcome.to_string(), "PASS", "{later:?}");
}

#[tokio::test]
async fn of_what_was_not_usual_nothing_is_taken_for_usual() {
    let scene = super::scene().await;
    scene.knows(&["AAA", "BBB", EXPOSED]).await;
    scene.hears(Source::Nginx, 0).await;
    scene
        .tells(Source::Nginx, Kind::AuthzFail, "public.tanks", 500)
        .await;
    scene.deploys_b(&[]).await;
    scene.hears(Source::Nginx, 0).await;
    assert_eq!(decided(&scene).await, Decision::Pass);
    scene
        .tells(Source::Nginx, Kind::AuthzFail, "public.tanks", 1)
        .await;
    let held = rule(&verdict(&scene).await, "refused_requests");
    assert_eq!(held.outcome.to_string(), "HOLD");
    assert!(held.evidence[0].contains("not known, taken as 0"), "{held:?}");
}

#[tokio::test]
async fn what_is_read_without_signing_in_sends_it_back_unless_it_was_so_before() {
    let scene = scene().await;
    let read = async |what| scene.tells(Source::Nginx, Kind::AnonDataRead, what, 2).await;
    read("public.old").await;
    scene.deploys_b(&[]).await;
    scene.hears(Source::Nginx, 0).await;
    read("public.old").await;
    let told = rule(&verdict(&scene).await, "anonymous_exposure");
    assert_eq!(told.outcome.to_string(), "PASS", "{told:?}");
    assert!(told.evidence[0].ends_with("it was read so before"), "{told:?}");

    read("public.contracts").await;
    let told = rule(&verdict(&scene).await, "anonymous_exposure");
    assert_eq!(
        (&*told.value, told.outcome.to_string()),
        ("1 exposed", "ROLLBACK".to_owned())
    );
    assert!(told.evidence[0].starts_with("public.contracts was read without signing in, 2 times"));
    assert_eq!(decided(&scene).await, Decision::Rollback);
}

#[tokio::test]
async fn what_was_read_counts_until_it_is_dealt_with() {
    let scene = scene().await;
    scene.records(B, &[Started, Deployed, VerifyPassed]).await;
    scene
        .tells(Source::Nginx, Kind::AnonDataRead, "public.contracts", 1)
        .await;
    scene.looks().await;
    scene.finds(EXPOSED, Critical, &["public.contracts"]).await;
    scene.hears(Source::Nginx, 0).await;
    let exposure = async || {
        rule(&verdict(&scene).await, "anonymous_exposure")
            .outcome
            .to_string()
    };
    assert_eq!(exposure().await, "ROLLBACK");
    scene.acts(Verb::Resolve).await;
    assert_eq!(exposure().await, "ROLLBACK", "nothing confirms it");
    scene.finds(EXPOSED, Critical, &[]).await;
    assert_eq!(exposure().await, "PASS");
    let live = scene.alerts.list(&Caller::Service, &AlertFilter::default()).await;
    assert!(live.expect("listed").alerts.is_empty());
    scene
        .tells(Source::Nginx, Kind::AnonDataRead, "public.contracts", 1)
        .await;
    assert_eq!(exposure().await, "ROLLBACK", "again, and no run has looked");
    scene.finds(EXPOSED, Critical, &["public.contracts"]).await;
    scene.acts(Verb::Accept).await;
    assert_eq!(
        exposure().await,
        "PASS",
        "somebody has taken that upon themselves"
    );
}
