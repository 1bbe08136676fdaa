//! A Debian root made from nothing.
//!
//! Commands run in it through `unshare --mount`: what they need mounted is mounted in a namespace of theirs and
//! gone with them, however this program ends, so nothing of the machine is ever reachable below the root when
//! it is removed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::Duration,
};

use super::{apt::Archive, told, transcript::Transcript};
use crate::{command, failure::Failure, workspace};

/// All that the root has besides what Debian cannot do without, and Rust.
const PACKAGES: &str = "gcc,libc6-dev,ca-certificates";

/// Where the toolchain and the clone are, seen from inside.
const TOOLCHAIN: &str = "usr/local/rust";
const CLONE: &str = "root/vigie";

/// Mounts what every machine has, and changes into the root ($1), the clone ($2) and the command ($3).
const ENTER: &str = r#"
mount -t proc proc "$1/proc" && mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm" &&
exec chroot "$1" sh -c "cd /$2 && exec $3"
"#;

/// Variables that say how to reach the network, handed into the root.
const NETWORK: &[&str] = &[
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "ssl_cert_file",
    "ssl_cert_dir",
];
const NETWORK_OF_CARGO: &[&str] = &["CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_SOURCE_"];

/// The root, until it is removed.
#[derive(Debug)]
pub(super) struct BareRoot {
    path: PathBuf,
}

impl BareRoot {
    /// Makes the root anew, replacing one that an interrupted run left.
    pub(super) fn make(transcript: &mut Transcript) -> Result<Self, Failure> {
        let bare = Self {
            path: std::env::temp_dir().join("vigie-prove-bare"),
        };
        if bare.path.exists() {
            bare.delete()?;
        }
        let archive = Archive::of_this_machine()?;
        let mut debootstrap = Command::new("debootstrap");
        debootstrap
            .arg("--variant=minbase")
            .arg(format!("--include={PACKAGES}"))
            .arg(&archive.suite)
            .arg(&bare.path)
            .arg(&archive.mirror);
        transcript.say(&format!(
            "$ debootstrap --variant=minbase --include={PACKAGES} {}",
            archive.suite
        ))?;
        let output = debootstrap.output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            let end: Vec<&str> = said.lines().rev().take(5).collect();
            return Err(Failure::new(format!("debootstrap failed: {}", end.join(" / "))));
        }
        bare.add_network(&archive)?;
        bare.add_toolchain()?;
        transcript.say("$ git clone")?;
        let source = workspace::root().display().to_string();
        told(
            "git",
            &[
                "clone",
                "--quiet",
                "--no-hardlinks",
                &source,
                &bare.inside(CLONE).display().to_string(),
            ],
        )?;
        Ok(bare)
    }

    /// A command line, run by a shell in the clone.
    pub(super) fn command(&self, line: &str) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--propagation", "private", "sh", "-c"])
            .arg(ENTER)
            .arg("sh")
            .arg(&self.path)
            .args([CLONE, line])
            .env_clear()
            .env(
                "PATH",
                format!("/{TOOLCHAIN}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            )
            .env("HOME", "/root")
            .env("LANG", "C.UTF-8");
        for (name, value) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let of_cargo = NETWORK_OF_CARGO.iter().any(|prefix| text.starts_with(prefix));
            if of_cargo || NETWORK.contains(&text.to_lowercase().as_str()) {
                command.env(name, value);
            }
        }
        command
    }

    /// What is installed in the root, one package a line.
    pub(super) fn packages(&self) -> Result<String, Failure> {
        let output = self.command("dpkg-query -W").output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(Failure::new(format!("the root does not work: {said}")))
    }

    /// Database clusters that an installation made without being asked.
    pub(super) fn clusters(&self) -> Vec<String> {
        let versions = fs::read_dir(self.inside("etc/postgresql"))
            .into_iter()
            .flatten()
            .flatten();
        let clusters = versions
            .filter_map(|version| fs::read_dir(version.path()).ok())
            .flatten()
            .flatten();
        clusters
            .map(|cluster| cluster.path().display().to_string())
            .collect()
    }

    /// Processes that still run in the root a moment after their command ended.
    pub(super) fn processes_left(&self) -> Vec<String> {
        let mut left = Vec::new();
        for _ in 0..50 {
            left = self.processes();
            if left.is_empty() {
                break;
            }
            sleep(Duration::from_millis(100));
        }
        left
    }

    /// Removes it.
    pub(super) fn remove(self) -> Result<(), Failure> {
        self.delete()
    }

    fn delete(&self) -> Result<(), Failure> {
        let running = self.processes();
        if !running.is_empty() {
            return Err(Failure::new(format!(
                "{} is in use by {}; end them first",
                self.path.display(),
                running.join(", ")
            )));
        }
        command::run(
            Command::new("rm")
                .args(["-rf", "--one-file-system"])
                .arg(&self.path),
        )
    }

    fn inside(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// Names and numbers of the processes whose root this is.
    fn processes(&self) -> Vec<String> {
        let Ok(root) = self.path.canonicalize() else {
            return Vec::new();
        };
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries
            .filter(|entry| fs::read_link(entry.path().join("root")).is_ok_and(|link| link == root))
            .map(|entry| {
                let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
                format!("{} {}", name.trim(), entry.file_name().display())
            })
            .collect()
    }

    /// The machine's way to the network: resolver, certificates, archive, proxy, cargo's configuration.
    fn add_network(&self, archive: &Archive) -> Result<(), Failure> {
        fs::write(self.inside("etc/apt/sources.list"), &archive.sources)?;
        let acquire = told("apt-config", &["dump", "Acquire"])?;
        let ways = ["Acquire::http", "Acquire::Check", "Acquire::Retries"];
        let acquire = acquire
            .lines()
            .filter(|line| ways.iter().any(|way| line.starts_with(way)));
        let acquire: String = acquire.flat_map(|line| [line, "\n"]).collect();
        fs::write(self.inside("etc/apt/apt.conf.d/90acquire"), acquire)?;
        for file in ["/etc/resolv.conf", "/etc/hosts"] {
            fs::copy(file, self.inside(&file[1..]))?;
        }
        copy(Path::new("/etc/ssl/certs"), &self.inside("etc/ssl"))?;
        if let Some(home) = std::env::home_dir() {
            let config = home.join(".cargo/config.toml");
            if config.exists() {
                fs::create_dir_all(self.inside("root/.cargo"))?;
                copy(&config, &self.inside("root/.cargo"))?;
            }
        }
        Ok(())
    }

    /// The toolchain in use, without its documentation and sources.
    fn add_toolchain(&self) -> Result<(), Failure> {
        let sysroot = PathBuf::from(told("rustc", &["--print", "sysroot"])?);
        let to = self.inside(TOOLCHAIN);
        fs::create_dir_all(&to)?;
        for part in ["bin", "lib"] {
            copy(&sysroot.join(part), &to)?;
        }
        let sources = to.join("lib/rustlib/src");
        if sources.exists() {
            fs::remove_dir_all(sources)?;
        }
        Ok(())
    }
}

fn copy(from: &Path, into: &Path) -> Result<(), Failure> {
    let output = Command::new("cp").arg("-a").arg(from).arg(into).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}
