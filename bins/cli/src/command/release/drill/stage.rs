//! What a rehearsal plays on: a database, a folder that a web host serves from, and this program as others call it.

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use pg_sandbox::{Sandbox, Script};
use release_info::{
    AppEnv, Manifest, ReleaseId,
    host::{Behaviour, Host, Site},
};
use serde_json::Value;
use tempfile::TempDir;
use wiring::{session::newest_migration, stop::Stop};

use crate::sandbox::refusal;

const DATABASE: &str = "drill";

/// Everything that the programs could be told by, and must not: the rehearsal has a configuration of its own.
const FORGOTTEN: [&str; 10] = [
    "VIGIE_CONFIG",
    "VIGIE_DATABASE_URL",
    "VIGIE_DATABASE_URL_FILE",
    "VIGIE_EVAL_URL",
    "VIGIE_EVAL_URL_FILE",
    "VIGIE_COPY_URL",
    "VIGIE_ACTOR",
    "APP_ENV",
    "APP_RELEASE",
    "APP_RELEASE_COMMIT",
];

/// How a shell calls what is in the folder `bin` before anything else.
const SHELL: &str = "PATH=\"$1:$PATH\" exec sh -c \"$2\"";

/// The checks of the rehearsal.
const CHECKS: [(&str, &str); 2] = [
    (
        "pack.toml",
        include_str!("../../../../../../sql/drill/checks/pack.toml"),
    ),
    (
        "drill_negative.sql",
        include_str!("../../../../../../sql/drill/checks/drill_negative.sql"),
    ),
];

pub(super) struct Stage<'a> {
    server: &'a Sandbox,
    folder: TempDir,
    host: Host,
    url: String,
}

/// What a command said.
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl<'a> Stage<'a> {
    /// Sets it.
    pub(super) fn set(server: &'a Sandbox) -> Result<Self, Stop> {
        let wrong = |error: io::Error| Stop::usage(format!("the rehearsal's folder: {error}"));
        server.create_database(DATABASE).map_err(refusal)?;
        let host = Host::start(Site::default()).map_err(wrong)?;
        let folder = tempfile::tempdir().map_err(wrong)?;
        let stage = Self {
            url: server.url(DATABASE),
            server,
            folder,
            host,
        };
        stage.fill().map_err(wrong)?;
        Ok(stage)
    }

    fn fill(&self) -> io::Result<()> {
        let here = self.folder.path();
        for folder in ["bin", "checks", "versions"] {
            fs::create_dir(here.join(folder))?;
        }
        symlink(std::env::current_exe()?, here.join("bin/vigie"))?;
        for (name, text) in CHECKS {
            fs::write(here.join("checks").join(name), text)?;
        }
        let configuration = format!(
            "packs = [\"./checks\"]\nweb.version_url = \"{}\"\n[release]\ntell = [\"whoever rehearses\"]\n\
             [[release.host]]\nenvironment = \"{}\"\ntarget = \"web\"\n\
             switch = \"ln -sfn versions/{{version}} next && mv -T next current\"\n",
            self.host.url("/version.json"),
            super::script::ENV,
        );
        fs::write(here.join("vigie.toml"), configuration)
    }

    /// Builds a version of the web front: its manifest, beside a page.
    pub(super) fn build(&self, version: &str, release: &ReleaseId) -> io::Result<()> {
        let folder = self.folder.path().join("versions").join(version);
        fs::create_dir(&folder)?;
        let schema = newest_migration();
        let manifest = Manifest::new(AppEnv::Test, release, None, &(schema..=schema));
        fs::write(folder.join("version.json"), serde_json::to_string(&manifest)?)?;
        fs::write(folder.join("index.html"), "<!doctype html><title>Depot</title>")
    }

    /// What this version looks like to those who ask.
    pub(super) fn site(&self, version: &str) -> io::Result<Site> {
        read(&self.folder.path().join("versions").join(version))
    }

    /// Lets the host serve what the link says.
    pub(super) fn serve(&self) -> io::Result<()> {
        self.host.deploy(read(&self.folder.path().join("current"))?);
        Ok(())
    }

    pub(super) fn behave(&self, behaviour: Behaviour) {
        self.host.behave(behaviour);
    }

    /// Executes a command line as a person would.
    pub(super) fn execute(&self, line: &str) -> io::Result<Said> {
        let here = self.folder.path();
        let mut shell = Command::new("sh");
        shell.args(["-c", SHELL, "sh"]).arg(here.join("bin")).arg(line);
        for name in FORGOTTEN {
            shell.env_remove(name);
        }
        let output = shell
            .env("VIGIE_DATABASE_URL", &self.url)
            .current_dir(here)
            .stdin(Stdio::null())
            .output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        })
    }

    /// Runs SQL of the rehearsal.
    pub(super) fn sql(&self, script: &str) -> Result<(), String> {
        let ran = self.server.psql(DATABASE, Script::Text(script));
        ran.map(drop).map_err(|error| error.to_string())
    }
}

impl Said {
    pub(super) fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.stdout).map_err(|_| format!("no JSON: {}", self.stdout.trim()))
    }
}

fn read(folder: &Path) -> io::Result<Site> {
    let site = Site::default();
    let manifest = fs::read(folder.join("version.json"))?;
    let page = fs::read(folder.join("index.html"))?;
    Ok(site
        .with("/version.json", "application/json", manifest)
        .with("/index.html", "text/html", page))
}
