//! Verification against a web host that misbehaves on purpose: each misdeed has the result that is documented.

mod deep;

use std::{sync::Once, time::Duration};

use release_info::{
    fetch::{self, Trouble},
    host::{Behaviour, Host, Site},
    verification::{Doubt, Expected, Fault, Plan, Report, Seen, Verdict, verify},
};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use serde_json::json;

const NEW: &str = "mlpp-web@0.2.0+4110b38a1b2c";
const OLD: &str = "mlpp-web@0.1.0+0d9c8b7a6f5e";

/// Long enough for a busy machine; what must not answer in time is asked with less.
const PATIENCE: Duration = Duration::from_secs(30);

fn manifest(release: &str, environment: &str) -> Site {
    Site::of(&json!({
        "app_name": "depot", "schema": 1, "package": "mlpp-web", "release": release, "commit": "4110b38a1b2c",
        "environment": environment, "built_at": null, "min_schema": 1, "max_schema": 1,
    }))
}

fn host() -> Host {
    Host::start(manifest(NEW, "production")).expect("a port")
}

fn plan(host: &Host) -> Plan {
    provider();
    Plan {
        url: fetch::url(&host.url("/version.json")).expect("a URL"),
        expected: Expected {
            release: NEW.parse().expect("a release"),
            environment: Some(release_info::AppEnv::Production),
        },
        times: 2,
        over: Duration::ZERO,
        patience: PATIENCE,
        every_address: false,
        deep: false,
    }
}

fn provider() {
    static ONCE: Once = Once::new();
    // The first test installs it for all.
    ONCE.call_once(|| {
        let provider = rustls::crypto::ring::default_provider();
        provider.install_default().expect("none before");
    });
}

async fn misdeed(behaviour: Behaviour) -> Report {
    let host = host();
    host.behave(behaviour);
    verify(&plan(&host), |_| {}).await
}

#[track_caller]
fn never_a_manifest(report: &Report, seen: &Seen) {
    assert_eq!(
        report.verdict,
        Verdict::Inconclusive(Doubt::NoManifest),
        "{report:#?}"
    );
    let troubles = report.series.troubles();
    assert_eq!(troubles, [(seen, report.series.rounds() * 2)], "{report:#?}");
}

#[tokio::test]
async fn the_right_answer_passes() {
    let host = host();
    let mut rounds = Vec::new();
    let report = verify(&plan(&host), |series| rounds.push(series.streak())).await;
    assert_eq!(report.verdict, Verdict::Passed, "{report:#?}");
    assert_eq!(rounds, [1, 2], "it is told after each round");
    assert_eq!(
        host.asked(),
        4,
        "each round asks as a browser does, and past caches"
    );
}

#[tokio::test]
async fn the_right_answer_passes_at_every_address() {
    let host = host();
    let mut plan = plan(&host);
    plan.every_address = true;
    let report = verify(&plan, |_| {}).await;
    assert_eq!(report.verdict, Verdict::Passed, "{report:#?}");
    let of_host = |address| address == Some(host.address().ip());
    assert!(report.series.tallies().iter().all(|tally| of_host(tally.address)));
}

#[tokio::test]
async fn the_old_release_fails() {
    let host = host();
    host.deploy(manifest(OLD, "production"));
    let report = verify(&plan(&host), |_| {}).await;
    assert_eq!(report.verdict, Verdict::Failed(Fault::OtherRelease));
    assert!(report.series.told().contains(OLD), "{}", report.series.told());
}

#[tokio::test]
async fn another_environment_fails_and_is_named() {
    let host = host();
    host.deploy(manifest(NEW, "staging"));
    let report = verify(&plan(&host), |_| {}).await;
    assert_eq!(report.verdict, Verdict::Failed(Fault::OtherEnvironment));
    assert!(
        report.series.told().contains("(staging)"),
        "{}",
        report.series.told()
    );
}

#[tokio::test]
async fn flapping_between_two_fails_and_names_both_whichever_comes_first() {
    for (first, second) in [(NEW, OLD), (OLD, NEW)] {
        let host = host();
        host.deploy(manifest(first, "production"));
        host.behave(Behaviour::Flapping(manifest(second, "production")));
        let report = verify(&plan(&host), |_| {}).await;
        assert_eq!(report.verdict, Verdict::Failed(Fault::Flapping), "{report:#?}");
        let counts: Vec<_> = report.series.served().iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [6, 6]);
        let told = report.series.told();
        assert!(told.contains(NEW) && told.contains(OLD), "{told}");
    }
}

#[tokio::test]
async fn a_cache_that_keeps_the_old_release_fails_and_is_told_apart() {
    let report = misdeed(Behaviour::Stale(manifest(OLD, "production"))).await;
    assert_eq!(report.verdict, Verdict::Failed(Fault::StaleCache), "{report:#?}");
}

#[tokio::test]
async fn a_single_page_apps_page_is_recognised() {
    let report = misdeed(Behaviour::Shell).await;
    let marker = "flutter_bootstrap.js".to_owned();
    never_a_manifest(&report, &Seen::Shell { marker });
}

#[tokio::test]
async fn another_type_is_not_read() {
    let report = misdeed(Behaviour::Type("text/plain".to_owned())).await;
    let content_type = Some("text/plain".to_owned());
    never_a_manifest(&report, &Seen::WrongType { content_type });
}

#[tokio::test]
async fn another_status_is_not_read() {
    for status in [404, 500, 503] {
        let report = misdeed(Behaviour::Status(status)).await;
        never_a_manifest(&report, &Seen::Status { status });
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let elsewhere = host();
    let to = format!("http://localhost:{}", elsewhere.address().port());
    let report = misdeed(Behaviour::Redirect(format!("{to}/version.json"))).await;
    never_a_manifest(&report, &Seen::Nothing(Trouble::Elsewhere { to }));
    assert_eq!(elsewhere.asked(), 0);
}

#[tokio::test]
async fn a_redirect_in_circles_ends() {
    let host = host();
    host.behave(Behaviour::Redirect("/version.json".to_owned()));
    let report = verify(&plan(&host), |_| {}).await;
    let to = host.url("");
    never_a_manifest(&report, &Seen::Nothing(Trouble::Elsewhere { to }));
}

#[tokio::test]
async fn ten_megabytes_are_not_read_however_they_come() {
    for behaviour in [Behaviour::Huge(10_000_000), Behaviour::HugeWithin(10_000_000)] {
        let report = misdeed(behaviour).await;
        never_a_manifest(&report, &Seen::Nothing(Trouble::TooLarge { limit: 65_536 }));
    }
}

#[tokio::test]
async fn an_answer_that_drips_is_not_waited_for() {
    let host = host();
    host.behave(Behaviour::Drip);
    let mut plan = plan(&host);
    (plan.patience, plan.times) = (Duration::from_secs(1), 1);
    let report = verify(&plan, |_| {}).await;
    never_a_manifest(&report, &Seen::Nothing(Trouble::Timeout { seconds: 1 }));
}

#[tokio::test]
async fn a_connection_that_ends_is_no_answer() {
    let report = misdeed(Behaviour::Reset).await;
    never_a_manifest(&report, &Seen::Nothing(Trouble::BrokeOff));
}

#[tokio::test]
async fn what_is_packed_is_unpacked() {
    let report = misdeed(Behaviour::Gzip).await;
    assert_eq!(report.verdict, Verdict::Passed, "{report:#?}");
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_not_trusted() {
    provider();
    let signed = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(signed.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .expect("a configuration");
    let host = Host::start_tls(manifest(NEW, "production"), config).expect("a port");
    let report = verify(&plan(&host), |_| {}).await;
    assert_eq!(report.verdict, Verdict::Inconclusive(Doubt::NoManifest));
    let troubles = report.series.troubles();
    let is_tls =
        |seen: &Seen| matches!(seen, Seen::Nothing(Trouble::Tls { why }) if why.contains("certificate"));
    assert!(troubles.len() == 1 && is_tls(troubles[0].0), "{report:#?}");
}

#[tokio::test]
async fn a_name_without_an_address_is_no_answer() {
    let mut plan = plan(&host());
    plan.url = fetch::url("https://depot.invalid/version.json").expect("a URL");
    let report = verify(&plan, |_| {}).await;
    assert_eq!(report.verdict, Verdict::Inconclusive(Doubt::NoManifest));
    let troubles = report.series.troubles();
    assert_eq!(troubles, [(&Seen::Nothing(Trouble::Dns), report.series.rounds())]);
}

#[tokio::test]
async fn where_nobody_listens_there_is_no_answer() {
    let host = host();
    let plan = plan(&host);
    drop(host);
    let report = verify(&plan, |_| {}).await;
    never_a_manifest(&report, &Seen::Nothing(Trouble::NoConnection));
}

#[tokio::test]
async fn a_release_that_arrives_while_it_is_waited_for_passes() {
    let host = host();
    host.deploy(manifest(OLD, "production"));
    let report = verify(&plan(&host), |series| {
        if series.rounds() == 2 {
            host.deploy(manifest(NEW, "production"));
        }
    })
    .await;
    assert_eq!(report.verdict, Verdict::Passed, "{report:#?}");
    assert_eq!(report.series.rounds(), 4);
}

#[tokio::test]
async fn programs_read_the_same() {
    let report = misdeed(Behaviour::Stale(manifest(OLD, "production")))
        .await
        .to_json();
    assert_eq!(
        (&report["result"], &report["reason"]),
        (&json!("failed"), &json!("stale_cache"))
    );
    assert_eq!(
        report["expected"],
        json!({ "release": NEW, "environment": "production" })
    );
    let first = json!({
        "past_caches": false, "address": "127.0.0.1", "count": 6,
        "seen": { "kind": "manifest", "release": OLD, "environment": "production" },
    });
    assert_eq!(report["seen"][0], first);
    let report = misdeed(Behaviour::Reset).await.to_json();
    assert_eq!(
        (&report["result"], &report["reason"]),
        (&json!("inconclusive"), &json!("no_manifest"))
    );
    assert_eq!(
        report["seen"][0]["seen"],
        json!({ "kind": "nothing", "trouble": "broke_off" })
    );
}

#[test]
fn a_url_with_a_password_is_refused_without_printing_it() {
    for bad in ["https://me:secret@host/v.json", "ftp://host/v", "host/v.json", ""] {
        let why = fetch::url(bad).expect_err(bad);
        assert!(!why.contains("secret"), "{why}");
    }
}

#[test]
fn every_reason_is_in_the_guide() {
    let guide = include_str!("../../../../docs/guides/releases.md");
    let faults = [
        Fault::OtherRelease,
        Fault::OtherEnvironment,
        Fault::Flapping,
        Fault::StaleCache,
        Fault::OtherContent,
    ];
    let doubts = [Doubt::NoManifest, Doubt::NotSteady, Doubt::ContentUnknown];
    let row = |result: &str, exit: u8, word: serde_json::Value| {
        format!("| {result} | {exit} | `{}` |", word.as_str().expect("a word"))
    };
    let failed = faults.map(|fault| row("failed", 1, json!(fault)));
    let inconclusive = doubts.map(|doubt| row("inconclusive", 3, json!(doubt)));
    for row in failed.iter().chain(&inconclusive) {
        assert!(guide.contains(row.as_str()), "nothing of {row}");
    }
}
