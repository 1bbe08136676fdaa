//! A sandbox from start to stop.

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::MetadataExt,
    path::Path,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use pg_sandbox::{Error, Options, SUPPORTED, Sandbox, Script};

fn start(options: &Options) -> Sandbox {
    Sandbox::start(options).expect("PostgreSQL 15 to 18 is installed and starts")
}

fn ask(sandbox: &Sandbox, sql: &str) -> String {
    sandbox
        .psql("postgres", Script::Text(sql))
        .expect("an answer")
        .trim()
        .to_owned()
}

/// A directory that an unprivileged user can reach.
fn open_directory() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a directory");
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o1777)).expect("a mode");
    directory
}

#[test]
fn it_starts_and_answers_and_is_gone_afterwards() {
    let sandbox = start(&Options::from_env());
    assert_eq!(ask(&sandbox, "select 1 + 1;"), "2");
    assert!(SUPPORTED.contains(&sandbox.version().major));
    let told = ask(&sandbox, "show server_version_num;");
    assert_eq!(
        told.parse::<u32>().expect("a number") / 10_000,
        sandbox.version().major
    );
    assert_eq!(ask(&sandbox, "show server_encoding;"), "UTF8");

    let (directory, port) = (sandbox.directory().to_owned(), sandbox.port());
    let process = Path::new("/proc").join(sandbox.server_pid().to_string());
    assert!(directory.exists() && process.exists());
    drop(sandbox);
    assert!(!directory.exists(), "{} is still there", directory.display());
    assert!(!process.exists(), "the server is still there");
    assert!(
        TcpStream::connect(("127.0.0.1", port)).is_err(),
        "something still listens"
    );
}

#[test]
fn it_is_private() {
    let sandbox = start(&Options::from_env());
    // Never as root, whoever runs this test.
    let process = Path::new("/proc").join(sandbox.server_pid().to_string());
    assert_ne!(fs::metadata(process).expect("the server lives").uid(), 0);
    let mode = fs::metadata(sandbox.directory()).expect("a directory").mode();
    assert_eq!(mode & 0o077, 0, "open to others: {mode:o}");

    assert_eq!(ask(&sandbox, "show unix_socket_directories;"), "");
    let methods = ask(&sandbox, "select distinct auth_method from pg_hba_file_rules;");
    assert_eq!(methods, "scram-sha-256", "somebody gets in without a password");

    // What the kernel says: exactly one listening socket, on 127.0.0.1.
    let port = format!("{:04X}", sandbox.port());
    let mut listening = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in fs::read_to_string(table).unwrap_or_default().lines().skip(1) {
            let mut fields = line.split_whitespace().skip(1);
            let (local, _, state) = (fields.next(), fields.next(), fields.next());
            let (address, local_port) = local.and_then(|local| local.split_once(':')).expect("an address");
            if local_port == port && state == Some("0A") {
                listening.push(address.to_owned());
            }
        }
    }
    assert_eq!(listening, ["0100007F"], "127.0.0.1 as the kernel writes it");
}

#[test]
fn the_password_is_in_the_url_only() {
    let sandbox = start(&Options::from_env());
    let url = sandbox.url("my base");
    let password = url
        .split(':')
        .nth(2)
        .and_then(|rest| rest.split('@').next())
        .expect("a password");
    assert!(
        password.len() >= 32,
        "{} characters are guessable",
        password.len()
    );
    assert!(url.ends_with(&format!("@127.0.0.1:{}/my%20base", sandbox.port())));
    let debug = format!("{sandbox:?}");
    assert!(!debug.contains(password), "{debug}");
    assert!(debug.contains(&sandbox.port().to_string()), "{debug}");
}

#[test]
fn two_at_once_share_nothing() {
    let (one, two) = (start(&Options::from_env()), start(&Options::from_env()));
    assert_ne!(one.port(), two.port());
    assert_ne!(one.directory(), two.directory());
    ask(&one, "create table only_here ();");
    assert_eq!(ask(&two, "select to_regclass('only_here') is null;"), "t");
}

#[test]
fn settings_reach_the_server() {
    let options = Options::from_env()
        .setting("max_connections", "33")
        .setting("vigie.word", "it's");
    let sandbox = start(&options);
    assert_eq!(ask(&sandbox, "show max_connections;"), "33");
    assert_eq!(ask(&sandbox, "show vigie.word;"), "it's");
    assert_eq!(ask(&sandbox, "show max_prepared_transactions;"), "5");
    assert_eq!(ask(&sandbox, "show fsync;"), "off");
}

/// In a temporary directory of its own, that of a second process: other sandboxes come and go in the common one.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how this test talks to the process it starts, which is itself"
)]
fn a_server_that_does_not_start_says_why_and_leaves_nothing() {
    const NAME: &str = "a_server_that_does_not_start_says_why_and_leaves_nothing";
    const SECOND: &str = "PG_SANDBOX_TEST_SECOND";
    if std::env::var_os(SECOND).is_some() {
        let failed = Sandbox::start(&Options::from_env().setting("no_such_setting", "1"));
        let Err(Error::Start { log, .. }) = &failed else {
            panic!("{failed:?}")
        };
        assert!(log.contains("no_such_setting"), "{log}");
        return;
    }
    let home = open_directory();
    let second = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", NAME])
        .env(SECOND, "1")
        .env("TMPDIR", home.path())
        .output()
        .expect("a second process");
    let said = String::from_utf8_lossy(&second.stdout);
    assert!(second.status.success() && said.contains("1 passed"), "{said}");
    let left: Vec<_> = fs::read_dir(home.path())
        .expect("a directory")
        .flatten()
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn kept_means_kept_and_started_again() {
    let home = open_directory();
    let options = Options::from_env().keep(home.path().join("depot"));
    let first = start(&options);
    assert_eq!(ask(&first, "show fsync;"), "on");
    ask(&first, "create table kept as select 42 as answer;");
    let in_use = Sandbox::start(&options);
    assert!(matches!(in_use, Err(Error::InUse { .. })), "{in_use:?}");
    let url = first.url("postgres");
    first.stop().expect("stopped");

    let second = start(&options);
    assert_eq!(ask(&second, "select answer from kept;"), "42");
    assert_eq!(
        url.split('@').next(),
        second.url("postgres").split('@').next(),
        "another password"
    );
    let other_version = if second.version().major == 15 { 16 } else { 15 };
    drop(second);

    let refused = Sandbox::start(&options.version(other_version)).expect_err("another version");
    let text = refused.to_string();
    assert!(text.contains(&format!("{other_version} was asked for")), "{text}");
}

#[test]
fn a_directory_with_other_things_in_it_is_refused_and_untouched() {
    let home = open_directory();
    fs::write(home.path().join("accounts.ods"), "precious").expect("a file");
    let refused = Sandbox::start(&Options::from_env().keep(home.path())).expect_err("not empty");
    assert!(refused.to_string().contains("accounts.ods"), "{refused}");
    assert_eq!(fs::read_dir(home.path()).expect("there").count(), 1);
}

#[test]
fn a_place_that_the_server_cannot_reach_is_refused_and_left_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    if nix::unistd::geteuid().is_root() {
        let closed = tempfile::tempdir().expect("a directory");
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).expect("a mode");
        let refused = Sandbox::start(&Options::from_env().keep(closed.path().join("depot")));
        let text = refused.expect_err("closed to others").to_string();
        assert!(text.contains("PostgreSQL never runs as root"), "{text}");
        assert!(!closed.path().join("depot").exists());
    } else {
        let refused = Sandbox::start(&Options::from_env().keep("/proc/depot"));
        assert!(matches!(refused, Err(Error::Directory { .. })), "{refused:?}");
    }
}

#[test]
fn no_binaries_is_an_error_that_helps() {
    let empty = open_directory();
    let error = Sandbox::start(&Options::new().bin_dir(empty.path())).expect_err("nothing there");
    assert!(matches!(error, Error::NoBinaries { .. }));
    let text = error.to_string();
    assert!(text.contains(&empty.path().display().to_string()), "{text}");
    assert!(text.contains("apt-get install postgresql"), "{text}");

    let error = Sandbox::start(&Options::new().version(14)).expect_err("not supported");
    assert!(
        error.to_string().contains("version 14 is not supported"),
        "{error}"
    );
}

#[test]
fn databases_are_created_and_scripts_stop_at_their_first_error() {
    let sandbox = start(&Options::from_env());
    sandbox.create_database("dépôt = \"un\"").expect("any name");
    let name = sandbox.psql("dépôt = \"un\"", Script::Text("select current_database();"));
    assert_eq!(name.expect("an answer").trim(), "dépôt = \"un\"");

    let script = "create table before_it (); select 1/0; create table after_it ();";
    let error = sandbox
        .psql("postgres", Script::Text(script))
        .expect_err("division by zero");
    assert!(error.to_string().contains("division by zero"), "{error}");
    let tables = "select to_regclass('before_it') is not null, to_regclass('after_it') is null;";
    assert_eq!(ask(&sandbox, tables), "t|t");

    // More than a pipe holds, in both directions.
    let long = "select repeat('x', 100000);\n".repeat(3) + &"-- padding\n".repeat(20_000);
    assert_eq!(ask(&sandbox, &long).len(), 300_002);
}

#[test]
fn a_kept_cluster_comes_back_where_its_clients_look_for_it() {
    let parent = open_directory();
    let options = Options::from_env().keep(parent.path().join("kept"));
    let first = start(&options);
    let port = first.port();
    first.stop().expect("stopped");
    let again = start(&options.port(port));
    assert_eq!(again.port(), port);
    assert_eq!(ask(&again, "select 1;"), "1");
}

#[test]
fn a_server_can_be_followed() {
    let sandbox = start(&Options::from_env());
    ask(&sandbox, "create table followed as select 7 as n;");
    let follower = sandbox.follower().expect("it follows");
    assert_eq!(
        ask(&follower, "select n, pg_is_in_recovery() from followed;"),
        "7|t"
    );
    // It follows, and is no copy that stands still: what is written now arrives. The server waits for nobody, so
    // neither may a test expect that it has arrived at once.
    ask(&sandbox, "insert into followed values (8);");
    let deadline = Instant::now() + Duration::from_secs(40);
    while ask(&follower, "select count(*) from followed;") != "2" {
        assert!(
            Instant::now() < deadline,
            "what is written here does not arrive there"
        );
        sleep(Duration::from_millis(20));
    }
    let directory = follower.directory().to_owned();
    follower.stop().expect("stopped");
    assert!(!directory.exists(), "{} is still there", directory.display());
}
