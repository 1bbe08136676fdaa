//! The script that releases a web front (`docs/deploy/release-web.sh`), with stand-ins for Flutter and for the host's tool.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use release_info::host::{Host, Site};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, World},
    release_sources::{commit, git, write},
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/deploy/release-web.sh");

/// Compiles what it is told into a front, as far as a test can see.
const FLUTTER: &str = r#"#!/bin/sh
set -e
echo "$*" > build/flutter
mkdir -p build/web
cp lib/main.dart build/web/main.dart.js
echo '{"app_name":"depot_web","version":"1.3.2","build_number":"7"}' > build/web/version.json
"#;

/// Keeps every version that was served.
const FIREBASE: &str = r#"#!/bin/sh
set -e
mkdir -p build/host
case $1 in
deploy)
    [ ! -e build/refuses ] || { echo '{"status":"error","error":"quota"}'; exit 1; }
    version=v$(ls build/host | wc -l)
    cp -r build/web "build/host/$version"
    echo "{\"status\":\"success\",\"result\":{\"hosting\":\"sites/depot/versions/$version\"}}" ;;
hosting:clone)
    version=${2#depot@}
    [ "$3" = depot:live ] ;;
esac
ln -sfn "host/$version" build/live
[ ! -e build/stumbles ]
"#;

struct Front {
    world: World,
    host: Host,
}

impl Front {
    fn new() -> Self {
        let (world, host) = (World::migrated(), Host::start(Site::default()).expect("a port"));
        let configuration = format!(
            "web.version_url = \"{}\"\n[[release.host]]\nenvironment = \"production\"\ntarget = \"web\"\n\
             firebase_site = \"depot\"\n",
            host.url("/version.json")
        );
        git(
            world.directory.path(),
            &["init", "--quiet", "--initial-branch=main"],
        );
        let files = [
            (".gitignore", "/build/\n"),
            ("vigie.toml", &*configuration),
            ("pubspec.yaml", "name: depot_web\nversion: 1.3.2+7\n"),
            (
                "production.env",
                "APP_ENV=production\nERROR_REPORTING=off\nSUPABASE_URL=https://a.example.org\nGREETING='à bientôt'\n",
            ),
            ("lib/main.dart", "first"),
            ("tools/flutter", FLUTTER),
            ("tools/firebase", FIREBASE),
        ];
        for (path, text) in &files {
            write(&world.directory, path, text);
        }
        world.executes("chmod +x tools/*").exits(0);
        commit(&world.directory, &[]);
        Self { world, host }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.world.directory.path().join(name)
    }

    /// Executes a line, while the host serves what is live.
    fn executes(&self, line: &str) -> Answer {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut served = None;
                while !is_over.load(Ordering::Relaxed) {
                    let points_to = fs::read_link(self.path("build/live")).ok();
                    if points_to != served {
                        self.host.deploy(site(&self.path("build/live")));
                        served = points_to;
                    }
                    thread::sleep(Duration::from_millis(20));
                }
            });
            let answer = self.world.executes(&format!("PATH=$PWD/tools:$PATH\n{line}"));
            is_over.store(true, Ordering::Relaxed);
            answer
        })
    }

    fn releases(&self) -> Answer {
        self.executes(&format!(
            "export MIN_SCHEMA=0 MAX_SCHEMA=99999999999999\n{SCRIPT} production"
        ))
    }

    fn story(&self) -> String {
        let story = "select coalesce(string_agg(kind, ' ' order by id), '') from vigie.release_events";
        self.world.value(story)
    }

    fn read(&self, name: &str) -> Value {
        let text = fs::read_to_string(self.path(name)).expect("written");
        serde_json::from_str(&text).expect("JSON")
    }
}

/// What a web server makes of a folder.
fn site(folder: &Path) -> Site {
    let mut site = Site::default();
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (name, body) = (file.file_name(), fs::read(file.path()).expect("read"));
        let name = name.to_string_lossy();
        let content_type = if name.ends_with(".json") {
            "application/json"
        } else {
            "text/javascript"
        };
        site = site.with(&format!("/{name}"), content_type, body);
    }
    site
}

#[test]
fn a_release_is_built_served_seen_and_taken_back() {
    let front = Front::new();
    let here = front.world.directory.path();
    front.releases().exits(0);
    let commits = || git(here, &["rev-parse", "HEAD"]);
    let first = commits();
    let release = format!("depot-web@1.3.2+{}", &first[..12]);
    let defines = json!({
        "APP_ENV": "production", "APP_RELEASE": release, "APP_RELEASE_COMMIT": first,
        "ERROR_REPORTING": "off", "SUPABASE_URL": "https://a.example.org", "GREETING": "à bientôt",
    });
    assert_eq!(front.read("build/defines.json"), defines);
    let told = fs::read_to_string(front.path("build/flutter")).expect("Flutter was called");
    assert!(
        told.contains("--dart-define-from-file=build/defines.json"),
        "{told}"
    );
    assert_eq!(front.read("build/live/version.json")["release"], *release);
    assert_eq!(front.story(), "started deployed verify_passed");
    let kept = "select provider_version || ' ' || min_schema || ' ' || max_schema from vigie.releases";
    assert_eq!(front.world.value(kept), "v0 0 99999999999999");

    commit(&front.world.directory, &[("lib/main.dart", "second")]);
    front.releases().exits(0);
    let second = commits();
    assert_ne!(first, second);
    let served = || fs::read_to_string(front.path("build/live/main.dart.js")).expect("served");
    assert_eq!(served(), "second");

    let plan = "vigie release rollback-plan --env production --target web --json";
    let plan = front.executes(plan).exits(0).json();
    assert_eq!(plan["to"], *release);
    for step in plan["steps"].as_array().expect("steps") {
        front
            .executes(step["command"].as_str().expect("a command"))
            .exits(0);
    }
    assert_eq!(served(), "first");
    assert_eq!(commits(), second, "nothing was checked out");
    // What is kept for the incident, and nothing else.
    assert_eq!(git(here, &["status", "--porcelain"]), "?? rollback-look.json");
    assert_eq!(git(here, &["branch", "--show-current"]), "main");
}

#[test]
fn what_nobody_could_name_is_not_released() {
    let front = Front::new();
    let refused = |words: &str| {
        front.releases().exits(2).says(words);
        assert!(!front.path("build/flutter").exists(), "nothing is built");
        assert_eq!(front.story(), "");
    };
    write(&front.world.directory, "lib/new.dart", "nobody added it");
    refused("lib/new.dart");
    commit(&front.world.directory, &[(".gitignore", "/build/\n*.env\n")]);
    git(
        front.world.directory.path(),
        &["rm", "--quiet", "--cached", "production.env"],
    );
    commit(&front.world.directory, &[]);
    refused("production.env is not in git");
    commit(&front.world.directory, &[(".gitignore", "/build/\n")]);
    commit(&front.world.directory, &[("production.env", "APP_ENV=staging\n")]);
    refused("production.env says another APP_ENV");
    commit(
        &front.world.directory,
        &[(
            "production.env",
            "APP_ENV=production\nERROR_REPORTING=off\nKEY=sb_secret_hunter2\n",
        )],
    );
    refused("E519");
    front.executes(SCRIPT).exits(2).says("say where to");
    front
        .executes(&format!("{SCRIPT} staging"))
        .exits(2)
        .says("staging.env is not here");
    front
        .executes(&format!("{SCRIPT} production"))
        .exits(2)
        .says("MIN_SCHEMA and MAX_SCHEMA");
}

#[test]
fn what_the_host_does_not_confirm_stays_open_until_somebody_has_looked() {
    let front = Front::new();
    let recorded = |answer: &Answer, kind: &str| {
        let command = format!("vigie release record {kind} ");
        let line = answer
            .stderr
            .lines()
            .find(|line| line.contains(&command))
            .expect("what to record");
        front.executes(line.trim()).exits(0);
    };
    write(&front.world.directory, "build/refuses", "");
    let unknown = front.releases().exits(3).says("firebase deploy failed");
    assert_eq!(front.story(), "started");
    assert!(!front.path("build/live").exists());
    recorded(&unknown, "failed");
    assert_eq!(front.story(), "started failed");

    // It went live, and said that it failed.
    fs::rename(front.path("build/refuses"), front.path("build/stumbles")).expect("renamed");
    let unknown = front.releases().exits(3).says("firebase deploy failed");
    let look = unknown
        .stderr
        .lines()
        .find(|line| line.contains("vigie release verify"))
        .expect("how to look");
    front.executes(look.trim()).exits(0);
    recorded(&unknown, "deployed");
    assert_eq!(front.story(), "started failed started deployed");
}
