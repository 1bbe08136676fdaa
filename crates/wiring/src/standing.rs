//! Where a service runs, and as which release: judged before it does anything.

use clap::Args;
use release_info::{AppEnv, BuildInfo, Problem, Variables, of_another_environment};

pub use release_info::Standing;

use crate::{config::Config, postgres::Target, stop::Stop};

/// What the environment says of that.
#[derive(Debug, Args)]
pub struct Told {
    /// Where it runs: production, staging, test or development
    #[arg(long, hide = true, env = "APP_ENV")]
    app_env: Option<String>,
    /// Which release this is meant to be
    #[arg(long, hide = true, env = "APP_RELEASE")]
    app_release: Option<String>,
}

impl Told {
    /// The environment, where it is one of the four words.
    #[must_use]
    pub fn env(&self) -> Option<AppEnv> {
        self.app_env.as_deref()?.parse().ok()
    }

    /// Judges it for a program of this name and version. No host that it connects to may be registered for another environment;
    /// each comes with what says so.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn judged(
        &self,
        (program, version): (&str, &str),
        config: &Config,
        targets: &[(&str, Option<&Target>)],
    ) -> Result<Standing, Stop> {
        let build = BuildInfo::of(program, version);
        let standing = Standing::of(self.app_env.as_deref(), self.app_release.as_deref(), &build);
        let hosts = targets
            .iter()
            .filter_map(|(name, target)| Some(((*name).to_owned(), target.as_ref()?.host())));
        let hosts: Variables = hosts.collect();
        let elsewhere = self
            .env()
            .map(|env| of_another_environment(&hosts, env, &config.rules()));
        let refused = |problems: Vec<Problem>| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Stop::usage(lines.join("\n"))
        };
        match (standing, elsewhere.unwrap_or_default()) {
            (Ok(standing), elsewhere) if elsewhere.is_empty() => Ok(standing),
            (standing, elsewhere) => {
                let mut problems = standing.err().unwrap_or_default();
                problems.extend(elsewhere);
                Err(refused(problems))
            }
        }
    }
}
