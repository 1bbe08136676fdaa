//! The correctness gate: before anything is timed, both arms that keep alerts play the same small stories.
//!
//! A time says nothing about an arm that does the wrong thing fast. The first version's defects are known
//! (docs/regressions.md): it has to fail where it failed, and for that reason, else the story proves nothing.

use std::path::{Path, PathBuf};

use super::{naive, stand::Stand};
use crate::{failure::Failure, workspace};

/// An arm that keeps alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeper {
    Vigie,
    Naive,
}

/// How a story went, or what was wrong.
type Told = Result<(), String>;

/// A story, and what the first version says where it gets it wrong.
struct Story {
    name: &'static str,
    play: fn(&Scene<'_>) -> Told,
    first_version: Option<&'static str>,
}

const STORIES: &[Story] = &[
    Story {
        name: "a finding told twice is one alert",
        play: told_twice,
        first_version: Some("cannot affect row a second time"),
    },
    Story {
        name: "an acknowledgement is kept while the finding stays",
        play: acknowledged,
        first_version: None,
    },
    Story {
        name: "an alert clears when its finding is gone, and is open again when it is back",
        play: gone_and_back,
        first_version: None,
    },
    Story {
        name: "what a person resolved while it was still there is refuted, not undone without a trace",
        play: resolved_too_early,
        first_version: Some("nobody knows any more that amina resolved it"),
    },
    Story {
        name: "an empty source resolves nothing",
        play: empty_source,
        first_version: Some("T-1 is RESOLVED"),
    },
    Story {
        name: "a check that fails keeps its alerts, and the others go on",
        play: failing_check,
        first_version: Some("invalid input syntax for type numeric"),
    },
];

/// How one arm told one story.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) keeper: Keeper,
    pub(super) story: &'static str,
    /// What was wrong.
    pub(super) wrong: Option<String>,
}

/// Plays all stories with both arms.
pub(super) fn play(stand: &Stand) -> Result<Vec<Verdict>, Failure> {
    let template = Template::make(stand)?;
    let mut verdicts = Vec::new();
    for keeper in [Keeper::Vigie, Keeper::Naive] {
        for (n, story) in STORIES.iter().enumerate() {
            let scene = template.scene(keeper, n)?;
            let wrong = (story.play)(&scene).err();
            judge(keeper, story, wrong.as_deref())?;
            verdicts.push(Verdict {
                keeper,
                story: story.name,
                wrong,
            });
        }
    }
    Ok(verdicts)
}

/// Whether a verdict is one with which measuring may go on.
fn judge(keeper: Keeper, story: &Story, wrong: Option<&str>) -> Result<(), Failure> {
    let expected = match keeper {
        Keeper::Vigie => None,
        Keeper::Naive => story.first_version,
    };
    match (expected, wrong) {
        (None, None) => Ok(()),
        (None, Some(wrong)) => Err(Failure::new(format!(
            "gate: FAIL, {keeper:?}: {}: {wrong}; nothing is timed",
            story.name
        ))),
        (Some(expected), Some(wrong)) if wrong.contains(expected) => Ok(()),
        (Some(expected), wrong) => Err(Failure::new(format!(
            "gate: {}: the first version has to fail with {expected:?}, and told {wrong:?}: the story proves nothing",
            story.name
        ))),
    }
}

/// A database with both arms in it, copied for every story.
struct Template<'s> {
    stand: &'s Stand,
    configuration: PathBuf,
}

const TEMPLATE: &str = "gate";

impl<'s> Template<'s> {
    fn make(stand: &'s Stand) -> Result<Self, Failure> {
        let checks = workspace::root().join("xtask/src/bench/gate");
        let configuration = stand.write("gate.toml", &format!("packs = [\"{}\"]\n", checks.display()))?;
        stand.create(TEMPLATE)?;
        stand.sql(TEMPLATE, include_str!("gate.sql"))?;
        stand.install(TEMPLATE, &configuration)?;
        naive::install(stand, TEMPLATE, &configuration)?;
        stand.wait_until_alone(TEMPLATE)?;
        Ok(Self { stand, configuration })
    }

    fn scene(&self, keeper: Keeper, n: usize) -> Result<Scene<'_>, Failure> {
        let database = format!("{TEMPLATE}_{keeper:?}_{n}").to_lowercase();
        self.stand.sql(
            "postgres",
            &format!("create database {database} template {TEMPLATE};"),
        )?;
        Ok(Scene {
            stand: self.stand,
            configuration: &self.configuration,
            keeper,
            database,
        })
    }
}

/// One arm on a database of its own.
struct Scene<'s> {
    stand: &'s Stand,
    configuration: &'s Path,
    keeper: Keeper,
    database: String,
}

impl Scene<'_> {
    fn sql(&self, text: &str) -> Result<String, String> {
        let printed = self.stand.sql(&self.database, text);
        printed
            .map(|text| text.trim().to_owned())
            .map_err(|failure| failure.to_string())
    }

    /// One run of the checks.
    fn sync(&self) -> Told {
        match self.keeper {
            Keeper::Vigie => {
                let output = self.stand.run(&self.database, self.configuration).output();
                let output = output.map_err(|error| error.to_string())?;
                // 3: a check failed or is suspect, and the alerts say what that means.
                match output.status.code() {
                    Some(0 | 3) => Ok(()),
                    _ => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
                }
            }
            Keeper::Naive => {
                let run = naive::run().map_err(|failure| failure.to_string())?;
                self.sql(&run).map(drop)
            }
        }
    }

    /// A person's act, as the arm's own screen does it.
    fn amina(&self, act: Act, entity: &str) -> Told {
        match (self.keeper, act) {
            (Keeper::Vigie, _) => {
                let id = self.sql(&format!("select id from vigie.alerts where entity_id = '{entity}';"))?;
                let verb = if act == Act::Acknowledge { "ack" } else { "resolve" };
                let words = ["alerts", verb, &id, "--as", "amina", "--reason", "looked at it"];
                let done = self.stand.vigie(&self.database, self.configuration, &words);
                done.map(drop).map_err(|failure| failure.to_string())
            }
            (Keeper::Naive, Act::Acknowledge) => self
                .sql(&format!(
                    "update naive.system_alerts set status = 'ACK', acknowledged_by = 'amina', acknowledged_at = now() \
                     where entity_id = '{entity}';"
                ))
                .map(drop),
            (Keeper::Naive, Act::Resolve) => self
                .sql(&format!(
                    "update naive.system_alerts set status = 'RESOLVED', resolved_by = 'amina', resolved_at = now() \
                     where entity_id = '{entity}';"
                ))
                .map(drop),
        }
    }

    fn table(&self) -> &'static str {
        match self.keeper {
            Keeper::Vigie => "vigie.alerts",
            Keeper::Naive => "naive.system_alerts",
        }
    }

    /// Insists on one alert about an entity, `OPEN` or `ACK by amina`.
    fn expect(&self, entity: &str, wanted: &str) -> Told {
        let found = self.sql(&format!(
            "select concat_ws(' by ', status, acknowledged_by) from {} where entity_id = '{entity}';",
            self.table()
        ))?;
        match found.as_str() {
            found if found == wanted => Ok(()),
            "" => Err(format!("{entity} has no alert, and has to be {wanted}")),
            found => Err(format!(
                "{entity} is {}, and has to be {wanted}",
                found.replace('\n', " and ")
            )),
        }
    }

    /// Whether it is still known that amina resolved something.
    fn remembers_amina(&self) -> Result<bool, String> {
        let question = match self.keeper {
            Keeper::Vigie => {
                "select count(*) from vigie.alert_events where actor = 'amina' and kind = 'RESOLVED';"
            }
            Keeper::Naive => "select count(*) from naive.system_alerts where resolved_by = 'amina';",
        };
        Ok(self.sql(question)? != "0")
    }
}

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Acknowledge,
    Resolve,
}

fn told_twice(scene: &Scene<'_>) -> Told {
    scene.sql("insert into things values ('T-1', true), ('T-1', true);")?;
    scene.sync()?;
    scene.expect("T-1", "OPEN")
}

fn acknowledged(scene: &Scene<'_>) -> Told {
    scene.sql("insert into things values ('T-1', true);")?;
    scene.sync()?;
    scene.amina(Act::Acknowledge, "T-1")?;
    scene.sync()?;
    scene.sync()?;
    scene.expect("T-1", "ACK by amina")
}

fn gone_and_back(scene: &Scene<'_>) -> Told {
    scene.sql("insert into things values ('T-1', true), ('T-2', true);")?;
    scene.sync()?;
    scene.amina(Act::Acknowledge, "T-1")?;
    scene.sql("update things set bad = false where name = 'T-1';")?;
    // Vigie believes it the second time.
    scene.sync()?;
    scene.sync()?;
    let gone = scene.sql(&format!(
        "select status from {} where entity_id = 'T-1';",
        scene.table()
    ))?;
    if gone != "RESOLVED" {
        return Err(format!("T-1 is gone, and its alert {gone}"));
    }
    scene.sql("update things set bad = true where name = 'T-1';")?;
    scene.sync()?;
    scene.expect("T-1", "OPEN")?;
    scene.expect("T-2", "OPEN")
}

fn resolved_too_early(scene: &Scene<'_>) -> Told {
    scene.sql("insert into things values ('T-1', true);")?;
    scene.sync()?;
    scene.amina(Act::Resolve, "T-1")?;
    scene.sync()?;
    scene.expect("T-1", "OPEN")?;
    if scene.remembers_amina()? {
        Ok(())
    } else {
        Err("nobody knows any more that amina resolved it".to_owned())
    }
}

fn empty_source(scene: &Scene<'_>) -> Told {
    scene.sql("insert into things values ('T-1', true), ('T-2', false);")?;
    scene.sync()?;
    scene.sql("delete from things;")?;
    for _ in 0..3 {
        scene.sync()?;
    }
    scene.expect("T-1", "OPEN")
}

fn failing_check(scene: &Scene<'_>) -> Told {
    scene.sql("insert into things values ('T-0', false); insert into amounts values ('A-1', '200');")?;
    scene.sync()?;
    scene.sql("insert into amounts values ('A-2', 'lots'); insert into things values ('T-1', true);")?;
    scene.sync()?;
    scene.expect("A-1", "OPEN")?;
    scene.expect("T-1", "OPEN")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(first_version: Option<&'static str>) -> Story {
        Story {
            name: "a story",
            play: told_twice,
            first_version,
        }
    }

    #[test]
    fn vigie_may_fail_nowhere() {
        assert!(judge(Keeper::Vigie, &story(Some("twice")), None).is_ok());
        let failure = judge(Keeper::Vigie, &story(Some("twice")), Some("told twice")).expect_err("wrong");
        assert!(failure.to_string().contains("FAIL"), "{failure}");
    }

    #[test]
    fn the_first_version_has_to_fail_where_it_failed_and_for_that_reason() {
        assert!(judge(Keeper::Naive, &story(Some("twice")), Some("told twice")).is_ok());
        assert!(judge(Keeper::Naive, &story(Some("twice")), Some("no connection")).is_err());
        assert!(judge(Keeper::Naive, &story(Some("twice")), None).is_err());
        assert!(judge(Keeper::Naive, &story(None), None).is_ok());
        assert!(judge(Keeper::Naive, &story(None), Some("no connection")).is_err());
    }
}
