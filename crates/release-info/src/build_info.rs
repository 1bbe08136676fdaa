use chrono::{DateTime, Utc};

use crate::{Problem, ReleaseId};

/// What a build knows of itself (`docs/decisions/0023-what-a-build-says-of-itself.md`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildInfo {
    /// What was built, for example `vigie-api`.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The first twelve digits of the commit; `None` when nobody knows it.
    pub commit: Option<String>,
    /// Whether changes may have gone in that nobody committed.
    pub dirty: bool,
    /// `SOURCE_DATE_EPOCH`, else the time of the commit: never the wall clock, so that two builds say the same.
    pub built_at: Option<DateTime<Utc>>,
}

impl BuildInfo {
    /// This build of the package that asks: `BuildInfo::of(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))`.
    #[must_use]
    pub fn of(package: &str, version: &str) -> Self {
        let commit = env!("RELEASE_INFO_COMMIT");
        let seconds = env!("RELEASE_INFO_TIME").parse().ok();
        Self {
            package: package.to_owned(),
            version: version.to_owned(),
            commit: (!commit.is_empty()).then(|| commit.to_owned()),
            dirty: env!("RELEASE_INFO_DIRTY") != "false",
            built_at: seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        }
    }

    /// The name of the release that was built.
    ///
    /// # Errors
    /// When package and version make no name.
    pub fn release(&self) -> Result<ReleaseId, Vec<Problem>> {
        ReleaseId::new(&self.package, &self.version, self.commit.as_deref(), self.dirty)
    }

    /// The commit as it is shown: twelve digits, or `unknown`.
    #[must_use]
    pub fn commit_or_unknown(&self) -> &str {
        self.commit.as_deref().unwrap_or("unknown")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_the_build_script_told() {
        let this = BuildInfo::of("vigie-api", "0.1.0");
        assert_eq!(
            (this.package.as_str(), this.version.as_str()),
            ("vigie-api", "0.1.0")
        );
        assert_eq!(
            this.commit.as_deref().unwrap_or_default(),
            env!("RELEASE_INFO_COMMIT")
        );
        assert_eq!(this.dirty.to_string(), env!("RELEASE_INFO_DIRTY"));
        let seconds = this.built_at.map(|time| time.timestamp().to_string());
        assert_eq!(seconds.unwrap_or_default(), env!("RELEASE_INFO_TIME"));
    }

    #[test]
    fn a_commit_that_nobody_knows_is_shown_as_such() {
        let mut this = BuildInfo::of("vigie-api", "0.1.0");
        this.commit = Some("4110b38a1b2c".to_owned());
        assert_eq!(this.commit_or_unknown(), "4110b38a1b2c");
        this.commit = None;
        assert_eq!(this.commit_or_unknown(), "unknown");
    }
}
