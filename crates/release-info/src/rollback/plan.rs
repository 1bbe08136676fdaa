use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Gate, Template, Whose, quoted};
use crate::{
    ReleaseId,
    ledger::{Place, Release, Stage},
};

/// What a rollback is planned with.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Where.
    pub place: &'a Place,
    /// The clock of the database.
    pub at: DateTime<Utc>,
    /// What is live there.
    pub live: Option<&'a Release>,
    /// What is being deployed there.
    pub opening: Option<&'a Release>,
    /// What it would return to: the release that was verified last, and can be returned to.
    pub target: Option<&'a Release>,
    /// The version of the database's schema.
    pub schema: i64,
    /// Which schema that is.
    pub whose: Whose,
    /// How the host is told to serve another version.
    pub host: &'a Template,
    /// How the host calls the target's version, where the ledger does not say.
    pub version: Option<&'a str>,
    /// How Vigie is called, as a shell reads it: `vigie`, and what was typed to say which database.
    pub vigie: &'a str,
    /// Who executes it, under whose name it is recorded.
    pub actor: Option<&'a str>,
    /// Where the manifest is served.
    pub url: &'a str,
    /// Whom to tell.
    pub tell: &'a [String],
    /// In which folder it is written down.
    pub incidents: &'a str,
}

/// One command, to be executed as it is printed, and only when the one before has ended with 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it does.
    pub what: String,
    /// For a POSIX shell.
    pub command: String,
    /// What to do instead of the rest when it does not end with 0.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub if_it_fails: Vec<Instead>,
}

/// What to do when a command does not end with 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instead {
    /// With which exit code it ended; `None` is any other than those named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<u8>,
    /// What it means, and what to do.
    pub what: String,
    /// What to execute, where there is anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// How to go back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// As of when, by the database's clock.
    pub at: DateTime<Utc>,
    /// What is live, and goes.
    pub from: ReleaseId,
    /// What comes back.
    pub to: ReleaseId,
    /// When it was last seen to work there.
    pub verified_at: Option<DateTime<Utc>>,
    /// Whether it can run on the schema that there is.
    #[serde(flatten)]
    pub gate: Gate,
    /// Which schema that is.
    pub schema_is: Whose,
    /// What to execute, in this order.
    pub steps: Vec<Step>,
    /// What to ask afterwards, and again until it says PASS.
    pub then: String,
    /// Whom to tell, before and after.
    pub tell: Vec<String>,
    /// Where it is written down.
    pub incident_file: String,
}

/// Why there is no plan, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is live there.
    NothingLive,
    /// A deployment is under way there.
    UnderWay(ReleaseId),
    /// Nothing was ever verified there that could be returned to.
    NoTarget,
    /// The last verified release cannot run on the schema that there is.
    Schema {
        /// Which one.
        release: ReleaseId,
        /// The version of the database's schema.
        version: i64,
        /// Which schema that is.
        whose: Whose,
        /// The oldest that it can run on.
        min_schema: i64,
        /// The newest.
        max_schema: i64,
    },
    /// Nobody has recorded how the host calls its version.
    NoVersion(ReleaseId),
}

impl Refusal {
    /// Its word in JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingLive => "nothing_live",
            Self::UnderWay(_) => "under_way",
            Self::NoTarget => "no_target",
            Self::Schema { .. } => "schema",
            Self::NoVersion(_) => "no_version",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingLive => f.write_str(
                "nothing is recorded as live there, so that there is nothing to go back from; `vigie release list` tells \
                 what was recorded",
            ),
            Self::UnderWay(release) => write!(
                f,
                "{release} is being deployed there; record how that ended first: `vigie release record failed` or \
                 `deployed`"
            ),
            Self::NoTarget => f.write_str(
                "there is nothing to go back to: no release before was verified there that was not itself rolled back; \
                 mend it forward: build and deploy a release that repairs it",
            ),
            Self::Schema {
                release,
                version,
                whose,
                min_schema,
                max_schema,
            } => {
                let why = if version > max_schema {
                    "the schema is newer than it knows"
                } else {
                    "the schema is older than it needs"
                };
                write!(
                    f,
                    "forward-fix instead: {release}, which it would go back to, runs on the schemas {min_schema} to \
                     {max_schema}, and the database's is {version} ({whose}): {why}. Build and deploy a release for this schema that \
                     repairs what is wrong; taking a migration back would lose what was written since"
                )
            }
            Self::NoVersion(release) => write!(
                f,
                "nobody has recorded how the host calls its version of {release}: look it up there, and give it with \
                 --provider-version; `vigie release record deployed --provider-version` keeps it"
            ),
        }
    }
}

/// Plans a rollback. A person executes it.
///
/// # Errors
/// When there is no way back.
pub fn plan(asked: &Asked<'_>) -> Result<Plan, Refusal> {
    let live = asked.live.ok_or(Refusal::NothingLive)?;
    if let Some(opening) = asked.opening {
        return Err(Refusal::UnderWay(opening.release.clone()));
    }
    let target = asked.target.ok_or(Refusal::NoTarget)?;
    let gate = Gate::of(&target.facts, asked.schema);
    if let Gate::Shut {
        version,
        min_schema,
        max_schema,
    } = gate
    {
        return Err(Refusal::Schema {
            release: target.release.clone(),
            version,
            whose: asked.whose,
            min_schema,
            max_schema,
        });
    }
    let version = asked.version.or(target.provider_version.as_deref());
    if version.is_none() && asked.host.needs("version") {
        return Err(Refusal::NoVersion(target.release.clone()));
    }
    let commands = Commands {
        asked,
        live,
        target,
        version: version.unwrap_or_default(),
    };
    let Place {
        environment,
        target: name,
    } = asked.place;
    Ok(Plan {
        place: asked.place.clone(),
        at: asked.at,
        from: live.release.clone(),
        to: target.release.clone(),
        verified_at: target.verified_at,
        gate,
        schema_is: asked.whose,
        steps: commands.steps(),
        then: format!(
            "{} release decide --env {environment} --target {name}",
            asked.vigie
        ),
        tell: asked.tell.to_vec(),
        incident_file: format!(
            "{}/{}-{environment}-{name}.md",
            asked.incidents,
            asked.at.format("%Y-%m-%d")
        ),
    })
}

struct Commands<'a> {
    asked: &'a Asked<'a>,
    live: &'a Release,
    target: &'a Release,
    version: &'a str,
}

/// Where the plan's look at what is served is kept: the evidence of what is recorded after it.
const LOOK: &str = "rollback-look.json";

impl Commands<'_> {
    fn steps(&self) -> Vec<Step> {
        let (from, to) = (&self.live.release, &self.target.release);
        let step = |what: String, command: String| Step {
            what,
            command,
            if_it_fails: Vec::new(),
        };
        let mut steps = Vec::new();
        // Where it was begun already, it goes on.
        if self.live.stage != Stage::RollingBack {
            let more = format!(" --to {to}{}", self.key("rollback_started"));
            steps.push(step(
                "record that the rollback begins".to_owned(),
                self.record("rollback_started", from, &more),
            ));
        }
        steps.extend([
            Step {
                if_it_fails: vec![Instead {
                    exit: None,
                    what: "stop, record that, and plan again before you try again".to_owned(),
                    command: Some(self.record("failed", from, &self.key("failed"))),
                }],
                ..step(format!("let the host serve {to} again"), self.serve())
            },
            step(
                format!("record that {from} is no longer live"),
                self.record("rolled_back", from, &self.key("rolled_back")),
            ),
            Step {
                if_it_fails: self.unless_seen(),
                ..step(
                    format!("make sure that people get {to}, and record what is seen"),
                    self.look(),
                )
            },
            step(
                "record that the rollback was seen to work".to_owned(),
                self.record("rollback_verified", from, &format!(" --evidence {LOOK}")),
            ),
        ]);
        steps
    }

    fn look(&self) -> String {
        let Place { environment, target } = &self.asked.place;
        format!(
            "{} release verify --url {} --expect {} --env {environment} --target {target} --record --actor {} --json > {LOOK}",
            self.asked.vigie,
            quoted(self.asked.url),
            self.target.release,
            self.actor(),
        )
    }

    fn unless_seen(&self) -> Vec<Instead> {
        let instead = |exit, what: String| Instead {
            exit,
            what,
            command: None,
        };
        let to = &self.target.release;
        vec![
            instead(
                Some(1),
                format!(
                    "something else than {to} is served, or the ledger refused it; {LOOK} says which. Mend that on the host \
                     (its cache, the command that switches it), then execute this again"
                ),
            ),
            instead(
                Some(3),
                format!("it could not be told what is served, and {LOOK} says why: execute this again"),
            ),
            instead(
                None,
                "nothing was looked at, or nothing recorded: mend what it says, then execute this again"
                    .to_owned(),
            ),
        ]
    }

    fn record(&self, kind: &str, release: &ReleaseId, more: &str) -> String {
        let Place { environment, target } = self.asked.place;
        format!(
            "{} release record {kind} --env {environment} --target {target} --release {release} --actor {}{more}",
            self.asked.vigie,
            self.actor(),
        )
    }

    /// What makes it harmless to execute a command of this plan twice. A plan made after anything else was recorded has
    /// other keys: a second rollback is not taken for the first.
    fn key(&self, kind: &str) -> String {
        let Place { environment, target } = self.asked.place;
        let after = self.live.last_event;
        format!(" --key rollback-{environment}-{target}-{after}-{kind}")
    }

    fn actor(&self) -> String {
        match self.asked.actor {
            Some(actor) => quoted(actor).into_owned(),
            None => r#""${VIGIE_ACTOR:?set it to your user id}""#.to_owned(),
        }
    }

    fn serve(&self) -> String {
        self.asked.host.filled(|name| match name {
            "version" => self.version.to_owned(),
            "release" => self.target.release.to_string(),
            "from" => self.live.release.to_string(),
            "environment" => self.asked.place.environment.to_string(),
            _ => self.asked.place.target.clone(),
        })
    }
}
