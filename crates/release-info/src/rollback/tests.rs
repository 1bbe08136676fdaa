use std::process::Command;

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::{
    AppEnv,
    ledger::{Facts, Place, Release, Stage},
};

const A: &str = "depot-web@1.3.2+0c5a77d91e42";
const B: &str = "depot-web@1.4.0+4110b38a1b2c";

fn release(name: &str, stage: Stage) -> Release {
    let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    Release {
        place: Place::new(AppEnv::Production, "web"),
        release: name.parse().expect("a release"),
        package: "depot-web".to_owned(),
        stage,
        provider_version: Some("8f2c1d".to_owned()),
        facts: Facts {
            min_schema: Some(10),
            max_schema: Some(20),
            manifest_sha256: None,
        },
        returns_to: None,
        started_at: at,
        deployed_at: Some(at),
        verified_at: Some(at),
        changed_at: at,
        last_event: 1,
    }
}

struct World {
    live: Option<Release>,
    opening: Option<Release>,
    target: Option<Release>,
    schema: i64,
    host: Template,
    version: Option<&'static str>,
}

impl World {
    fn new() -> Self {
        Self {
            live: Some(release(B, Stage::Refuted)),
            opening: None,
            target: Some(release(A, Stage::Replaced)),
            schema: 20,
            host: Template::parse("firebase hosting:clone depot@{version} depot:live").expect("a template"),
            version: None,
        }
    }

    fn plan(&self) -> Result<Plan, Refusal> {
        plan(&Asked {
            place: &Place::new(AppEnv::Production, "web"),
            at: DateTime::UNIX_EPOCH + TimeDelta::days(20_001),
            live: self.live.as_ref(),
            opening: self.opening.as_ref(),
            target: self.target.as_ref(),
            schema: self.schema,
            whose: Whose::Vigie,
            host: &self.host,
            version: self.version,
            vigie: "vigie",
            actor: Some("amina b"),
            url: "https://depot.example.org/version.json?a=1&b=2",
            tell: &["the depot's manager".to_owned()],
            incidents: "incidents",
        })
    }
}

#[test]
fn the_way_back_is_recorded_and_looked_at() {
    let plan = World::new().plan().expect("a plan");
    assert_eq!(
        (plan.from.to_string(), plan.to.to_string()),
        (B.to_owned(), A.to_owned())
    );
    assert_eq!(plan.incident_file, "incidents/2024-10-05-production-web.md");
    let commands: Vec<_> = plan.steps.iter().map(|step| step.command.as_str()).collect();
    let key = "--key rollback-production-web-1";
    let place = "--env production --target web";
    assert_eq!(
        commands,
        [
            &format!(
                "vigie release record rollback_started {place} --release {B} --actor 'amina b' --to {A} {key}-rollback_started"
            ),
            "firebase hosting:clone depot@8f2c1d depot:live",
            &format!(
                "vigie release record rolled_back {place} --release {B} --actor 'amina b' {key}-rolled_back"
            ),
            &format!(
                "vigie release verify --url 'https://depot.example.org/version.json?a=1&b=2' --expect {A} {place} --record \
                 --actor 'amina b' --json > rollback-look.json"
            ),
            &format!(
                "vigie release record rollback_verified {place} --release {B} --actor 'amina b' --evidence rollback-look.json"
            ),
        ]
    );
    assert_eq!(plan.then, format!("vigie release decide {place}"));
    let switch = &plan.steps[1].if_it_fails[0];
    let failed = switch.command.as_deref().expect("a command");
    assert!(failed.contains("record failed"), "{failed}");
    let exits: Vec<_> = plan.steps[3]
        .if_it_fails
        .iter()
        .map(|instead| instead.exit)
        .collect();
    assert_eq!(exits, [Some(1), Some(3), None]);
}

#[test]
fn a_rollback_that_was_begun_goes_on_and_another_one_has_other_keys() {
    let mut world = World::new();
    let mut live = release(B, Stage::RollingBack);
    live.last_event = 7;
    world.live = Some(live);
    let plan = world.plan().expect("a plan");
    assert!(plan.steps[0].command.starts_with("firebase"), "{plan:#?}");
    assert!(plan.steps[1].command.ends_with("web-7-rolled_back"), "{plan:#?}");
}

#[test]
fn the_schema_decides_whether_there_is_a_way_back() {
    for (schema, why) in [(9, "older than it needs"), (21, "newer than it knows")] {
        let refused = World {
            schema,
            ..World::new()
        }
        .plan()
        .expect_err("refused");
        assert_eq!(refused.code(), "schema");
        let told = refused.to_string();
        assert!(
            told.starts_with("forward-fix instead") && told.contains(why),
            "{told}"
        );
    }
    for schema in [10, 20] {
        let plan = World {
            schema,
            ..World::new()
        }
        .plan()
        .expect("a plan");
        assert!(matches!(plan.gate, Gate::Open { .. }));
    }
    let mut unknown = World::new();
    unknown.target.as_mut().expect("there").facts = Facts::default();
    let plan = unknown.plan().expect("a plan");
    assert_eq!(plan.gate, Gate::Unknown { version: 20 });
}

#[test]
fn what_has_no_way_back_is_refused_in_words() {
    let code = |world: World| world.plan().expect_err("refused").code();
    let mut world = World {
        live: None,
        ..World::new()
    };
    assert_eq!(code(world), "nothing_live");
    world = World {
        target: None,
        ..World::new()
    };
    assert_eq!(code(world), "no_target");
    world = World {
        opening: Some(release("depot-web@1.5.0+9d8e7f6a5b4c", Stage::Started)),
        ..World::new()
    };
    assert_eq!(code(world), "under_way");
    let mut nameless = World::new();
    nameless.target.as_mut().expect("there").provider_version = None;
    nameless.version = Some("77aa");
    assert!(
        nameless.plan().expect("a plan").steps[1]
            .command
            .contains("depot@77aa")
    );
    nameless.version = None;
    assert_eq!(code(nameless), "no_version");
}

#[test]
fn templates_that_could_not_be_filled_in_safely_are_refused() {
    use TemplateError::{NotALine, Open, Quoted, Unknown, Unsaid, Variable};
    for (text, error) in [
        ("", NotALine),
        ("a\nb", NotALine),
        ("ln -s {versoin} x", Unknown("versoin".to_owned())),
        ("ln -s {version x", Open),
        ("ln -s \"/srv/{version}\" x", Quoted("version".to_owned())),
        ("ln -s '{version}' x", Quoted("version".to_owned())),
        (r#"echo "\"{version}" x"#, Quoted("version".to_owned())),
        ("ln -sfn versions/${version} next", Variable("version".to_owned())),
        ("switch-back {environment}", Unsaid),
    ] {
        assert_eq!(Template::parse(text), Err(error), "{text}");
    }
    for text in [r#"echo "a" \" {version} ${HOME} 'b'"#, "switch-to {release}"] {
        assert_eq!(Template::parse(text).expect("a template").to_string(), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a value holds, a shell sees one word, and that is the value.
    #[test]
    fn a_shell_reads_back_what_was_put_in(value in "[^\0]{0,40}", plain in "[ -~]{0,20}") {
        for value in [value, plain] {
            let template = Template::parse("printf %s. /srv/{version}").expect("a template");
            let command = template.filled(|_| value.clone());
            let said = Command::new("sh").arg("-c").arg(&command).output().expect("a shell");
            prop_assert_eq!(String::from_utf8_lossy(&said.stdout), format!("/srv/{value}."), "{}", command);
        }
    }
}
