//! What cannot be read is said, and nothing is written. In a program of its own: it gives up the rights of its user.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
};

use nix::unistd::{Uid, geteuid, seteuid};
use release_info::manifest::{self, CONTENTS_FILE, MANIFEST_FILE};

/// Who may read nothing but what everybody may.
const NOBODY: u32 = 65_534;

#[test]
fn a_front_that_cannot_be_read_is_no_release() {
    let front = tempfile::tempdir().expect("a directory");
    let set = |path: &str, mode| {
        fs::set_permissions(front.path().join(path), Permissions::from_mode(mode)).expect(path);
    };
    set("", 0o777);
    fs::create_dir(front.path().join("assets")).expect("a folder");
    fs::write(front.path().join("assets/font.otf"), "font").expect("written");
    fs::write(front.path().join(MANIFEST_FILE), "{}").expect("written");
    let release = "mlpp-web@0.1.0+4110b38a1b2c".parse().expect("a release");
    let ours = release_info::Manifest::new(release_info::AppEnv::Test, &release, None, &(1..=1));
    // A system's administrator reads everything.
    let administrator = geteuid();
    let publish = || {
        if administrator.is_root() {
            seteuid(Uid::from_raw(NOBODY)).expect("nobody");
        }
        let outcome = manifest::publish(front.path(), ours.clone());
        seteuid(administrator).expect("back");
        outcome.expect_err("a refusal").to_string()
    };

    set("assets/font.otf", 0o000);
    assert_eq!(publish(), "assets/font.otf: Permission denied (os error 13)");
    set("assets/font.otf", 0o644);
    set("assets", 0o000);
    assert_eq!(publish(), "assets: Permission denied (os error 13)");
    set("assets", 0o755);
    set(MANIFEST_FILE, 0o000);
    assert_eq!(publish(), "version.json: Permission denied (os error 13)");
    set(MANIFEST_FILE, 0o644);
    set("", 0o555);
    assert_eq!(publish(), "release-files.json: permission denied");
    assert_eq!(
        fs::read_to_string(front.path().join(MANIFEST_FILE)).expect("read"),
        "{}"
    );
    assert!(!front.path().join(CONTENTS_FILE).exists());
}
