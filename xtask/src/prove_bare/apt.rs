//! Where this machine gets its packages, so that the bare root gets them from there too.

use super::told;
use crate::failure::Failure;

/// The archive of the machine's own distribution.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Archive {
    /// `bookworm`
    pub(super) suite: String,
    /// What debootstrap downloads from.
    pub(super) mirror: String,
    /// `/etc/apt/sources.list`: the suite, its updates and its security updates, as the machine has them.
    pub(super) sources: String,
}

impl Archive {
    /// From apt's configuration and `/etc/os-release`.
    pub(super) fn of_this_machine() -> Result<Self, Failure> {
        let release = std::fs::read_to_string("/etc/os-release")?;
        let format = "$(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT)";
        let targets = told("apt-get", &["indextargets", "--format", format])?;
        Self::from(&release, &targets).ok_or_else(|| {
            Failure::usage("prove-bare needs Debian or its kin, with an archive in apt's sources")
        })
    }

    fn from(os_release: &str, index_targets: &str) -> Option<Self> {
        let suite = os_release
            .lines()
            .find_map(|line| line.strip_prefix("VERSION_CODENAME="))?
            .trim_matches('"');
        let ours = ["", "-updates", "-security"].map(|suffix| format!("{suite}{suffix}"));
        let mut mirror = None;
        let mut lines = Vec::new();
        for target in index_targets.lines() {
            let ["Packages", uri, release, component] = target.split_whitespace().collect::<Vec<_>>()[..]
            else {
                continue;
            };
            if release == suite && component == "main" && mirror.is_none() {
                mirror = Some(uri.to_owned());
            }
            let line = format!("deb {uri} {release} {component}\n");
            // Third parties' archives need their keys, and are none of Debian's.
            if ours.iter().any(|name| name == release) && !lines.contains(&line) {
                lines.push(line);
            }
        }
        Some(Self {
            suite: suite.to_owned(),
            mirror: mirror?,
            sources: lines.concat(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_archive_and_no_other() {
        let release = "PRETTY_NAME=\"Debian\"\nVERSION_CODENAME=bookworm\n";
        let targets = "\
Packages http://mirror.example/debian/ bookworm main
DEP-11 http://mirror.example/debian/ bookworm main
Packages http://mirror.example/debian/ bookworm-updates main
Packages http://mirror.example/security/ bookworm-security main
Packages https://vendor.example/apt/ bookworm-vendor main
";
        let archive = Archive::from(release, targets).expect("an archive");
        assert_eq!(
            (archive.suite.as_str(), archive.mirror.as_str()),
            ("bookworm", "http://mirror.example/debian/")
        );
        assert_eq!(archive.sources.lines().count(), 3, "{}", archive.sources);
        assert!(!archive.sources.contains("vendor"), "{}", archive.sources);
        assert_eq!(Archive::from("ID=fedora\n", targets), None);
    }
}
