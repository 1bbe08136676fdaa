//! A `vigie-api` of a test's own: started, asked, signalled.

use std::{
    fs::{self, File},
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};

use crate::{harness::World, tokens};

/// How long anything may take that has to come. Never what is measured: only when to give up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How the service knows people.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Auth {
    /// By tokens signed with [`tokens::SECRET`].
    Tokens,
    /// The same, and people by their passwords, at a `GoTrue` that listens here.
    Passwords(SocketAddr),
    /// By their word.
    Demo,
}

/// A running service; it ends with the test, however that ends.
pub(crate) struct Api<'w> {
    pub(crate) world: &'w World,
    child: Child,
    log: PathBuf,
    pub(crate) address: SocketAddr,
    pub(crate) ops: SocketAddr,
    /// Follows no redirect, and keeps cookies for nobody.
    pub(crate) client: Client,
}

impl<'w> Api<'w> {
    /// Starts one on a free port, connecting with this URL, and waits until it answers. `more` is configuration besides.
    pub(crate) async fn start(world: &'w World, url: &str, auth: Auth, more: &str) -> Self {
        let (address, ops) = (free_address(), free_address());
        let name = format!("api-{}", address.port());
        world.file("secret", tokens::SECRET);
        // Who comes by password comes through a proxy, where they say so.
        let proxies = if matches!(auth, Auth::Passwords(_)) {
            "trusted_proxies = [\"127.0.0.1\"]\n"
        } else {
            ""
        };
        let auth = match auth {
            Auth::Demo => "mode = \"demo\"\n".to_owned(),
            Auth::Tokens => "secret_file = \"secret\"\n".to_owned(),
            Auth::Passwords(gotrue) => {
                format!("secret_file = \"secret\"\nsign_in_url = \"http://{gotrue}/auth/v1\"\n")
            }
        };
        world.file(
            &format!("{name}.toml"),
            format!(
                "packs = [\"depot\"]\n{more}\n[auth]\n{auth}[api]\nlisten = \"{address}\"\n{proxies}[ops]\nlisten = \"{ops}\"\n"
            ),
        );
        let log = world.directory.path().join(format!("{name}.log"));
        let mut command = world.command(url, &["--config", &format!("{name}.toml")]);
        command
            .stdout(File::create(&log).expect("a log"))
            .stderr(File::options().append(true).open(&log).expect("a log"))
            .stdin(Stdio::null());
        // There may be one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let api = Self {
            world,
            child: command.spawn().expect("the program runs"),
            log,
            address,
            ops,
            client: Client::builder()
                .redirect(Policy::none())
                .build()
                .expect("a client"),
        };
        api.until_answers("/livez", 200).await;
        api
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    /// As a person with a token.
    pub(crate) fn of(&self, method: Method, user: &str, path: &str) -> RequestBuilder {
        self.client
            .request(method, self.url(path))
            .bearer_auth(tokens::token(user))
    }

    /// Waits until it answers with this status.
    pub(crate) async fn until_answers(&self, path: &str, status: u16) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).send().await;
            if answer.as_ref().is_ok_and(|answer| answer.status() == status) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "in vain: {status} of {path}: {answer:?}\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until it works on nothing: whoever asked has an answer, or is gone.
    pub(crate) async fn until_idle(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let numbers = self
                .client
                .get(format!("http://{}/metrics", self.ops))
                .send()
                .await;
            let numbers = numbers.expect("an answer").text().await.expect("numbers");
            if numbers.contains("requests_in_progress 0\n") {
                return;
            }
            assert!(Instant::now() < deadline, "it goes on: {numbers}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the database says, asked by its owner.
    pub(crate) fn value(&self, query: &str) -> String {
        tokio::task::block_in_place(|| self.world.value(query))
    }

    /// Does something in the database, as its owner.
    pub(crate) fn sql(&self, statements: &str) {
        tokio::task::block_in_place(|| self.world.sql(statements));
    }

    /// What it has said so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("its log")
    }

    /// Insists that what it has said so far holds nothing of whom it serves, nor of what was kept from everybody.
    #[track_caller]
    pub(crate) fn says_no_secret(&self, more: &[&str]) {
        let log = self.log();
        // The first letters of any token; the people of the tests; what claims are called.
        let everywhere = [
            "eyJ",
            tokens::SECRET,
            "amina",
            "didier",
            "patricia",
            "authenticated",
            "\"sub\"",
            "postgres://",
        ];
        for secret in everywhere.iter().chain(more) {
            assert!(!log.contains(secret), "the log holds {secret:?}:\n{log}");
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a process"));
        kill(pid, signal).expect("it is there");
    }

    /// Waits until it has ended.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.log());
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Api<'_> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "{}", self.log());
        }
    }
}

/// One that is free now.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

impl World {
    /// Keeps an audit of the database, as `vigie-sync` would, from an hour ago.
    pub(crate) fn audited(&self) {
        let audit = self.vigie(&["audit", "rls", "--format", "json"]).stdout;
        self.sql(&format!(
            "insert into vigie.audits
             select 'main', at, 'findings', jsonb_set($audit${audit}$audit$, '{{looked,at}}', to_jsonb(at))
             from (select now() - interval '1 h' as at) as a"
        ));
    }

    /// Records a deployment of the web front in production that was verified, and one in staging that goes on.
    pub(crate) fn released(&self) {
        for (environment, release, kind, actor) in [
            ("production", "depot-web@1.3.2+0c5a77d91e42", "started", "amina"),
            ("production", "depot-web@1.3.2+0c5a77d91e42", "deployed", "amina"),
            ("production", "depot-web@1.3.2+0c5a77d91e42", "verify_passed", ""),
            ("staging", "depot-web@1.4.0+4110b38a1b2c", "started", "didier"),
        ] {
            let mut record = vec!["release", "record", kind, "--env", environment, "--target", "web"];
            record.extend(["--release", release, "--reason", "version de novembre"]);
            if actor.is_empty() {
                record.extend(["--evidence", r#"{"seen":"by hand"}"#]);
            } else {
                record.extend(["--actor", actor]);
            }
            self.vigie(&record).exits(0);
        }
    }
}
