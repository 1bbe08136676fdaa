//! The shipped unit, judged by systemd, and the program in the confinement that the unit asks for.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::geteuid;
use tempfile::TempDir;

use crate::harness::{Answer, World};

/// Who nobody is on every Linux.
const NOBODY: u32 = 65534;

/// What the unit's exposure may be at most, on systemd's scale from 0 (none) to 10.
const EXPOSURE: f64 = 2.0;

/// Makes everything that is mounted read-only, becomes nobody for good, and sees that both are so. $1 is a directory in
/// which somebody could write before; the rest of the words is the command.
const CONFINE: &str = r#"
for mount in $(cut -d' ' -f2 /proc/self/mounts); do mount -o remount,bind,ro "$mount" 2>/dev/null; done
for place in / "$1"; do
    if touch "$place/probe" 2>/dev/null; then echo "$place is not read-only" >&2; exit 99; fi
done
shift
exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs -- sh -c '
    for line in "NoNewPrivs:.1$" "Uid:.65534.65534.65534.65534$" "CapBnd:.0*$" "CapPrm:.0*$"; do
        grep -q "^$line" /proc/self/status || { echo "not confined: $line" >&2; exit 99; }
    done
    exec "$@"' sh "$@"
"#;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/deploy/vigie-sync.service")
}

/// The shipped unit with the program under test in place of the installed one.
fn unit() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("vigie-sync.service");
    let text = fs::read_to_string(shipped()).expect("the unit");
    let installed = "ExecStart=/usr/local/bin/vigie-sync ";
    assert_eq!(text.matches(installed).count(), 1, "{text}");
    let built = format!("ExecStart={} ", env!("CARGO_BIN_EXE_vigie-sync"));
    fs::write(&path, text.replace(installed, &built)).expect("a unit");
    (directory, path)
}

fn analyze(words: &[&str], unit: &Path) -> Answer {
    let installed = Command::new("systemd-analyze").arg("--version").output().is_ok();
    assert!(
        installed,
        "no systemd-analyze (package systemd); `cargo xtask setup` installs it"
    );
    Answer::of(Command::new("systemd-analyze").args(words).arg(unit))
}

#[test]
fn systemd_accepts_the_unit_without_a_complaint() {
    let (_directory, path) = unit();
    let answer = analyze(&["verify", "--man=no"], &path).exits(0);
    assert_eq!(answer.stdout + &answer.stderr, "");
}

#[test]
fn the_unit_exposes_next_to_nothing() {
    let (_directory, path) = unit();
    let answer = analyze(&["security", "--offline=true", "--no-pager"], &path).exits(0);
    let line = answer
        .stdout
        .lines()
        .find(|line| line.contains("Overall exposure level"));
    let line = line.unwrap_or_else(|| panic!("no level in {answer:#?}"));
    println!("{line}");
    let level = line.split_whitespace().find_map(|word| word.parse::<f64>().ok());
    assert!(level.is_some_and(|level| level < EXPOSURE), "{answer:#?}");
}

/// Everything that the confined program may read: itself, its configuration, the URL.
fn readable_by_nobody(world: &World) -> PathBuf {
    let directory = world.directory.path();
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("open to read");
    // Where it was built, nobody may be able to reach it.
    let program = directory.join("vigie-sync");
    fs::copy(env!("CARGO_BIN_EXE_vigie-sync"), &program).expect("a copy of the program");
    world.file("vigie.toml", "");
    world.file("database_url", world.url());
    let url = directory.join("database_url");
    fs::set_permissions(&url, fs::Permissions::from_mode(0o400)).expect("closed");
    chown(&url, Some(NOBODY), Some(NOBODY)).expect("given to nobody");
    program
}

#[test]
fn it_works_without_root_on_a_read_only_file_system_and_without_new_privileges() {
    assert!(
        geteuid().is_root(),
        "this test confines the program as systemd would, for which it must be root itself"
    );
    let world = World::migrated();
    let program = readable_by_nobody(&world);
    let confined = |word: &str| {
        let directory = world.directory.path();
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--propagation", "private", "sh", "-c", CONFINE, "sh"])
            .arg(directory)
            .arg(&program)
            .arg(word)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("APP_ENV", "test")
            .env("VIGIE_DATABASE_URL_FILE", directory.join("database_url"))
            .current_dir(directory);
        Answer::of(&mut command)
    };
    confined("--check-config").exits(0);
    confined("--once").exits(0);
    assert_eq!(world.value("select status from vigie.runs"), "OK");
}
