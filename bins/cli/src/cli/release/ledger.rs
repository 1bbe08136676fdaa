//! What can be typed about the ledger of releases.

use std::path::PathBuf;

use clap::Args;
use release_info::{AppEnv, ReleaseId, ledger::EventKind};

use super::parsed;

/// Record what happens to a release: started, deployed, failed, `verify_passed` and so on
///
/// The database decides what may come when, and a refusal says what may come now. At a place, an environment and a
/// target, one release is live, and one deployment or rollback at most is open.
///
/// After an interruption: what is `started` goes on with `deployed` or `failed`, what is `rolling_back` with
/// `rolled_back` or `failed`; `vigie release list` shows what is open. With `--key`, the same command can be given again
/// when it is not known whether it was done.
#[derive(Debug, Args)]
#[command(after_help = "\
Kinds: started, deployed, failed; verify_passed, verify_failed, verify_inconclusive, promoted; rollback_started, \
rolled_back, rollback_verified; drill_passed, drill_failed, note. What is proof, verify_passed, rollback_verified and \
drill_passed, comes with what shows it, --evidence; 'vigie release verify --record' records what it saw.

Exit codes: 0; 1 refused: it may not come now, another deployment is open, the key names another event, or your role \
may not do this; 2 something given is not right.

Examples:
  vigie release record started --env production --target web --release depot-web@1.4.0+4110b38a1b2c \\
    --actor amina --key deploy-17-started
  vigie release record deployed --env production --target web --release depot-web@1.4.0+4110b38a1b2c \\
    --actor amina --manifest build/web/version.json --provider-version 8f2c1d
  vigie release record rollback_started --env production --target web --release depot-web@1.4.0+4110b38a1b2c \\
    --to depot-web@1.3.2+0c5a77d91e42 --actor amina --reason 'stocks are shown twice'
  vigie release record verify_passed --env production --target web --release depot-web@1.4.0+4110b38a1b2c \\
    --evidence look.json")]
pub(crate) struct RecordArgs {
    /// What happened
    #[arg(value_name = "KIND")]
    pub(crate) kind: EventKind,
    /// In which environment: production, staging, test or development
    #[arg(long, value_parser = parsed::<AppEnv>)]
    pub(crate) env: AppEnv,
    /// What is replaced there, such as web or api
    #[arg(long)]
    pub(crate) target: String,
    /// Of which release: package@version+commit
    #[arg(long, value_parser = parsed::<ReleaseId>)]
    pub(crate) release: ReleaseId,
    /// With `rollback_started`: the release that it returns to
    #[arg(long, value_name = "RELEASE", value_parser = parsed::<ReleaseId>)]
    pub(crate) to: Option<ReleaseId>,
    /// How whoever serves it calls this version, for example the version id of Firebase Hosting
    #[arg(long, value_name = "ID")]
    pub(crate) provider_version: Option<String>,
    /// With started and deployed: its manifest, `version.json`, which says on which schemas it can run
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Who you are; the event is recorded under this name. What was found by looking needs none
    #[arg(long, alias = "as", value_name = "USER_ID")]
    pub(crate) actor: Option<String>,
    /// What shows it: JSON that begins with { or [, or a file that holds JSON; at most 64 KiB
    #[arg(long, value_name = "FILE|JSON")]
    pub(crate) evidence: Option<String>,
    /// A name of your own for this event; given again, it is answered and not recorded again
    #[arg(long)]
    pub(crate) key: Option<String>,
}

/// List releases: first what is live and what is open, then what was, the one spoken of last first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie release list
  vigie release list --env production --target web --limit 5
  vigie release list --json | jq -r '.releases[] | select(.live) | .release'")]
pub(crate) struct ReleasesArgs {
    /// In this environment
    #[arg(long, value_parser = parsed::<AppEnv>)]
    pub(crate) env: Option<AppEnv>,
    /// Of this target
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// At most so many, beside what is live and open
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) limit: u32,
    /// Go on after this place: `next` of what was printed before
    #[arg(long, value_name = "PLACE")]
    pub(crate) after: Option<i64>,
    /// As this person sees them
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}

/// Everything that happened to a release, event by event
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie release show depot-web@1.4.0+4110b38a1b2c
  vigie release show depot-web@1.4.0+4110b38a1b2c --json | jq '.events[].evidence'")]
pub(crate) struct ShowArgs {
    /// Which release: package@version+commit
    #[arg(value_name = "RELEASE", value_parser = parsed::<ReleaseId>)]
    pub(crate) release: ReleaseId,
    /// As this person sees it
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}
