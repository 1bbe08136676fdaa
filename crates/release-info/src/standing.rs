use std::ops::RangeInclusive;

use crate::{AppEnv, BuildInfo, Code, Manifest, Problem, ReleaseId};

/// Where a program runs, and as which release: what a service makes sure of before it does anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where it runs.
    pub env: AppEnv,
    /// The release that runs. Its commit is not known, and it is dirty, where the build knew none.
    pub release: ReleaseId,
    /// What was built in.
    pub build: BuildInfo,
}

impl Standing {
    /// Judges what the variables `APP_ENV` and `APP_RELEASE` say, each `None` when it is not set, of a build.
    ///
    /// # Errors
    /// Everything that is wrong. A service prints it and does not start.
    pub fn of(
        app_env: Option<&str>,
        app_release: Option<&str>,
        build: &BuildInfo,
    ) -> Result<Self, Vec<Problem>> {
        let env = AppEnv::told(app_env);
        let release = build.release();
        let told = app_release.map(str::parse::<ReleaseId>).transpose();

        let mut problems = Vec::new();
        if let (Ok(Some(told)), Ok(release)) = (&told, &release) {
            problems.extend(contradiction(told, release));
        }
        if let (Ok(env), Ok(release)) = (&env, &release) {
            let remedy =
                "build with --release where everything is committed; without git, with APP_RELEASE_COMMIT";
            problems.extend(not_clean(*env, release, "this program", remedy));
        }
        match (env, told, release) {
            (Ok(env), Ok(_), Ok(release)) if problems.is_empty() => Ok(Self {
                env,
                release,
                build: build.clone(),
            }),
            (env, told, release) => {
                let unread = [env.err(), release.err(), told.err()]
                    .into_iter()
                    .flatten()
                    .flatten();
                Err(unread.chain(problems).collect())
            }
        }
    }

    /// What this release says of itself to whoever asks, with the versions of the database's schema that it can run on.
    #[must_use]
    pub fn manifest(&self, schemas: &RangeInclusive<i64>) -> Manifest {
        Manifest::new(self.env, &self.release, self.build.built_at, schemas)
    }
}

fn contradiction(told: &ReleaseId, built: &ReleaseId) -> Option<Problem> {
    (told != built).then(|| {
        let what = format!("APP_RELEASE is {told}, and this program was built as {built}");
        let remedy = "start the program of that release, or take APP_RELEASE away";
        Problem::new(Code::Contradiction, what, remedy)
    })
}

/// What keeps a release out of an environment that people rely on.
pub(crate) fn not_clean(env: AppEnv, release: &ReleaseId, whose: &str, remedy: &str) -> Option<Problem> {
    if !env.demands_a_clean_release() || !release.is_dirty() {
        return None;
    }
    let (code, what) = match release.commit() {
        None => (
            Code::ReleaseMissing,
            format!("nobody knows of which commit {whose} was built"),
        ),
        Some(_) => (
            Code::ReleaseDirty,
            format!("{whose} may hold changes that nobody committed"),
        ),
    };
    Some(Problem::new(
        code,
        format!("APP_ENV is {env}, and {what}"),
        remedy,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELEASE: &str = "vigie-api@0.1.0+4110b38a1b2c";

    fn build(commit: Option<&str>, dirty: bool) -> BuildInfo {
        BuildInfo {
            package: "vigie-api".to_owned(),
            version: "0.1.0".to_owned(),
            commit: commit.map(str::to_owned),
            dirty,
            built_at: None,
        }
    }

    fn clean() -> BuildInfo {
        build(Some("4110b38a1b2c"), false)
    }

    fn codes(standing: Result<Standing, Vec<Problem>>) -> Vec<&'static str> {
        let problems = standing.expect_err("a refusal");
        problems.iter().map(|problem| problem.code.as_str()).collect()
    }

    #[test]
    fn a_clean_release_stands_everywhere() {
        for env in AppEnv::ALL {
            for told in [None, Some(RELEASE)] {
                let standing = Standing::of(Some(env.as_str()), told, &clean()).expect("standing");
                assert_eq!(
                    (standing.env, standing.release.to_string().as_str()),
                    (env, RELEASE)
                );
            }
        }
    }

    #[test]
    fn the_environment_must_be_set() {
        assert_eq!(codes(Standing::of(None, None, &clean())), ["E501"]);
        assert_eq!(codes(Standing::of(Some(""), None, &clean())), ["E501"]);
    }

    #[test]
    fn what_is_told_must_be_what_was_built() {
        for (told, built) in [
            ("vigie-api@0.1.0+4110b38a1b2d", clean()),
            ("vigie-api@0.1.1+4110b38a1b2c", clean()),
            ("vigie-sync@0.1.0+4110b38a1b2c", clean()),
            ("vigie-api@0.1.0+4110b38a1b2c.dirty", clean()),
            (RELEASE, build(Some("4110b38a1b2c"), true)),
            (RELEASE, build(None, true)),
        ] {
            assert_eq!(
                codes(Standing::of(Some("test"), Some(told), &built)),
                ["E504"],
                "{told}"
            );
        }
        assert_eq!(
            codes(Standing::of(Some("test"), Some(""), &clean())),
            ["E511"],
            "set, and empty"
        );
    }

    #[test]
    fn only_a_clean_release_serves_people() {
        let unknown = "vigie-api@0.1.0+000000000000.dirty";
        for (built, code, release) in [
            (build(None, true), "E511", unknown),
            (build(None, false), "E511", unknown),
            (
                build(Some("4110b38a1b2c"), true),
                "E516",
                "vigie-api@0.1.0+4110b38a1b2c.dirty",
            ),
        ] {
            for env in ["production", "staging"] {
                assert_eq!(codes(Standing::of(Some(env), None, &built)), [code]);
                assert_eq!(codes(Standing::of(Some(env), Some(release), &built)), [code]);
            }
            for env in ["test", "development"] {
                let standing = Standing::of(Some(env), Some(release), &built).expect("standing");
                assert_eq!(standing.release.to_string(), release);
            }
        }
    }

    #[test]
    fn all_problems_at_once() {
        let told = Some("vigie-api@0.1.0+4110b38");
        assert_eq!(codes(Standing::of(None, told, &clean())), ["E501", "E513"]);
        assert_eq!(
            codes(Standing::of(Some("prod "), told, &clean())),
            ["E503", "E502", "E513"]
        );
        let dirty = build(Some("4110b38a1b2c"), true);
        assert_eq!(
            codes(Standing::of(Some("staging"), Some(RELEASE), &dirty)),
            ["E504", "E516"]
        );
        let nameless = BuildInfo {
            package: "x".to_owned(),
            ..clean()
        };
        assert_eq!(
            codes(Standing::of(Some("live"), None, &nameless)),
            ["E502", "E512"]
        );
    }

    #[test]
    fn this_build_stands_at_least_in_tests() {
        let this = BuildInfo::of(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let standing = Standing::of(Some("test"), None, &this).expect("standing");
        assert_eq!(standing.release.package(), "release-info");
        assert_eq!(standing.release.commit(), this.commit.as_deref());
    }
}
