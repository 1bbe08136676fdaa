//! `vigie checks lint`.

use std::{collections::BTreeMap, path::Path};

use integrity_core::{Check, CheckCode, Pack, Problem, postgres::lint};
use pg_sandbox::{Options, Sandbox};
use serde::Serialize;

use wiring::{
    bounded, chosen,
    config::Config,
    postgres::{PgPool, Target},
    stop::{Exit, Stop},
};

use crate::{cli::LintArgs, output, sandbox, show};

/// The largest schema, in KiB.
const LARGEST_SCHEMA: u64 = 64 * 1024;

/// What was found, of all packs. Its JSON is what `--json` prints.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// How many problems there are; any of them makes the program end with 2.
    pub(crate) problems: usize,
    /// How many warnings there are.
    pub(crate) warnings: usize,
    /// What is wrong outside the packs: in the configuration, in the schema that was given.
    pub(crate) elsewhere: Vec<Problem>,
    /// Pack by pack.
    pub(crate) packs: Vec<PackReport>,
}

/// What was found in one pack.
#[derive(Debug, Default, Serialize)]
pub(crate) struct PackReport {
    /// The name or the folder under which it was chosen.
    pub(crate) pack: String,
    /// How many checks it has, good and bad.
    pub(crate) checks: usize,
    /// Beside which tables, views and functions its checks were looked at.
    pub(crate) beside: Option<&'static str>,
    /// What is wrong, by file and line.
    pub(crate) problems: Vec<Problem>,
    /// What is allowed and had better be otherwise.
    pub(crate) warnings: Vec<Problem>,
    /// What could not be looked at.
    pub(crate) unseen: Vec<Problem>,
}

/// With `live` the database whose tables, views and functions are looked at too.
pub(crate) async fn run(
    args: &LintArgs,
    config: &Config,
    live: Option<&Target>,
    json: bool,
) -> Result<Exit, Stop> {
    let schema = args.schema.as_deref().map(schema_of).transpose()?;
    let live = match live {
        Some(target) => Some(target.connect().await?),
        None => None,
    };
    let mut beside = Beside {
        schema: args.schema.as_deref().zip(schema),
        live,
        sandbox: None,
        databases: 0,
    };
    let looked = all(&chosen::names(config, &args.packs.pack), config, &mut beside).await;
    if let Some(sandbox) = beside.sandbox.take() {
        sandbox::stop(sandbox).await?;
    }
    let report = looked?;
    if json {
        output::json(&report)?;
    } else {
        output::print(&show::lint::told(&report))?;
    }
    for pack in report
        .packs
        .iter()
        .filter(|pack| pack.beside.is_none() && pack.checks > 0)
    {
        output::note(&format!(
            "{}: views and functions were not looked at, nor whether PostgreSQL understands the SQL; \
             give --schema FILE, or --live for the configured database",
            pack.pack
        ));
    }
    Ok(if report.problems > 0 {
        Exit::Usage
    } else {
        Exit::Fine
    })
}

fn schema_of(file: &Path) -> Result<String, Stop> {
    bounded::read(file, LARGEST_SCHEMA)
        .map_err(|error| Stop::usage(format!("the schema {}: {error}", file.display())))
}

async fn all(names: &[String], config: &Config, beside: &mut Beside<'_>) -> Result<Report, Stop> {
    let mut owners = BTreeMap::new();
    let mut report = Report::default();
    for name in names {
        let mut found = match Pack::open_or_problems(name) {
            Ok(pack) => {
                let codes: Vec<(CheckCode, String)> = codes(&pack).collect();
                let mut found = of_pack(name, pack, config, beside, &mut report.elsewhere).await?;
                found.problems.extend(taken(name, codes, &mut owners));
                found
            }
            Err(problems) => PackReport {
                pack: name.clone(),
                problems,
                ..PackReport::default()
            },
        };
        for problems in [&mut found.problems, &mut found.warnings, &mut found.unseen] {
            problems.sort_by(|a, b| (&a.file, a.line, &a.what).cmp(&(&b.file, b.line, &b.what)));
            problems.dedup();
        }
        report.problems += found.problems.len();
        report.warnings += found.warnings.len();
        report.packs.push(found);
    }
    report.elsewhere.dedup();
    report.problems += report.elsewhere.len();
    Ok(report)
}

/// What is wrong with one pack.
async fn of_pack(
    name: &str,
    pack: Pack,
    config: &Config,
    beside: &mut Beside<'_>,
    elsewhere: &mut Vec<Problem>,
) -> Result<PackReport, Stop> {
    let mut report = PackReport {
        pack: name.to_owned(),
        checks: pack.codes().count(),
        ..PackReport::default()
    };
    let of_bad = pack.bad.iter().flat_map(|bad| bad.problems.clone());
    report
        .problems
        .extend(of_bad.chain(pack.fixture_problems.clone()));
    report.warnings.extend(pack.warnings.clone());
    let unproven = pack.checks.iter().flat_map(without_fixtures);
    if pack.require_fixtures {
        report.problems.extend(unproven);
    } else {
        report.warnings.extend(unproven);
    }
    // A threshold decides whether a comparison can be true, so it is the one in force that counts.
    let mut checks = Vec::new();
    for check in pack.checks {
        let overridden = match config.checks.get(check.code()) {
            Some(overrides) => check.clone().with_overrides(overrides),
            None => Ok(check.clone()),
        };
        checks.push(overridden.unwrap_or_else(|error| {
            elsewhere.push(Problem {
                file: config.name(),
                line: 1,
                what: error.to_string(),
                remedy: "correct the configuration".to_owned(),
            });
            check
        }));
    }
    let own_schema = pack.schema.as_deref().zip(pack.schema_sql.as_deref());
    beside.look(&checks, own_schema, &mut report, elsewhere).await?;
    Ok(report)
}

/// Each code of a pack with a file that has it.
fn codes(pack: &Pack) -> impl Iterator<Item = (CheckCode, String)> {
    let good = pack.checks.iter().map(|check| {
        let file = check.files().next().unwrap_or_default();
        (check.code().clone(), file.to_owned())
    });
    let bad = pack.bad.iter().map(|bad| {
        let file = bad.problems.first().map(|problem| problem.file.clone());
        (bad.code.clone(), file.unwrap_or_default())
    });
    good.chain(bad)
}

/// Codes that another pack of the run has as well.
fn taken(
    name: &str,
    codes: Vec<(CheckCode, String)>,
    owners: &mut BTreeMap<CheckCode, String>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (code, file) in codes {
        if let Some(owner) = owners.get(&code) {
            problems.push(Problem {
                file,
                line: 1,
                what: format!("{owner} has a check {code} as well"),
                remedy: "choose one of the packs, or rename one of the checks".to_owned(),
            });
        } else {
            owners.insert(code, name.to_owned());
        }
    }
    problems
}

/// The files of a check of which no case shows that it fires, and when it does not.
fn without_fixtures(check: &Check) -> Vec<Problem> {
    let fixtures = check
        .fixtures()
        .iter()
        .filter(|fixture| fixture.problems.is_empty());
    let lacking = fixtures.filter_map(|fixture| {
        Some(Problem {
            file: fixture.check_file.clone(),
            line: 1,
            what: format!("nothing proves that it can fire: {}", fixture.lacks()?),
            remedy: format!(
                "write into {} one case in which it fires and one in which it is silent",
                fixture.file
            ),
        })
    });
    lacking.collect()
}

/// Where the tables, views and functions are that checks are looked at beside.
struct Beside<'a> {
    schema: Option<(&'a Path, String)>,
    live: Option<PgPool>,
    /// Started when the first schema is to be loaded.
    sandbox: Option<Sandbox>,
    databases: usize,
}

impl Beside<'_> {
    async fn look(
        &mut self,
        checks: &[Check],
        own_schema: Option<(&Path, &str)>,
        report: &mut PackReport,
        elsewhere: &mut Vec<Problem>,
    ) -> Result<(), Stop> {
        let (pool, beside) = match (&self.live, &self.schema) {
            (Some(pool), _) => (pool.clone(), "the configured database"),
            (None, schema) => {
                let (file, text, problems) = match (schema, own_schema) {
                    (Some((file, text)), _) => (*file, text.clone(), elsewhere),
                    (None, Some((file, text))) => (file, text.to_owned(), &mut report.problems),
                    (None, None) => return Ok(()),
                };
                match self.loaded(&text).await? {
                    Ok(pool) => (pool, "a schema"),
                    Err(why) => {
                        problems.push(Problem {
                            file: file.display().to_string(),
                            line: 1,
                            what: format!("it cannot be loaded: {why}"),
                            remedy: "give what `pg_dump --schema-only` writes".to_owned(),
                        });
                        return Ok(());
                    }
                }
            }
        };
        let found = lint::lint(&pool, checks).await?;
        report.beside = Some(beside);
        report.problems.extend(found.problems);
        report.warnings.extend(found.warnings);
        report.unseen.extend(found.unseen);
        Ok(())
    }

    /// A private database with this schema, or why it could not be loaded.
    async fn loaded(&mut self, schema: &str) -> Result<Result<PgPool, String>, Stop> {
        if self.sandbox.is_none() {
            self.sandbox = Some(sandbox::start(Options::from_env()).await?);
        }
        let Some(sandbox) = &self.sandbox else {
            return Err(Stop::unreachable("the private PostgreSQL is gone"));
        };
        let name = format!("lint_{}", self.databases);
        self.databases += 1;
        sandbox.create_database(&name).map_err(sandbox::refusal)?;
        match sandbox.load_schema(&name, schema) {
            Ok(skipped) => {
                for part in skipped {
                    output::note(&format!("the schema, {part}: left out"));
                }
            }
            Err(error @ (pg_sandbox::Error::Schema { .. } | pg_sandbox::Error::Psql { .. })) => {
                return Ok(Err(error.to_string()));
            }
            Err(other) => return Err(sandbox::refusal(other)),
        }
        let target = Target::parse("the private PostgreSQL", &sandbox.url(&name))?;
        Ok(Ok(target.connect().await?))
    }
}
