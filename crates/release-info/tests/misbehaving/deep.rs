//! Every file of a release, compared with what is served.

use std::fs;

use release_info::{
    AppEnv, Manifest,
    host::{Host, Site},
    manifest::{CONTENTS_FILE, Difference, MANIFEST_FILE, publish},
    verification::{Depth, Doubt, Fault, Report, Verdict, verify},
};
use serde_json::json;

use super::{NEW, OLD, manifest, plan};

const FILES: &[(&str, &str)] = &[
    ("index.html", "<html>new</html>"),
    ("main.dart.js", "new()"),
    ("assets/a b.json", "{}"),
];

/// A front as it is published: its files, the list of them, and the manifest.
fn front(release: &str) -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("assets")).expect("a folder");
    let flutters = json!({ "app_name": "depot", "version": &release[9..14] });
    fs::write(path(MANIFEST_FILE), flutters.to_string()).expect("a file");
    for (name, text) in FILES {
        fs::write(path(name), text).expect("a file");
    }
    let id = release.parse().expect("a release");
    let manifest = Manifest::new(AppEnv::Production, &id, None, &(1..=1));
    publish(folder.path(), manifest).expect("published");
    let read = |name: &str| fs::read(path(name)).expect("a file");
    let site = Site::default()
        .with("/app/version.json", "application/json", read(MANIFEST_FILE))
        .with("/app/release-files.json", "application/json", read(CONTENTS_FILE));
    FILES.iter().fold(site, |site, (name, text)| {
        site.with(&format!("/app/{}", name.replace(' ', "%20")), "text/plain", *text)
    })
}

async fn deep(site: Site) -> Report {
    let host = Host::start(site).expect("a port");
    let mut plan = plan(&host);
    plan.url = host.url("/app/version.json").parse().expect("a URL");
    (plan.deep, plan.times) = (true, 1);
    verify(&plan, |_| {}).await
}

#[track_caller]
fn differs(report: &Report, difference: Difference) {
    assert_eq!(
        report.verdict,
        Verdict::Failed(Fault::OtherContent),
        "{report:#?}"
    );
    assert_eq!(
        report.depth,
        Some(Depth::Differs {
            address: None,
            files: vec![difference]
        })
    );
}

#[tokio::test]
async fn all_files_of_the_release_pass() {
    let report = deep(front(NEW)).await;
    assert_eq!(report.verdict, Verdict::Passed, "{report:#?}");
    assert_eq!(report.depth, Some(Depth::Same { files: 3 }));
    assert!(
        report
            .told()
            .ends_with("all of its files (3) are as they should be"),
        "{}",
        report.told()
    );
    assert_eq!(report.to_json()["content"], json!({ "same": { "files": 3 } }));
}

#[tokio::test]
async fn an_old_file_beside_a_new_manifest_fails_and_is_named() {
    let report = deep(front(NEW).with("/app/main.dart.js", "text/javascript", "old()")).await;
    assert!(
        report.told().contains("main.dart.js is another one"),
        "{}",
        report.told()
    );
    differs(&report, Difference::Changed("main.dart.js".to_owned()));
}

#[tokio::test]
async fn a_file_that_is_not_there_fails_and_is_named() {
    let report = deep(front(NEW).without("/app/assets/a%20b.json")).await;
    differs(&report, Difference::Missing("assets/a b.json".to_owned()));
}

#[tokio::test]
async fn the_list_of_another_release_fails() {
    let other = json!({ "schema": 1, "files": {} }).to_string();
    let report = deep(front(NEW).with("/app/release-files.json", "application/json", other)).await;
    differs(&report, Difference::Changed(CONTENTS_FILE.to_owned()));
}

#[tokio::test]
async fn without_something_to_compare_with_nothing_is_known() {
    let bare = Host::start(manifest(NEW, "production")).expect("a port");
    let mut of_bare = plan(&bare);
    of_bare.deep = true;
    let large = vec![b' '; 33 * 1024 * 1024];
    for (report, why) in [
        (verify(&of_bare, |_| {}).await, "no content_sha256"),
        (
            deep(front(NEW).without("/app/release-files.json")).await,
            "release-files.json: status 404",
        ),
        (
            deep(front(NEW).with("/app/release-files.json", "text/html", "<html>")).await,
            "release-files.json is no list of files",
        ),
        (
            deep(front(NEW).with("/app/main.dart.js", "text/javascript", large)).await,
            "main.dart.js: an answer of more than 33554432 bytes",
        ),
    ] {
        assert_eq!(
            report.verdict,
            Verdict::Inconclusive(Doubt::ContentUnknown),
            "{report:#?}"
        );
        assert!(report.told().contains(why), "{}", report.told());
    }
}

#[tokio::test]
async fn files_are_not_asked_for_where_the_manifest_is_another_one() {
    let report = deep(front(OLD)).await;
    assert_eq!(report.verdict, Verdict::Failed(Fault::OtherRelease));
    assert_eq!(report.depth, None);
}
