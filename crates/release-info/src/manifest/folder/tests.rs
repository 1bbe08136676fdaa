use std::os::unix::{
    ffi::OsStrExt as _,
    fs::{PermissionsExt as _, symlink},
    net::UnixListener,
};

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::AppEnv;

const FLUTTERS: &str =
    r#"{"app_name":"mlpp_web","version":"0.1.0","build_number":"7","package_name":"mlpp_web"}"#;

/// A web front as Flutter leaves it.
fn front() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (path, text) in [
        (MANIFEST_FILE, FLUTTERS),
        ("index.html", "<!DOCTYPE html>"),
        ("main.dart.js", "main()"),
        ("assets/fonts/a b.otf", "font"),
        ("assets-more/é.txt", "accent"),
        (".well-known/assetlinks.json", "[]"),
        (".last_build_id", "0123"),
    ] {
        write(&directory, path, text);
    }
    directory
}

fn write(directory: &TempDir, path: &str, text: &str) {
    let path = directory.path().join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, text).expect("written");
}

fn read(directory: &TempDir, path: &str) -> String {
    fs::read_to_string(directory.path().join(path)).expect(path)
}

fn manifest() -> Manifest {
    let release = "mlpp-web@0.1.0+4110b38a1b2c".parse().expect("a release");
    Manifest::new(AppEnv::Staging, &release, None, &(3..=5))
}

/// Why it is refused. Nothing was written then.
fn refused(directory: &TempDir) -> String {
    let before = fs::read(directory.path().join(MANIFEST_FILE)).ok();
    let why = publish(directory.path(), manifest())
        .expect_err("a refusal")
        .to_string();
    assert_eq!(
        fs::read(directory.path().join(MANIFEST_FILE)).ok(),
        before,
        "{why}"
    );
    assert!(!directory.path().join(CONTENTS_FILE).exists(), "{why}");
    let place = directory.path().to_string_lossy().into_owned();
    assert!(!why.contains(&place), "a path of this machine: {why}");
    why
}

#[test]
fn flutters_keys_stay_and_ours_are_added() {
    let front = front();
    let written = publish(front.path(), manifest()).expect("published");
    let hash = written.content_sha256.clone().expect("a hash");
    let expected = json!({
        "app_name": "mlpp_web", "version": "0.1.0", "build_number": "7", "package_name": "mlpp_web",
        "schema": 1, "package": "mlpp-web", "release": "mlpp-web@0.1.0+4110b38a1b2c", "commit": "4110b38a1b2c",
        "environment": "staging", "built_at": null, "min_schema": 3, "max_schema": 5, "content_sha256": hash,
    });
    let json: Value = serde_json::from_str(&read(&front, MANIFEST_FILE)).expect("JSON");
    assert_eq!(json, expected, "these keys, and no others");

    let listed = Contents::parse(&read(&front, CONTENTS_FILE)).expect("a list");
    let paths: Vec<&str> = listed.files().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        [
            ".well-known/assetlinks.json",
            "assets-more/é.txt",
            "assets/fonts/a b.otf",
            "index.html",
            "main.dart.js"
        ]
    );
    assert!(listed.are_of(&written));
    assert!(!listed.are_of(&manifest()), "a manifest that says nothing");
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let (first, second) = (front(), front());
    for front in [&first, &second, &first] {
        publish(front.path(), manifest()).expect("published");
    }
    for file in [MANIFEST_FILE, CONTENTS_FILE] {
        assert_eq!(read(&first, file), read(&second, file), "{file}");
    }
    write(&second, "main.dart.js", "main();");
    let other = publish(second.path(), manifest()).expect("published");
    let ours = Contents::parse(&read(&first, CONTENTS_FILE)).expect("a list");
    assert!(!ours.are_of(&other));
    let served = contents(second.path()).expect("contents");
    let changed = [super::super::Difference::Changed("main.dart.js".to_owned())];
    assert_eq!(ours.differences(&served), changed);
}

#[test]
fn whoever_may_read_the_front_may_read_the_manifest() {
    let front = front();
    let path = front.path().join(MANIFEST_FILE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    publish(front.path(), manifest()).expect("published");
    for file in [MANIFEST_FILE, CONTENTS_FILE] {
        let mode = fs::metadata(front.path().join(file))
            .expect(file)
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o644, "{file}");
    }
    let left = fs::read_dir(front.path()).expect("read").count();
    assert_eq!(left, 8, "and nothing else is left behind");
}

#[test]
fn what_is_no_web_front_is_refused() {
    let empty = tempfile::tempdir().expect("a directory");
    assert!(refused(&empty).starts_with("there is no version.json in it"));
    write(&empty, MANIFEST_FILE, FLUTTERS);
    write(&empty, ".last_build_id", "0123");
    assert!(refused(&empty).starts_with("nothing but version.json"));
    for text in ["", "[]", "<!DOCTYPE html>", "{\"version\":"] {
        let front = front();
        write(&front, MANIFEST_FILE, text);
        assert!(refused(&front).contains("no JSON object"), "{text}");
    }
    let front = front();
    write(&front, MANIFEST_FILE, &" ".repeat(2 * 1024 * 1024));
    assert!(refused(&front).contains("no JSON object"));
    let nowhere = publish(Path::new("/nowhere/at/all"), manifest()).expect_err("a refusal");
    assert!(matches!(nowhere, FolderError::NoManifest), "{nowhere}");
}

#[test]
fn a_front_of_another_version_is_refused() {
    let front = front();
    write(&front, MANIFEST_FILE, r#"{"version":"0.1.1"}"#);
    assert_eq!(
        refused(&front),
        "version.json says version 0.1.1, and the release is mlpp-web@0.1.0+4110b38a1b2c; build again"
    );
    write(&front, MANIFEST_FILE, r#"{"version":"0.1.0+7"}"#);
    publish(front.path(), manifest()).expect("a build number is no other version");
}

#[test]
fn a_build_that_was_released_is_not_released_under_another_name() {
    let front = front();
    publish(front.path(), manifest()).expect("published");
    let other = |release: &str, env| {
        let release = release.parse().expect("a release");
        publish(front.path(), Manifest::new(env, &release, None, &(3..=5))).map_err(|why| why.to_string())
    };
    let before = read(&front, MANIFEST_FILE);
    for (release, env, named) in [
        (
            "mlpp-web@0.1.0+4110b38a1b2d",
            AppEnv::Staging,
            "mlpp-web@0.1.0+4110b38a1b2d (staging)",
        ),
        (
            "mlpp-web@0.1.0+4110b38a1b2c",
            AppEnv::Production,
            "mlpp-web@0.1.0+4110b38a1b2c (production)",
        ),
    ] {
        let why = format!(
            "version.json says that it is mlpp-web@0.1.0+4110b38a1b2c (staging) already, and the release is {named}; \
             take the folder away and build again"
        );
        assert_eq!(other(release, env), Err(why));
        assert_eq!(read(&front, MANIFEST_FILE), before);
    }
}

#[test]
fn what_a_host_may_serve_otherwise_is_refused() {
    let linked = front();
    symlink("main.dart.js", linked.path().join("assets/main.js")).expect("a link");
    assert!(refused(&linked).starts_with("assets/main.js is a symbolic link"));
    let folder = front();
    symlink(".", folder.path().join("assets/again")).expect("a link");
    assert!(refused(&folder).starts_with("assets/again is a symbolic link"));
    let manifest = front();
    fs::rename(
        manifest.path().join(MANIFEST_FILE),
        manifest.path().join("other.json"),
    )
    .expect("moved");
    symlink("other.json", manifest.path().join(MANIFEST_FILE)).expect("a link");
    assert!(refused(&manifest).starts_with("version.json is a symbolic link"));
    let socket = front();
    let _listener = UnixListener::bind(socket.path().join("socket")).expect("a socket");
    assert!(refused(&socket).starts_with("socket is neither a file nor a folder"));
    for name in [&b"bad\xff"[..], b"two\nlines", b"back\\slash"] {
        let named = front();
        let path = named.path().join(std::ffi::OsStr::from_bytes(name));
        fs::write(path, "text").expect("written");
        assert!(refused(&named).contains("no name that can be served"), "{name:?}");
    }
}

#[test]
fn a_service_worker_that_keeps_the_manifest_is_seen() {
    let front = front();
    assert!(!is_kept_by_service_worker(front.path()));
    write(
        &front,
        "flutter_service_worker.js",
        "const RESOURCES = {\"main.dart.js\": \"0\"};",
    );
    assert!(!is_kept_by_service_worker(front.path()));
    write(
        &front,
        "flutter_service_worker.js",
        "const RESOURCES = {\"version.json\": \"0\"};",
    );
    assert!(is_kept_by_service_worker(front.path()));
}

#[test]
fn nothing_is_half_written() {
    let front = front();
    // A folder of that name cannot be replaced by a file.
    fs::create_dir(front.path().join(CONTENTS_FILE)).expect("a folder");
    let why = publish(front.path(), manifest())
        .expect_err("a refusal")
        .to_string();
    assert!(why.starts_with("release-files.json: "), "{why}");
    assert_eq!(read(&front, MANIFEST_FILE), FLUTTERS);
    assert_eq!(
        fs::read_dir(front.path()).expect("read").count(),
        8,
        "nothing is left behind"
    );
}
