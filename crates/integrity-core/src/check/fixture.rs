//! What proves a check: the cases in the file beside it, and the record that they passed.
//!
//! A check without them still runs, so what is wrong with a fixture is kept apart from what is wrong with a check.

use toml::de::DeTable;

use super::{
    Check, Overrides, Pack, Problem,
    case::{self, Case},
    fields::{Fields, text},
    folder::{self, Files, MANIFEST},
    problem::Report,
    proof::{self, Record},
};
use crate::Error;

const ENDING: &str = ".test.toml";

/// The cases beside one file of a check, and whether they are known to have passed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fixture {
    /// The check's file within its pack.
    pub check_file: String,
    /// The file with the cases, also where there is none.
    pub file: String,
    /// Whether that file is there.
    pub exists: bool,
    /// The cases, in the order of the file; those that can be read, where something is wrong.
    pub cases: Vec<Case>,
    /// Why its cases alter the schema; none: they may not.
    pub alters_schema: Option<String>,
    /// Everything that is wrong with the file.
    pub problems: Vec<Problem>,
    /// SHA-256, in hexadecimal, over the check's file, this one, the pack's schema and what of `pack.toml` a case can
    /// tell: what a proof is about.
    /// None where one of them cannot be read.
    pub digest: Option<String>,
    recorded: Result<Option<String>, String>,
}

impl Fixture {
    /// What it lacks to be one that can prove anything: a case in which the check fires, or one in which it is
    /// silent.
    #[must_use]
    pub fn lacks(&self) -> Option<String> {
        let file = &self.file;
        if !self.exists {
            return Some(format!("there is no {file}"));
        }
        if let [first, more @ ..] = self.problems.as_slice() {
            return Some(match more.len() {
                0 => first.to_string(),
                more => format!("{first} (and {more} more)"),
            });
        }
        let fires = self.cases.iter().any(Case::is_firing);
        let is_silent = self.cases.iter().any(Case::is_silent);
        match (fires, is_silent) {
            (true, true) => None,
            (false, true) => Some(format!(
                "{file} has no case in which the check fires (expect = […])"
            )),
            (true, false) => Some(format!(
                "{file} has no case in which the check is silent (expect_none = true)"
            )),
            (false, false) => Some(format!("{file} has no case")),
        }
    }

    /// Why the file of the check is not proved; none: it is.
    #[must_use]
    pub fn unproved_because(&self) -> Option<String> {
        if let Some(what) = self.lacks() {
            return Some(what);
        }
        let file = &self.check_file;
        match (&self.digest, &self.recorded) {
            (None, _) => Some("the pack's schema cannot be read".to_owned()),
            (_, Err(why)) => Some(why.clone()),
            (_, Ok(None)) => Some(format!("`vigie checks test` has not passed on {file} yet")),
            (Some(digest), Ok(Some(recorded))) if digest != recorded => Some(format!(
                "the files of {file} changed since `vigie checks test` last passed"
            )),
            _ => None,
        }
    }
}

impl Check {
    /// What stands beside each of its files, in the order of [`Check::files`].
    #[must_use]
    pub fn fixtures(&self) -> &[Fixture] {
        &self.fixtures
    }

    /// Whether each of its files was seen to fire and to be silent as its cases say, and did not change since.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.unproved_because().is_none()
    }

    /// Why it is not proved; none: it is.
    #[must_use]
    pub fn unproved_because(&self) -> Option<String> {
        let whys: Vec<String> = self
            .fixtures
            .iter()
            .filter_map(Fixture::unproved_because)
            .collect();
        (!whys.is_empty()).then(|| whys.join("; "))
    }

    /// The check with the values that its parameters have in a case.
    ///
    /// # Errors
    /// `Invalid`, as for the configuration's overrides.
    pub fn for_case(&self, case: &Case) -> Result<Self, Error> {
        self.clone().with_overrides(&Overrides {
            params: case.params.clone(),
            ..Overrides::default()
        })
    }
}

/// The name of the file beside a check's file.
pub(super) fn beside(check_file: &str) -> String {
    let stem = &check_file[..check_file.len() - ".sql".len()];
    format!("{stem}{ENDING}")
}

/// Whether a file of that name holds cases.
pub(super) fn is_fixture(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ENDING) && !name.starts_with('.')
}

/// Gives every check its fixtures, and the pack the problems of all of them.
pub(super) fn attach(pack: &mut Pack, files: &Files<'_>) {
    let mut problems = Vec::new();
    let schema = schema(pack, files, &mut problems);
    let record = proof::read(files, &mut problems);
    let mut checks = std::mem::take(&mut pack.checks);
    for check in &mut checks {
        let names: Vec<String> = check.files().map(str::to_owned).collect();
        check.fixtures = names
            .iter()
            .map(|name| fixture(name, Some(check), files, (pack, schema.as_ref()), &record))
            .collect();
    }
    let is_a_check = |name: &str| folder::is_check(name) && pack.schema_is_not(name);
    let of_good: Vec<&str> = checks.iter().flat_map(Check::files).collect();
    for name in files
        .keys()
        .filter(|name| is_a_check(name) && !of_good.contains(name))
    {
        problems.extend(fixture(name, None, files, (pack, schema.as_ref()), &record).problems);
    }
    for name in files.keys().filter(|name| is_fixture(name)) {
        if !files
            .keys()
            .any(|check| is_a_check(check) && beside(check) == *name)
        {
            let stem = &name[..name.len() - ENDING.len()];
            problems.push(Problem {
                file: (*name).to_owned(),
                line: 1,
                what: format!("there is no check {stem}.sql beside it"),
                remedy: "name it after its check".to_owned(),
            });
        }
    }
    problems.extend(
        checks
            .iter()
            .flat_map(|check| &check.fixtures)
            .flat_map(|f| f.problems.clone()),
    );
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    pack.checks = checks;
    pack.fixture_problems = problems;
    pack.schema_sql = schema.ok().flatten();
}

/// The schema's text; `Err` where it should be there and cannot be read.
fn schema(pack: &Pack, files: &Files<'_>, problems: &mut Vec<Problem>) -> Result<Option<String>, ()> {
    let Some(name) = pack.schema.as_deref().map(|path| path.to_string_lossy()) else {
        return Ok(None);
    };
    let why = match files.get(name.as_ref()) {
        None => "is not there".to_owned(),
        Some(Err(why)) => format!("cannot be read: {why}"),
        Some(Ok(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(Some(text.to_owned())),
            Err(_) => "is not UTF-8".to_owned(),
        },
    };
    problems.push(Problem {
        file: MANIFEST.to_owned(),
        line: 1,
        what: format!("the schema {name} {why}"),
        remedy: "name a file that `pg_dump --schema-only` wrote, relative to the pack".to_owned(),
    });
    Err(())
}

fn fixture(
    check_file: &str,
    check: Option<&Check>,
    files: &Files<'_>,
    (pack, schema): (&Pack, Result<&Option<String>, &()>),
    record: &Record,
) -> Fixture {
    let file = beside(check_file);
    let contents = files.get(file.as_str());
    let (cases, alters_schema, problems) = match contents {
        None => (Vec::new(), None, Vec::new()),
        Some(Ok(bytes)) => cases(&file, bytes, check),
        Some(Err(why)) => {
            let mut report = Report::new(&file, "");
            report.add(0, format!("the file cannot be read: {why}"), "make it readable");
            (Vec::new(), None, report.into_problems())
        }
    };
    let digest = match (files.get(check_file), contents, schema) {
        (Some(Ok(check)), Some(Ok(cases)), Ok(schema)) => Some(proof::digest(
            pack,
            check,
            cases,
            schema.as_deref().map(str::as_bytes),
        )),
        _ => None,
    };
    Fixture {
        recorded: record.of(check_file),
        check_file: check_file.to_owned(),
        exists: contents.is_some(),
        file,
        cases,
        alters_schema,
        problems,
        digest,
    }
}

/// Reads a file of cases. Whether their parameters fit can only be told with the check at hand.
fn cases(file: &str, bytes: &[u8], check: Option<&Check>) -> (Vec<Case>, Option<String>, Vec<Problem>) {
    let source = match std::str::from_utf8(bytes) {
        Ok(source) => source,
        Err(error) => {
            let readable = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let mut report = Report::new(file, &readable);
            report.add(readable.len(), "the file is not UTF-8", "save it as UTF-8");
            return (Vec::new(), None, report.into_problems());
        }
    };
    let mut report = Report::new(file, source);
    let (table, errors) = DeTable::parse_recoverable(source);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        report.add(at, format!("TOML: {}", error.message()), "mend it");
    }
    let fields = Fields::new(table.get_ref(), 0);
    fields.refuse_others(&mut report, &["format", "alters_schema", "case"]);
    fields.format(&mut report);
    let why = fields.optional(
        &mut report,
        "alters_schema",
        "\"why the cases cannot leave it as it is\"",
        |value| {
            let why = text(value)?.trim();
            let is_said = (!why.is_empty()).then(|| why.to_owned());
            is_said.ok_or_else(|| "is empty".to_owned())
        },
    );
    let alters_schema = why.map(|(why, _)| why);
    let tables = fields.tables(&mut report, "case", "[[case]] sections");
    if tables.as_ref().is_none_or(Vec::is_empty) && report.is_clean() {
        report.add(
            0,
            "there is no case",
            "write [[case]], with name, given and expect",
        );
    }
    let mut cases: Vec<Case> = Vec::new();
    for fields in tables.unwrap_or_default() {
        let Some(mut case) = case::read(&fields, source, &mut report) else {
            continue;
        };
        case.alters_schema = alters_schema.is_some();
        if let Some(other) = cases.iter().find(|other| other.name == case.name) {
            report.add(
                fields.at(),
                format!(
                    "the case of line {} has the name {:?} as well",
                    other.line, case.name
                ),
                "give each case a name of its own",
            );
        }
        if let Some(Err(Error::Invalid { reason, .. })) = check.map(|check| check.for_case(&case)) {
            report.add(
                fields.at_key("params"),
                reason,
                "the case's params are values of the check's own parameters",
            );
        }
        cases.push(case);
    }
    (cases, alters_schema, report.into_problems())
}
