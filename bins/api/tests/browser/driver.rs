//! Chromium's driver, one for each test. It ends with the test, and so does every Chromium that it started.

use std::{
    cell::Cell,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A running driver.
pub(crate) struct Driver {
    child: Child,
    /// Kept, so that the driver can go on speaking.
    _said: BufReader<ChildStdout>,
    url: String,
    profiles: TempDir,
    begun: Cell<u32>,
}

impl Driver {
    pub(crate) fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("no chromedriver; `cargo xtask setup` installs it");
        let mut said = BufReader::new(child.stdout.take().expect("its output"));
        let port = loop {
            let mut line = String::new();
            let read = said.read_line(&mut line).expect("its output");
            assert_ne!(read, 0, "chromedriver ended before it said where it listens");
            if let Some((_, port)) = line.trim_end().split_once("successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        Self {
            child,
            _said: said,
            url: format!("http://127.0.0.1:{port}"),
            profiles: tempfile::tempdir().expect("a directory"),
            begun: Cell::new(0),
        }
    }

    /// A browser of somebody's own, without cookies, that reads this language.
    pub(crate) async fn browser(&self, language: &str, javascript: bool) -> Client {
        self.begun.set(self.begun.get() + 1);
        let profile = self.profiles.path().join(self.begun.get().to_string());
        let mut preferences = json!({ "intl.accept_languages": language });
        if !javascript {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let wanted = json!({
            "goog:chromeOptions": {
                "args": [
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-dev-shm-usage",
                    "--hide-scrollbars",
                    format!("--user-data-dir={}", profile.display()),
                ],
                "prefs": preferences,
            },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(wanted) = wanted else {
            unreachable!("an object")
        };
        ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&self.url)
            .await
            .expect("no Chromium; `cargo xtask setup` installs it")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Both may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A killed driver leaves its browsers behind; they are known by where they keep their things.
        while let of_ours @ [_, ..] = &*browsers_in(self.profiles.path()) {
            for pid in of_ours {
                let _ = kill(*pid, Signal::SIGKILL);
            }
        }
    }
}

/// The processes that keep their things below this directory.
fn browsers_in(profiles: &Path) -> Vec<Pid> {
    let mark = format!("--user-data-dir={}", profiles.display());
    let processes = fs::read_dir("/proc").expect("Linux").filter_map(Result::ok);
    let ours = processes.filter_map(|process| {
        let pid = process.file_name().to_str()?.parse().ok()?;
        let line = fs::read(process.path().join("cmdline")).ok()?;
        String::from_utf8_lossy(&line)
            .contains(&mark)
            .then(|| Pid::from_raw(pid))
    });
    ours.collect()
}
