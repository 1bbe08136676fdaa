//! `vigie release id`, `dart-defines` and `manifest`.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Answer, vigie};

/// When every commit of these tests was made.
const COMMITTED: &str = "1700000000 +0000";
const PUBSPEC: (&str, &str) = ("pubspec.yaml", "name: mlpp_web\nversion: 0.1.0+7\n");

/// A repository in which these files are committed.
pub(crate) fn repository(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    git(directory.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(&directory, files);
    directory
}

/// Commits these files, and whatever else has changed.
pub(crate) fn commit(directory: &TempDir, files: &[(&str, &str)]) {
    for (path, text) in files {
        write(directory, path, text);
    }
    git(directory.path(), &["add", "--all"]);
    git(
        directory.path(),
        &["commit", "--quiet", "--message", "what there is"],
    );
}

pub(crate) fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    for setting in [
        "user.name=Somebody",
        "user.email=somebody@example.org",
        "commit.gpgsign=false",
    ] {
        git.args(["-c", setting]);
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        git.env_remove(name);
    }
    git.env("GIT_COMMITTER_DATE", COMMITTED)
        .env("GIT_AUTHOR_DATE", COMMITTED);
    let answer = Answer::of(git.args(arguments).current_dir(directory)).exits(0);
    answer.stdout.trim().to_owned()
}

pub(crate) fn write(directory: &TempDir, path: &str, text: &str) {
    let path = directory.path().join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("written");
}

/// `vigie release` with these variables and git alone around it.
fn release(directory: &TempDir, variables: &[(&str, &str)], args: &[&str]) -> Answer {
    let mut command = vigie(directory.path());
    #[expect(clippy::disallowed_methods, reason = "where git is")]
    let path = std::env::var("PATH").expect("a PATH");
    command.env_clear().env("PATH", path).arg("release").args(args);
    Answer::of(command.envs(variables.iter().copied()))
}

fn id(directory: &TempDir, args: &[&str]) -> Value {
    let args: Vec<&str> = ["id", "--json"].iter().chain(args).copied().collect();
    release(directory, &[], &args).exits(0).json()
}

#[test]
fn the_name_of_a_release_follows_git() {
    let sources = repository(&[
        PUBSPEC,
        (".gitignore", "/build\n"),
        ("web/package.json", r#"{"name":"@a/web_front","version":"2.0.0"}"#),
    ]);
    let commit = git(sources.path(), &["rev-parse", "HEAD"]);
    let name = format!("mlpp-web@0.1.0+{}", &commit[..12]);
    let expected = json!({
        "release": name, "package": "mlpp-web", "version": "0.1.0", "commit": commit, "dirty": false,
        "built_at": "2023-11-14T22:13:20Z",
    });
    assert_eq!(id(&sources, &[]), expected);
    assert_eq!(id(&sources, &[]), expected, "and again");
    assert_eq!(
        release(&sources, &[], &["id"]).exits(0).stdout,
        format!("{name}\n")
    );
    let other = id(&sources, &["--dir", "web", "--version", "2.0.1"]);
    assert_eq!(other["release"], format!("web-front@2.0.1+{}", &commit[..12]));

    write(&sources, "build/out.js", "ignored");
    assert_eq!(id(&sources, &[])["dirty"], false);
    write(&sources, "lib/new.dart", "nobody added it");
    assert_eq!(id(&sources, &[])["release"], format!("{name}.dirty"));
    let elsewhere = id(&sources, &["--dir", "web"]);
    assert_eq!(elsewhere["dirty"], true, "what is beside it may go in too");

    // A hook is about another repository.
    let hooked = release(&sources, &[("GIT_DIR", "/nowhere")], &["id"]).exits(0);
    assert_eq!(hooked.stdout, format!("{name}.dirty\n"));
}

#[test]
fn whoever_builds_may_say_the_commit_where_git_does_not() {
    let sources = tempfile::tempdir().expect("a directory");
    write(&sources, PUBSPEC.0, PUBSPEC.1);
    let told = [
        ("APP_RELEASE_COMMIT", "4110b38a1b2c99d1"),
        ("SOURCE_DATE_EPOCH", "1795400000"),
    ];
    let json = release(&sources, &told, &["id", "--json"]).exits(0).json();
    assert_eq!(json["release"], "mlpp-web@0.1.0+4110b38a1b2c");
    assert_eq!(json["commit"], "4110b38a1b2c99d1");
    assert_eq!(json["built_at"], "2026-11-23T02:13:20Z");
    for (name, value) in [
        ("APP_RELEASE_COMMIT", "main"),
        ("APP_RELEASE_COMMIT", "4110b38"),
        ("SOURCE_DATE_EPOCH", "now"),
    ] {
        release(&sources, &[(name, value)], &["id"]).exits(2).says(name);
    }
}

#[test]
fn git_is_believed_before_whoever_builds() {
    let sources = repository(&[PUBSPEC]);
    let commit = git(sources.path(), &["rev-parse", "HEAD"]);
    let id = |told: &str| release(&sources, &[("APP_RELEASE_COMMIT", told)], &["id"]);
    let name = format!("mlpp-web@0.1.0+{}", &commit[..12]);
    for told in [&commit, &commit[..12]] {
        assert_eq!(id(told).exits(0).stdout, format!("{name}\n"));
    }
    id("4110b38a1b2c99d1")
        .exits(2)
        .says("E517: APP_RELEASE_COMMIT is 4110b38a1b2c99d1, and git has");
    write(&sources, "lib/new.dart", "nobody added it");
    assert_eq!(
        id(&commit).exits(0).stdout,
        format!("{name}.dirty\n"),
        "a word makes nothing clean"
    );
}

#[test]
fn without_git_and_variables_a_release_is_refused_where_people_rely_on_it() {
    let sources = tempfile::tempdir().expect("a directory");
    write(&sources, PUBSPEC.0, PUBSPEC.1);
    let unknown = "mlpp-web@0.1.0+000000000000.dirty";
    let said = release(&sources, &[], &["id"])
        .exits(0)
        .says("set APP_RELEASE_COMMIT");
    assert_eq!(said.stdout, format!("{unknown}\n"));
    for env in ["production", "staging"] {
        let variables = [("APP_ENV", env), ("ERROR_REPORTING", "off")];
        let refused = release(&sources, &variables, &["dart-defines"]).exits(2);
        assert_eq!(refused.stdout, "");
        refused.says(&format!(
            "E511: APP_ENV is {env}, and nobody knows of which commit the release was built"
        ));
    }
    let defines = release(&sources, &[("APP_ENV", "development")], &["dart-defines"])
        .exits(0)
        .json();
    assert_eq!(
        defines,
        json!({ "APP_ENV": "development", "APP_RELEASE": unknown })
    );

    // Somebody else's repository further up, which ignores this folder, knows nothing of it.
    let outer = repository(&[(".gitignore", "/inner\n")]);
    write(&outer, "inner/pubspec.yaml", PUBSPEC.1);
    assert_eq!(id(&outer, &["--dir", "inner"])["release"], unknown);
}

#[test]
fn what_is_compiled_in_is_named_and_no_secret() {
    let sources = repository(&[PUBSPEC, (".gitignore", "/build\n")]);
    let variables = [
        ("APP_ENV", "staging"),
        ("SUPABASE_URL", "https://a.example.org"),
        ("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_hunter2"),
    ];
    let run = |args: &[&str]| release(&sources, &variables, &[&["dart-defines"], args].concat());
    let defines = run(&["--pass", "SUPABASE_URL"]).exits(0).json();
    let commit = git(sources.path(), &["rev-parse", "HEAD"]);
    let expected = json!({
        "APP_ENV": "staging", "APP_RELEASE": format!("mlpp-web@0.1.0+{}", &commit[..12]),
        "APP_RELEASE_COMMIT": commit, "SUPABASE_URL": "https://a.example.org",
    });
    assert_eq!(defines, expected);

    write(&sources, "build/defines.json", "the one before");
    let secret = [
        "--pass",
        "SUPABASE_SERVICE_ROLE_KEY",
        "--out",
        "build/defines.json",
    ];
    let refused = run(&secret)
        .exits(2)
        .says("E519: everybody can read SUPABASE_SERVICE_ROLE_KEY");
    assert!(!format!("{refused:?}").contains("hunter2"), "{refused:#?}");
    let left = fs::read_to_string(sources.path().join("build/defines.json")).expect("a file");
    assert_eq!(left, "the one before");
    run(&["--out", "build/defines.json"]).exits(0);
    run(&["--pass", "NOWHERE"])
        .exits(2)
        .says("--pass NOWHERE: it is not set");
    write(
        &sources,
        "build/all.env",
        "APP_ENV=staging\nSUPABASE_URL=https://a.example.org\n",
    );
    let all = ["--file", "build/all.env", "--pass-all"];
    assert_eq!(run(&all).exits(0).json(), expected);
    write(
        &sources,
        "build/all.env",
        "APP_ENV=staging\nKEY=sb_secret_hunter2\n",
    );
    run(&all).exits(2).says("E519: everybody can read KEY");
    run(&["--pass", "FLUTTER_APP_FLAVOR"])
        .exits(2)
        .says("Flutter keeps this name for itself");

    let other = [
        ("APP_ENV", "staging"),
        ("APP_RELEASE", "mlpp-web@0.1.1+4110b38a1b2c"),
    ];
    let refused = release(&sources, &other, &["dart-defines", "--json"]).exits(2);
    let codes: Vec<Value> = refused.json()["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|of| of["code"].clone())
        .collect();
    assert_eq!(codes, ["E504", "E517"], "another version, of another commit");
    let version = format!("mlpp-web@0.1.1+{}", &commit[..12]);
    let other = [("APP_ENV", "staging"), ("APP_RELEASE", &version)];
    release(&sources, &other, &["dart-defines"]).exits(2).says("E504");
    write(&sources, "lib/new.dart", "nobody added it");
    run(&[]).exits(2).says("E516");
}

const FRONT: &[(&str, &str)] = &[
    (
        "build/web/version.json",
        r#"{"app_name":"mlpp_web","version":"0.1.0","build_number":"7","package_name":"mlpp_web"}"#,
    ),
    ("build/web/main.dart.js", "main()"),
];

#[test]
fn a_front_says_which_release_it_is() {
    let sources = repository(&[PUBSPEC, (".gitignore", "/build\n")]);
    for (path, text) in FRONT {
        write(&sources, path, text);
    }
    let run = |variables: &[(&str, &str)], args: &[&str]| {
        let usual = [
            "manifest",
            "--dir",
            "build/web",
            "--min-schema",
            "3",
            "--max-schema",
            "5",
        ];
        release(&sources, variables, &[&usual[..], args].concat())
    };
    let left = || fs::read_to_string(sources.path().join(FRONT[0].0)).expect("a manifest");
    run(&[], &[]).exits(2).says("E501");
    run(&[("APP_ENV", "production")], &[]).exits(2).says("E518");
    assert_eq!(left(), FRONT[0].1, "nothing was written");

    let staging = [("APP_ENV", "staging")];
    let printed = run(&staging, &["--json"]).exits(0).json();
    let written: Value = serde_json::from_str(&left()).expect("JSON");
    assert_eq!(printed["built_at"], "2023-11-14T22:13:20Z");
    for (key, value) in printed.as_object().expect("an object") {
        assert_eq!(&written[key], value, "{key}");
    }
    assert_eq!(written["app_name"], "mlpp_web");
    let before = left();
    run(&staging, &[]).exits(0);
    assert_eq!(left(), before, "the same sources say the same");

    write(
        &sources,
        "build/web/flutter_service_worker.js",
        r#"{"version.json": "0"}"#,
    );
    run(&staging, &[]).exits(0).says("build with --pwa-strategy=none");
    symlink("main.dart.js", sources.path().join("build/web/link.js")).expect("a link");
    run(&staging, &[])
        .exits(2)
        .says("build/web: link.js is a symbolic link");
    release(&sources, &staging, &["manifest", "--dir", "build/web"])
        .exits(2)
        .says("--min-schema");
    let turned = [
        "manifest",
        "--dir",
        "build/web",
        "--min-schema",
        "5",
        "--max-schema",
        "3",
    ];
    release(&sources, &staging, &turned)
        .exits(2)
        .says("--min-schema is newer");
}

#[test]
fn web_servers_are_advised() {
    let directory = tempfile::tempdir().expect("a directory");
    for (host, word) in [
        ("firebase", "\"hosting\""),
        ("nginx", "add_header"),
        ("caddy", "file_server"),
    ] {
        let said = release(&directory, &[], &["manifest", "--headers", host]).exits(0);
        assert!(said.stdout.contains(word), "{said:#?}");
        let json = release(&directory, &[], &["manifest", "--headers", host, "--json"])
            .exits(0)
            .json();
        assert_eq!(json["configuration"], said.stdout);
    }
}

#[test]
fn the_published_schema_is_the_programs_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let printed = release(&directory, &[], &["schema"]).exits(0).stdout;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/manifest.schema.json");
    let published = fs::read_to_string(file).expect("docs/manifest.schema.json");
    assert_eq!(
        published, printed,
        "run: cargo run -p vigie -- release schema > docs/manifest.schema.json"
    );
}
