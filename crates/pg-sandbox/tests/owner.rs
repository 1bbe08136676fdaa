//! A sandbox ends with its owner, however that ends.
//!
//! The owner is this test binary again, running [`owner`] with a file to report to.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt, symlink},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, getpgid},
};
use pg_sandbox::{Options, Sandbox, Script};

const REPORT: &str = "PG_SANDBOX_TEST_REPORT";

/// Not a test of its own: what the other tests start, and kill.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how the other tests talk to the process they start"
)]
fn owner() {
    let Some(report) = std::env::var_os(REPORT) else {
        return;
    };
    let sandbox = Sandbox::start(&Options::from_env()).expect("a sandbox");
    sandbox
        .psql("postgres", Script::Text("select 1;"))
        .expect("an answer");
    let text = format!("{}\n{}\n", sandbox.server_pid(), sandbox.directory().display());
    let unfinished = Path::new(&report).with_extension("tmp");
    fs::write(&unfinished, text).expect("written");
    fs::rename(&unfinished, &report).expect("reported");
    for _ in 0..600 {
        if Path::new(&report).with_extension("stop").exists() {
            return sandbox.stop().expect("nothing is left over");
        }
        sleep(Duration::from_millis(100));
    }
}

struct Owner {
    process: Child,
    server: i32,
    directory: PathBuf,
}

/// Starts an owner whose temporary directory is `home`, and waits until its sandbox answers.
fn start_owner(home: &Path, change: impl FnOnce(&mut Command)) -> Owner {
    let report = home.join("report");
    let _ = fs::remove_file(&report);
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command
        .args(["--exact", "owner"])
        .env(REPORT, &report)
        .env("TMPDIR", home)
        // What a developer may have set for another database must change nothing.
        .env("PGHOST", "db.example.invalid")
        .env("PGOPTIONS", "-c no_such_setting=1")
        .env("PGSERVICE", "none")
        .stdout(Stdio::null())
        .process_group(0);
    change(&mut command);
    let mut process = command.spawn().expect("an owner");
    let text = wait_for("the owner's report", || {
        assert!(
            process.try_wait().expect("ours").is_none(),
            "the owner ended early"
        );
        fs::read_to_string(&report).ok()
    });
    let (server, directory) = text.trim().split_once('\n').expect("two lines");
    assert!(
        directory.starts_with(&home.display().to_string()),
        "{directory} is not in {}",
        home.display()
    );
    Owner {
        process,
        server: server.parse().expect("a pid"),
        directory: PathBuf::from(directory),
    }
}

impl Owner {
    fn kill(&mut self) {
        self.process.kill().expect("SIGKILL");
        self.process.wait().expect("reaped");
    }

    fn kill_supervisors(&self) {
        let shells = supervisors(self.server);
        assert!(shells.len() >= 2, "the shell and its stopper: {shells:?}");
        for pid in shells {
            kill(Pid::from_raw(pid), Signal::SIGKILL).expect("SIGKILL");
        }
    }

    fn server_lives(&self) -> bool {
        lives(self.server)
    }
}

/// The shells of the supervisor: all of the server's process group but the server.
fn supervisors(server: i32) -> Vec<i32> {
    let group = getpgid(Some(Pid::from_raw(server))).expect("a group");
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| *pid != server && getpgid(Some(Pid::from_raw(*pid))) == Ok(group))
        .collect()
}

/// A process that has ended but that nobody has reaped yet does not live.
fn lives(pid: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z") && !status.contains(") X")
}

fn wait_for<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        if let Some(value) = poll() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        sleep(Duration::from_millis(20));
    }
}

/// A temporary directory for owners, reachable for an unprivileged user.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o1777)).expect("a mode");
    home
}

#[test]
fn an_owner_killed_outright_leaves_neither_server_nor_directory() {
    let home = home();
    let mut owner = start_owner(home.path(), |_| {});
    assert!(owner.server_lives() && owner.directory.exists());
    owner.kill();
    wait_for("the server to end", || (!owner.server_lives()).then_some(()));
    wait_for("the directory to go", || {
        (!owner.directory.exists()).then_some(())
    });
}

#[test]
fn ctrl_c_reaches_the_owner_only() {
    let home = home();
    let mut owner = start_owner(home.path(), |_| {});
    let group = |pid: u32| getpgid(Some(Pid::from_raw(pid.cast_signed()))).expect("a group");
    assert_ne!(group(owner.process.id()), group(owner.server.cast_unsigned()));
    owner.kill();
    wait_for("the directory to go", || {
        (!owner.directory.exists()).then_some(())
    });
}

#[test]
fn when_the_supervisor_is_killed_too_the_kernel_ends_the_server_and_the_next_start_sweeps() {
    let home = home();
    let mut owner = start_owner(home.path(), |_| {});
    owner.kill_supervisors();
    owner.kill();
    wait_for("the server to end", || (!owner.server_lives()).then_some(()));
    assert!(owner.directory.exists(), "nobody is left to remove it");

    let mut next = start_owner(home.path(), |_| {});
    assert!(!owner.directory.exists(), "not swept");
    assert!(next.server_lives() && next.directory.exists());
    next.kill();
    wait_for("the directory to go", || (!next.directory.exists()).then_some(()));
}

#[test]
fn an_orphaned_server_is_ended_by_the_next_start_and_a_living_one_is_left_alone() {
    let home = home();
    // Without setpriv nothing ends the server when its supervisor is killed.
    let programs = without_setpriv(home.path());
    let mut orphaned = start_owner(home.path(), |command| {
        command.env("PATH", &programs);
    });
    orphaned.kill_supervisors();
    orphaned.kill();
    sleep(Duration::from_millis(300));
    assert!(
        orphaned.server_lives(),
        "it should have been orphaned for this test"
    );

    let mut one = start_owner(home.path(), |_| {});
    assert!(!orphaned.server_lives(), "the orphan lives");
    assert!(!orphaned.directory.exists(), "not swept");
    let mut two = start_owner(home.path(), |_| {});
    assert!(
        one.server_lives() && one.directory.exists(),
        "a living owner's server was swept"
    );
    for owner in [&mut one, &mut two] {
        owner.kill();
        wait_for("the directory to go", || {
            (!owner.directory.exists()).then_some(())
        });
    }
}

#[test]
fn stopping_cleans_up_after_a_supervisor_that_was_killed() {
    let home = home();
    let programs = without_setpriv(home.path());
    let mut owner = start_owner(home.path(), |command| {
        command.env("PATH", &programs);
    });
    owner.kill_supervisors();
    sleep(Duration::from_millis(300));
    assert!(owner.server_lives(), "nobody but its owner can end it");
    fs::write(home.path().join("report.stop"), "").expect("told to stop");
    assert!(owner.process.wait().expect("ended").success());
    // At once: a server whose directory is gone ends by itself too, but only when it notices.
    sleep(Duration::from_secs(1));
    assert!(
        !owner.server_lives(),
        "stop came back before the server had ended"
    );
    assert!(!owner.directory.exists());
}

#[test]
fn a_directory_that_somebody_took_away_holds_nobody_up() {
    let sandbox = Sandbox::start(&Options::from_env()).expect("a sandbox");
    let shells = supervisors(sandbox.server_pid());
    assert!(shells.len() >= 2, "the shell and its stopper: {shells:?}");
    let server = Pid::from_raw(sandbox.server_pid());
    // Held still: it must not notice, and end, while its directory is still there.
    kill(server, Signal::SIGSTOP).expect("SIGSTOP");
    // Its processes may write a file into a directory that is just being emptied.
    let mut tries = 0;
    while let Err(error) = fs::remove_dir_all(sandbox.directory()) {
        tries += 1;
        assert!(tries < 100, "taken away: {error}");
    }
    kill(server, Signal::SIGKILL).expect("SIGKILL");
    // By itself, while its owner still holds it: then stopping has nobody to wait for.
    wait_for("the supervisor to end", || {
        shells.iter().all(|pid| !lives(*pid)).then_some(())
    });
    sandbox.stop().expect("nothing is left over");
}

/// A directory for `PATH` with all that a supervisor needs but `setpriv`.
fn without_setpriv(home: &Path) -> PathBuf {
    let programs = home.join("programs");
    fs::create_dir(&programs).expect("a directory");
    for name in ["cat", "rm", "sleep"] {
        symlink(Path::new("/bin").join(name), programs.join(name)).expect("a link");
    }
    programs
}
