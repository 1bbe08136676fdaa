//! `vigie release verify` against a web host that misbehaves on purpose: each misdeed ends with the documented exit code.

use release_info::host::{Behaviour, Host, Site};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Answer, World, vigie};

const NEW: &str = "mlpp-web@0.2.0+4110b38a1b2c";
const OLD: &str = "mlpp-web@0.1.0+0d9c8b7a6f5e";

fn manifest(release: &str, environment: &str) -> Site {
    Site::of(&json!({
        "app_name": "depot", "schema": 1, "package": "mlpp-web", "release": release, "commit": "4110b38a1b2c",
        "environment": environment, "built_at": null, "min_schema": 1, "max_schema": 1,
    }))
}

fn host(behaviour: Behaviour) -> Host {
    let host = Host::start(manifest(NEW, "production")).expect("a port");
    host.behave(behaviour);
    host
}

fn verify(url: &str, more: &[&str]) -> Answer {
    verify_in(
        &tempfile::tempdir().expect("a directory"),
        &[&["--url", url], more].concat(),
    )
}

fn verify_in(directory: &TempDir, more: &[&str]) -> Answer {
    let mut command = vigie(directory.path());
    command.args(["release", "verify", "--expect", NEW, "--env", "production"]);
    command.args(["--times", "2", "--over", "0"]).args(more);
    Answer::of(&mut command)
}

fn verified(behaviour: Behaviour) -> Answer {
    verify(&host(behaviour).url("/version.json"), &["--json"])
}

#[test]
fn each_misdeed_ends_as_documented() {
    let old = || manifest(OLD, "production");
    for (behaviour, code, reason, seen) in [
        (Behaviour::Right, 0, json!(null), "manifest"),
        (Behaviour::Gzip, 0, json!(null), "manifest"),
        (Behaviour::Flapping(old()), 1, json!("flapping"), "manifest"),
        (Behaviour::Stale(old()), 1, json!("stale_cache"), "manifest"),
        (Behaviour::Shell, 3, json!("no_manifest"), "shell"),
        (
            Behaviour::Type("text/plain".to_owned()),
            3,
            json!("no_manifest"),
            "wrong_type",
        ),
        (Behaviour::Status(404), 3, json!("no_manifest"), "status"),
        (
            Behaviour::Redirect("https://depot.invalid/".to_owned()),
            3,
            json!("no_manifest"),
            "elsewhere",
        ),
        (Behaviour::Huge(10_000_000), 3, json!("no_manifest"), "too_large"),
        (
            Behaviour::HugeWithin(10_000_000),
            3,
            json!("no_manifest"),
            "too_large",
        ),
        (Behaviour::Reset, 3, json!("no_manifest"), "broke_off"),
    ] {
        let name = format!("{behaviour:?}");
        let report = verified(behaviour).exits(code).json();
        assert_eq!(report["reason"], reason, "{name}: {report:#}");
        let first = &report["seen"][0]["seen"];
        assert!(
            first["kind"] == seen || first["trouble"] == seen,
            "{name}: {report:#}"
        );
    }
}

#[test]
fn what_is_deployed_decides() {
    let host = host(Behaviour::Right);
    for (site, code, reason) in [
        (manifest(OLD, "production"), 1, json!("other_release")),
        (manifest(NEW, "staging"), 1, json!("other_environment")),
        (
            Site::of(&json!({ "app_name": "depot", "version": "0.2.0" })),
            3,
            json!("no_manifest"),
        ),
        (Site::default(), 3, json!("no_manifest")),
        (manifest(NEW, "production"), 0, json!(null)),
    ] {
        host.deploy(site);
        let report = verify(&host.url("/version.json"), &["--json"]).exits(code).json();
        assert_eq!(report["reason"], reason, "{report:#}");
    }
}

#[test]
fn what_cannot_be_reached_is_inconclusive() {
    let plain = host(Behaviour::Right);
    let dripping = host(Behaviour::Drip);
    for (url, more, trouble) in [
        // It speaks no TLS.
        (
            plain.url("/version.json").replace("http:", "https:"),
            &[][..],
            "tls",
        ),
        ("https://depot.invalid/version.json".to_owned(), &[], "dns"),
        (dripping.url("/version.json"), &["--timeout", "1"], "timeout"),
    ] {
        let report = verify(&url, &[&["--json"], more].concat()).exits(3).json();
        assert_eq!(report["seen"][0]["seen"]["trouble"], trouble, "{report:#}");
    }
}

#[test]
fn a_certificate_counts_where_this_machine_trusts_it_and_nowhere_else() {
    // The first test installs it for all.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let signed = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(signed.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .expect("a configuration");
    let host = Host::start_tls(manifest(NEW, "production"), config).expect("a port");
    let directory = tempfile::tempdir().expect("a directory");
    let trusted = directory.path().join("trusted.pem");
    std::fs::write(&trusted, signed.cert.pem()).expect("a file");
    let asked = || {
        let mut command = vigie(directory.path());
        command.args([
            "release", "verify", "--expect", NEW, "--times", "1", "--over", "0", "--json",
        ]);
        command.args(["--url", &host.url("/version.json")]);
        command
    };
    Answer::of(asked().env("SSL_CERT_FILE", &trusted)).exits(0);
    let report = Answer::of(&mut asked()).exits(3).json();
    assert_eq!(report["seen"][0]["seen"]["trouble"], "tls", "{report:#}");
}

#[test]
fn people_read_the_verdict_and_follow_the_rounds() {
    let host = host(Behaviour::Right);
    let passed = verify(&host.url("/version.json"), &["--all-addresses"]).exits(0);
    let said = format!("passed: {NEW} is served: 2 rounds in a row agree\n");
    assert!(passed.stdout.starts_with(&said), "{passed:#?}");
    assert!(passed.stdout.contains("127.0.0.1  2 times: "), "{passed:#?}");
    passed.says("round 1 of at most 6: 1 of 2 agree\nround 2 of at most 6: 2 of 2 agree\n");

    host.behave(Behaviour::Stale(manifest(OLD, "production")));
    let failed = verify(&host.url("/version.json"), &[]).exits(1);
    assert!(failed.stdout.contains("purge the cache"), "{failed:#?}");
    failed.says("round 6 of at most 6: not as expected\n");
}

#[test]
fn the_configuration_knows_where_the_front_is() {
    let host = host(Behaviour::Right);
    let directory = tempfile::tempdir().expect("a directory");
    verify_in(&directory, &[])
        .exits(2)
        .says("give --url, or web.version_url");
    let write = |url: &str| {
        let text = format!("web.version_url = \"{url}\"\n");
        std::fs::write(directory.path().join("vigie.toml"), text).expect("a file");
    };
    write(&host.url("/version.json"));
    verify_in(&directory, &[]).exits(0);
    write("https://me:secret@depot.invalid/version.json");
    let refused = verify_in(&directory, &[])
        .exits(2)
        .says("vigie.toml: web.version_url: a URL with a user");
    assert!(!refused.stderr.contains("secret"), "{refused:#?}");
}

#[test]
fn what_is_expected_must_be_a_release() {
    let directory = tempfile::tempdir().expect("a directory");
    for (expect, code) in [("mlpp-web@0.2.0+4110b38", "E513"), ("mlpp-web", "E512")] {
        let mut command = vigie(directory.path());
        command.args([
            "release",
            "verify",
            "--url",
            "http://depot.invalid",
            "--expect",
            expect,
        ]);
        Answer::of(&mut command).exits(2).says(code);
    }
}

/// Where it is recorded.
const PLACE: [&str; 4] = ["--env", "production", "--target", "web"];

/// A ledger in which the release is live, and is looked for at this host.
fn recording(world: &World, host: &Host, more: &[&str]) -> Answer {
    let url = host.url("/version.json?key=not-for-others");
    let looking = ["release", "verify", "--url", &url, "--times", "2", "--over", "0"];
    world.vigie(&[&looking[..], &PLACE, &["--record"], more].concat())
}

fn deployed() -> World {
    let world = World::migrated();
    for kind in ["started", "deployed"] {
        let named = ["--release", NEW, "--actor", "amina"];
        world
            .vigie(&[&["release", "record", kind], &PLACE[..], &named].concat())
            .exits(0);
    }
    world
}

#[test]
fn each_verdict_is_recorded_with_what_was_seen() {
    let (world, host) = (deployed(), host(Behaviour::Right));
    let stage_after = |code| {
        let report = recording(&world, &host, &["--expect", NEW, "--json"])
            .exits(code)
            .json();
        report["recorded"]["release"]["stage"].clone()
    };
    assert_eq!(stage_after(0), "verified");
    host.deploy(manifest(OLD, "production"));
    assert_eq!(stage_after(1), "refuted");
    host.behave(Behaviour::Shell);
    assert_eq!(stage_after(3), "refuted", "who saw nothing has proved nothing");
    let told = recording(&world, &host, &["--expect", NEW, "--as", "amina"]).exits(3);
    assert!(told.stdout.contains("\nRecorded. "), "{}", told.stdout);
    let events = "select string_agg(concat_ws(' ', kind, actor, evidence->>'reason'), ', ' order by id)
                  from vigie.release_events where kind like 'verify%'";
    assert_eq!(
        world.value(events),
        "verify_passed, verify_failed other_release, verify_inconclusive no_manifest, \
         verify_inconclusive amina no_manifest"
    );
    assert!(
        !world
            .value("select string_agg(evidence::text, '') from vigie.release_events")
            .contains("not-for-others")
    );
}

#[test]
fn what_is_recorded_of_a_place_was_seen_at_that_place() {
    let (world, web, mirror) = (deployed(), host(Behaviour::Right), host(Behaviour::Right));
    mirror.deploy(manifest(OLD, "production"));
    let configuration = format!(
        "web.version_url = \"{}\"\n[[release.host]]\nenvironment = \"production\"\ntarget = \"web\"\n\
         firebase_site = \"mirror\"\nversion_url = \"{}\"\n",
        web.url("/version.json"),
        mirror.url("/version.json")
    );
    world.file("vigie.toml", configuration);
    let looking = [
        "release", "verify", "--expect", NEW, "--times", "2", "--over", "0", "--record",
    ];
    world.vigie(&[&looking[..], &PLACE].concat()).exits(1);
    assert_eq!(web.asked(), 0);
}

#[test]
fn what_may_not_be_recorded_is_told_all_the_same() {
    let (world, host) = (deployed(), host(Behaviour::Right));
    host.deploy(manifest(OLD, "production"));
    let refused = recording(&world, &host, &["--expect", OLD, "--json"]).exits(1);
    let report = refused.json();
    assert_eq!(
        (
            &report["result"],
            &report["error"]["code"],
            report.get("recorded")
        ),
        (&json!("passed"), &json!("out_of_order"), None)
    );
    assert!(refused.stderr.contains("started"), "{}", refused.stderr);
    let unnamed = [
        "release",
        "verify",
        "--expect",
        NEW,
        "--record",
        "--env",
        "production",
    ];
    world.vigie(&unnamed).exits(2).says("--target");
    let asked = host.asked();
    let nowhere = "postgres://nobody@127.0.0.1:1/none";
    let url = host.url("/version.json");
    let looking = ["release", "verify", "--url", &url, "--expect", OLD, "--record"];
    Answer::of(&mut world.command(nowhere, &[&looking[..], &PLACE].concat())).exits(5);
    assert_eq!(
        host.asked(),
        asked,
        "nothing is looked at for a ledger that is not there"
    );
}

#[test]
fn one_round_takes_no_time() {
    let directory = tempfile::tempdir().expect("a directory");
    let once = |more: &[&str]| {
        let url = [
            "release",
            "verify",
            "--url",
            "http://127.0.0.1:9/version.json",
            "--expect",
            NEW,
            "--times",
            "1",
        ];
        Answer::of(vigie(directory.path()).args(url).args(more))
    };
    once(&["--over", "60"]).exits(2).says("--over 60 with --times 1");
    once(&["--over", "0"]).exits(3);
    once(&[]).exits(3);
}
