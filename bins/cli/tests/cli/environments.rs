//! `vigie env check`, and every command of the guide to environments.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    harness::{Answer, vigie},
    release_sources::repository,
};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/environments.md");

fn checked(directory: &Path, variables: &[(&str, &str)], args: &[&str]) -> Answer {
    let mut command = vigie(directory);
    command.env_clear().args(["env", "check"]).args(args);
    Answer::of(command.envs(variables.iter().copied()))
}

fn codes(answer: &Answer) -> Vec<Value> {
    let problems = answer.json()["problems"].clone();
    let problems = problems.as_array().expect("problems");
    problems.iter().map(|problem| problem["code"].clone()).collect()
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let wrong = [
        ("APP_ENV", "production"),
        ("APP_RELEASE", "mlpp-web@0.1.0+4110b38"),
        ("SENTRY_ENVIRONMENT", "staging"),
        ("SUPABASE_ANON_KEY", "sb_secret_hunter2"),
    ];
    let said = checked(directory.path(), &wrong, &[]).exits(2);
    let codes_said: Vec<&str> = said
        .stdout
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(code, _)| code)
        .collect();
    assert_eq!(codes_said, ["E504", "E513", "E518", "E519"], "{said:#?}");
    assert!(
        said.stdout.ends_with("registers none.\n4 problems.\n"),
        "{said:#?}"
    );
    let json = checked(directory.path(), &wrong, &["--json"]).exits(2);
    assert_eq!(codes(&json), ["E504", "E513", "E518", "E519"]);
    for answer in [said, json] {
        assert!(!format!("{answer:?}").contains("hunter2"), "{answer:#?}");
    }
    let fine = checked(directory.path(), &[("APP_ENV", "test")], &["--json"]).exits(0);
    assert_eq!(
        fine.json(),
        json!({
            "environment": "test", "release": null, "problems": [], "registered_hosts": 0, "unregistered": []
        })
    );
}

#[test]
fn a_file_is_judged_instead_of_the_environment() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("test.env");
    fs::write(&path, "# ours\nexport APP_ENV='test'\n").expect("written");
    let around = [("APP_ENV", "prod")];
    checked(directory.path(), &around, &["--file", "test.env"]).exits(0);
    checked(directory.path(), &around, &[]).exits(2);
    fs::write(&path, "APP_ENV=test\nhunter2\n").expect("written");
    let said = checked(directory.path(), &[], &["--file", "test.env"]).exits(2);
    assert!(!said.stderr.contains("hunter2"), "{said:#?}");
    said.says("test.env:2: no = stands in it");
    checked(directory.path(), &[], &["--file", "nowhere.env"])
        .exits(2)
        .says("nowhere.env cannot be read");
}

#[test]
fn hosts_are_registered_in_the_configuration() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("vigie.toml"), block("toml")).expect("written");
    for (host, expected) in [
        ("efgh.supabase.co", &[][..]),
        ("abcd.supabase.co", &["E505"]),
        ("db.abcd.supabase.co", &["E505"]),
    ] {
        let url = format!("https://{host}");
        let variables = [
            ("APP_ENV", "staging"),
            ("APP_RELEASE", "mlpp-web@0.1.0+4110b38a1b2c"),
            ("SUPABASE_URL", &url),
        ];
        assert_eq!(
            codes(&checked(directory.path(), &variables, &["--json"])),
            expected,
            "{host}"
        );
    }
    let unknown = [("APP_ENV", "test"), ("API_URL", "https://nobody.example.org")];
    let said = checked(directory.path(), &unknown, &[]).exits(0);
    assert!(
        said.stdout.contains("hosts are not registered: API_URL."),
        "{said:#?}"
    );
    let said = checked(directory.path(), &unknown, &["--json"]).exits(0).json();
    assert_eq!(
        (&said["registered_hosts"], &said["unregistered"]),
        (&json!(4), &json!(["API_URL"]))
    );
}

/// The first block of the guide in a language.
fn block(language: &str) -> String {
    blocks(language).remove(0)
}

fn blocks(language: &str) -> Vec<String> {
    let guide = fs::read_to_string(GUIDE).expect("the guide");
    let all = guide.split("```").skip(1).step_by(2);
    all.filter_map(|block| block.strip_prefix(&format!("{language}\n")).map(str::to_owned))
        .collect()
}

/// A project of Flutter's, and what stands for Flutter: it builds a front with what it is told to compile in.
fn project() -> TempDir {
    let directory = repository(&[
        ("pubspec.yaml", "name: mlpp_web\nversion: 0.1.0+7\n"),
        (".gitignore", "/build\n/tools\n"),
        ("production.env", &block("ini")),
        ("vigie.toml", &block("toml")),
    ]);
    let tools = directory.path().join("tools");
    fs::create_dir(&tools).expect("a folder");
    let flutter = tools.join("flutter");
    let script = "#!/bin/sh -e\n\
                  [ \"$*\" = 'build web --pwa-strategy=none --dart-define-from-file=build/defines.json' ]\n\
                  mkdir -p build/web/assets\ncp build/defines.json build/web/main.dart.js\n\
                  echo '<!DOCTYPE html>' > build/web/index.html\necho x > 'build/web/assets/a b.otf'\n\
                  echo 0 > build/web/.last_build_id\n\
                  mkdir -p build/web/.well-known\necho '[]' > build/web/.well-known/assetlinks.json\n\
                  echo '{\"app_name\":\"mlpp_web\",\"version\":\"0.1.0\",\"build_number\":\"7\"}' \
                  > build/web/version.json\n";
    fs::write(&flutter, script).expect("written");
    fs::set_permissions(&flutter, fs::Permissions::from_mode(0o755)).expect("a program");
    fs::create_dir(directory.path().join("build")).expect("a folder");
    directory
}

#[test]
fn the_commands_of_the_guide_run() {
    let project = project();
    let program = crate::vigie();
    let place = program.parent().expect("a directory").display();
    #[expect(clippy::disallowed_methods, reason = "where the shell finds its programs")]
    let path = std::env::var("PATH").expect("a PATH");
    let script = blocks("sh").join("\n");
    assert!(
        script.lines().filter(|line| line.contains("vigie ")).count() >= 7,
        "{script}"
    );
    let run = || {
        Answer::of(
            Command::new("sh")
                .args(["-euc", &script])
                .env_clear()
                .env(
                    "PATH",
                    format!("{place}:{}/tools:{path}", project.path().display()),
                )
                .current_dir(project.path())
                .stdin(Stdio::null()),
        )
        .exits(0)
    };
    let said = run();
    let read = |path: &str| -> Value {
        let text = fs::read_to_string(project.path().join(path)).expect(path);
        serde_json::from_str(&text).expect("JSON")
    };
    let manifest = read("build/web/version.json");
    assert_eq!(manifest["app_name"], "mlpp_web");
    assert_eq!(manifest["environment"], "production");
    let release = manifest["release"].as_str().expect("a release");
    let commit = manifest["commit"].as_str().expect("a commit");
    assert_eq!(release, format!("mlpp-web@0.1.0+{commit}"), "clean");
    let defines = read("build/defines.json");
    assert_eq!(defines["APP_RELEASE"], release);
    assert_eq!(defines["SUPABASE_ANON_KEY"], "sb_publishable_0123456789");
    assert_eq!(defines.as_object().expect("an object").len(), 6, "{defines}");
    let hash = manifest["content_sha256"].as_str().expect("a hash");
    assert!(
        said.stdout.contains(&format!("{hash}  -\n")),
        "anybody computes {hash}: {said:#?}"
    );

    let files = ["build/web/version.json", "build/web/release-files.json"].map(|path| (path, read(path)));
    run();
    for (path, before) in files {
        assert_eq!(read(path), before, "two builds of one commit say the same");
    }
}
