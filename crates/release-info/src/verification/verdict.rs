use std::fmt;

use serde::Serialize;

/// What a series of looks comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// What is expected is served.
    Passed,
    /// Something else is served.
    Failed(Fault),
    /// It is not known what is served.
    Inconclusive(Doubt),
}

/// What else is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Another release, and only that.
    OtherRelease,
    /// The right release, of another environment.
    OtherEnvironment,
    /// Several releases by turns.
    Flapping,
    /// The right release where nothing lies between, and another one from somebody's memory.
    StaleCache,
    /// The right manifest, and files that are not those of its release.
    OtherContent,
}

/// Why it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// A manifest was never seen.
    NoManifest,
    /// What is expected was seen, but never often enough in a row, and nothing else either.
    NotSteady,
    /// The right manifest is served, and what else is could not be compared.
    ContentUnknown,
}

impl Verdict {
    /// The word for it: `passed`, `failed` or `inconclusive`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Inconclusive(_) => "inconclusive",
        }
    }
}

impl Fault {
    /// What to look at.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::OtherRelease => "was it deployed, and to this site?",
            Self::OtherEnvironment => {
                "the build for another environment was deployed: build and deploy again"
            }
            Self::Flapping => {
                "a deployment is not whole, or still spreading: wait, look at each address with --all-addresses, \
                 deploy again"
            }
            Self::StaleCache => {
                "purge the cache (CDN) before the host, and serve version.json and index.html with Cache-Control: \
                 no-cache"
            }
            Self::OtherContent => {
                "a deployment is not whole, or a cache gives out old files: deploy again, purge the cache, and serve what has \
                 no hash in its name with Cache-Control: no-cache"
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherRelease => "another release is served",
            Self::OtherEnvironment => "the release of another environment is served",
            Self::Flapping => "several releases are served by turns",
            Self::StaleCache => "the host has the release, and a cache before it gives out another one",
            Self::OtherContent => "files are served that are not those of the release",
        })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoManifest => "no manifest was ever seen",
            Self::NotSteady => "the release was seen, but not in enough rounds in a row",
            Self::ContentUnknown => "the manifest is the right one, and the files could not be compared",
        })
    }
}
