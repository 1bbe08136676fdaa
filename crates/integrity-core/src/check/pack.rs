//! A folder of checks with its `pack.toml`.
//!
//! A bad check does not take its pack with it: it is kept beside the good ones, so that a run can say that it
//! was not looked at. A bad `pack.toml` does, since nothing in the folder can be trusted without it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use chrono_tz::Tz;
use toml::de::DeTable;

use super::{
    BadCheck, Check, Problem,
    builtin::{self, BUILTIN},
    fields::{Fields, text},
    file::{self, Reading},
    fixture,
    folder::{self, Files, MANIFEST},
    naming,
    problem::Report,
};
use crate::{CheckCode, Error, Language, Severity, Terms, Text};

/// Checks that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pack {
    /// Its name: `[a-z][a-z0-9_-]*`.
    pub name: String,
    /// The language of the messages it stores.
    pub language: Language,
    /// What it is for.
    pub title: Option<Text>,
    /// Where its business day ends.
    pub time_zone: Tz,
    /// Whether a check without fixtures is an error.
    pub require_fixtures: bool,
    /// The schema on which its fixtures run: a file, relative to the pack.
    pub schema: Option<PathBuf>,
    /// What stands in that file, where it can be read.
    pub schema_sql: Option<String>,
    /// The checks that can be evaluated, in the order of their codes.
    pub checks: Vec<Check>,
    /// The checks that cannot, in the order of their codes; no code stands in both.
    pub bad: Vec<BadCheck>,
    /// What is right in the files of the checks, good and bad, and had better be otherwise, in the order of codes,
    /// files and lines. It keeps no check from running.
    pub warnings: Vec<Problem>,
    /// What is wrong with the cases beside the checks, with the record of those that passed, and with the schema
    /// they run on, in the order of files and lines. It keeps no check from running, and unproves it.
    pub fixture_problems: Vec<Problem>,
}

impl Pack {
    /// Opens a pack by the name of a compiled-in one, else by its folder. A folder whose name is that of a
    /// compiled-in pack is written `./name`.
    ///
    /// # Errors
    /// `Invalid` when there is no such pack, or as [`Pack::load`].
    pub fn open(name_or_folder: &str) -> Result<Self, Error> {
        if Self::builtin_names().any(|name| name == name_or_folder) {
            return Self::builtin(name_or_folder);
        }
        let folder = Path::new(name_or_folder);
        if folder.is_dir() {
            return Self::load(folder);
        }
        let names: Vec<_> = Self::builtin_names().collect();
        let reason = format!(
            "{name_or_folder:?} is neither a folder nor one of {}",
            names.join(", ")
        );
        Err(Error::invalid("pack", reason))
    }

    /// Loads a pack from its folder. Each entry whose name ends in `.sql` and begins with no dot is a file of a
    /// check; one that cannot be read is among [`Pack::bad`].
    ///
    /// # Errors
    /// `Invalid` when the folder or its `pack.toml` cannot be read, `pack.toml` is wrong, or there is no check.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let mut files = folder::read(folder)?;
        // A schema may lie outside the folder; what is wrong with `pack.toml` is told below.
        let manifest = files.get(MANIFEST).and_then(|bytes| bytes.as_deref().ok());
        if let Some(schema) = manifest.and_then(|manifest| Self::from_manifest(manifest).ok()?.schema) {
            let name = schema.to_string_lossy().into_owned();
            files.entry(name).or_insert_with(|| {
                folder::contents(&folder.join(&schema), folder::LARGEST_SCHEMA)
                    .map_err(|error| error.to_string())
            });
        }
        let files = files
            .iter()
            .map(|(name, contents)| (name.as_str(), contents.as_deref().map_err(String::as_str)));
        Self::assemble(&files.collect()).map_err(|error| in_folder(folder, error))
    }

    /// Opens a pack as [`Pack::open`] does, for who wants every problem by itself.
    ///
    /// # Errors
    /// Everything that keeps it from being opened; never empty.
    pub fn open_or_problems(name_or_folder: &str) -> Result<Self, Vec<Problem>> {
        let error = match Self::open(name_or_folder) {
            Ok(pack) => return Ok(pack),
            Err(error) => error,
        };
        let manifest = folder::contents(&Path::new(name_or_folder).join(MANIFEST), folder::LARGEST);
        if let Some(Err(problems)) = manifest.ok().map(|manifest| Self::read_manifest(&manifest)) {
            return Err(problems);
        }
        let what = match error {
            Error::Invalid { reason, .. } => reason,
            other => other.to_string(),
        };
        Err(vec![Problem {
            file: MANIFEST.to_owned(),
            line: 1,
            what,
            remedy: format!("a pack is a folder with a {MANIFEST} and checks, or one that is compiled in"),
        }])
    }

    /// The names of the packs that are compiled into the program.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        builtin::names()
    }

    /// A pack that is compiled into the program.
    ///
    /// # Errors
    /// `Invalid` when there is none of that name.
    pub fn builtin(name: &str) -> Result<Self, Error> {
        Self::from_files(
            BUILTIN
                .iter()
                .filter(|(pack, _, _)| *pack == name)
                .map(|(_, file, bytes)| (*file, *bytes)),
        )
    }

    /// Makes a pack of files that are already in memory: names and contents, `pack.toml` among them.
    ///
    /// # Errors
    /// As [`Pack::load`].
    pub fn from_files<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Result<Self, Error> {
        let files = files.into_iter().map(|(name, bytes)| (name, Ok(bytes)));
        Self::assemble(&files.collect())
    }

    fn assemble(files: &Files<'_>) -> Result<Self, Error> {
        let Some(Ok(manifest)) = files.get(MANIFEST) else {
            return Err(Error::invalid("pack", format!("there is no {MANIFEST}")));
        };
        let mut pack = Self::from_manifest(manifest)?;
        let mut by_stem: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
        for (name, contents) in files
            .iter()
            .filter(|(name, _)| folder::is_check(name) && pack.schema_is_not(name))
        {
            let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
            let reading = match contents {
                Ok(bytes) => file::read(name, &stem, bytes, pack.language),
                Err(why) => file::unreadable(name, why),
            };
            by_stem.entry(stem).or_default().push(reading);
        }
        if by_stem.is_empty() {
            return Err(Error::invalid(
                "pack",
                format!("the pack {:?} has no check", pack.name),
            ));
        }
        let mut taken: BTreeSet<CheckCode> =
            by_stem.keys().filter_map(|stem| naming::code_of(stem)).collect();
        let mut by_code = BTreeMap::new();
        for (stem, readings) in by_stem {
            let code = naming::code_of(&stem).unwrap_or_else(|| naming::stand_in(&stem, &taken));
            taken.insert(code.clone());
            by_code.insert(code, readings);
        }
        for (code, readings) in by_code {
            pack.add(code, readings);
        }
        fixture::attach(&mut pack, files);
        Ok(pack)
    }

    /// Whether a file is another one than the schema.
    pub(super) fn schema_is_not(&self, file: &str) -> bool {
        self.schema.as_deref() != Some(Path::new(file))
    }

    /// Makes sure that no two packs of a run have a check of the same code.
    ///
    /// # Errors
    /// `Invalid`, naming the code and both packs.
    pub fn must_be_disjoint(packs: &[Self]) -> Result<(), Error> {
        let mut owners: BTreeMap<&CheckCode, &str> = BTreeMap::new();
        for pack in packs {
            for code in pack.codes() {
                if let Some(owner) = owners.insert(code, &pack.name) {
                    let reason = format!(
                        "both {owner} and {} have a check {code}; choose one of them",
                        pack.name
                    );
                    return Err(Error::invalid("packs", reason));
                }
            }
        }
        Ok(())
    }

    /// The codes of all its checks, good and bad.
    pub fn codes(&self) -> impl Iterator<Item = &CheckCode> {
        self.checks
            .iter()
            .map(Check::code)
            .chain(self.bad.iter().map(|bad| &bad.code))
    }

    /// Takes the files of one code: a check, or a bad check if anything is wrong with any of them.
    fn add(&mut self, code: CheckCode, readings: Vec<Reading>) {
        let severity = readings.iter().map(|reading| reading.severity).max().flatten();
        let (mut good, mut problems) = (Vec::new(), Vec::new());
        for mut reading in readings {
            self.warnings.append(&mut reading.warnings);
            match reading.check {
                Ok(check) => good.push(check),
                Err(mut found) => problems.append(&mut found),
            }
        }
        if problems.is_empty() {
            problems = disagreements(&good);
        }
        let mut good = good.into_iter();
        match good.next() {
            Some((mut definition, variant)) if problems.is_empty() => {
                let mut variants = vec![variant];
                for (other, variant) in good {
                    definition.params.extend(other.params);
                    variants.push(variant);
                }
                self.checks.push(Check {
                    pack: self.name.clone(),
                    language: self.language,
                    time_zone: self.time_zone,
                    enabled: true,
                    definition,
                    variants,
                    fixtures: Vec::new(),
                });
            }
            _ => self.bad.push(BadCheck {
                code,
                pack: self.name.clone(),
                terms: Terms {
                    time_zone: self.time_zone,
                    language: self.language,
                    ..Terms::new(severity.unwrap_or(Severity::Critical))
                },
                problems,
            }),
        }
    }

    fn from_manifest(bytes: &[u8]) -> Result<Self, Error> {
        Self::read_manifest(bytes).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Error::invalid("pack", problems.join("\n"))
        })
    }

    fn read_manifest(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let Ok(manifest) = std::str::from_utf8(bytes) else {
            let mut report = Report::new(MANIFEST, "");
            report.add(0, "the file is not UTF-8", "save it as UTF-8");
            return Err(report.into_problems());
        };
        let mut report = Report::new(MANIFEST, manifest);
        let (table, errors) = DeTable::parse_recoverable(manifest);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            report.add(at, format!("TOML: {}", error.message()), "mend it");
        }
        let fields = Fields::new(table.get_ref(), 0);
        fields.refuse_others(
            &mut report,
            &[
                "name",
                "format",
                "language",
                "title",
                "time_zone",
                "require_fixtures",
                "schema",
            ],
        );
        fields.format(&mut report);
        let name = fields.required(&mut report, "name", "\"depot\"", |value| {
            let name = text(value)?;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
            let fits = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain);
            if fits {
                Ok(name.to_owned())
            } else {
                Err(format!("{name:?} is not of a-z, 0-9, _ and -"))
            }
        });
        let language = fields.optional(&mut report, "language", "\"fr\" or \"en\"", |value| {
            match text(value)? {
                "fr" => Ok(Language::Fr),
                "en" => Ok(Language::En),
                other => Err(format!("{other:?} is no language that Vigie speaks")),
            }
        });
        let language = language.map_or(Language::default(), |(language, _)| language);
        let time_zone = fields.optional(&mut report, "time_zone", "\"Africa/Kinshasa\"", |value| {
            let name = text(value)?;
            name.parse::<Tz>()
                .map_err(|_| format!("{name:?} is no time zone"))
        });
        let require_fixtures = fields.optional(&mut report, "require_fixtures", "true", |value| {
            value
                .as_bool()
                .ok_or_else(|| "is neither true nor false".to_owned())
        });
        let schema = fields.optional(&mut report, "schema", "\"schema.sql\"", |v| {
            text(v).map(PathBuf::from)
        });
        let title = fields.text(&mut report, "title", language);
        match name {
            Some((name, _)) if report.is_clean() => Ok(Self {
                name,
                language,
                title,
                time_zone: time_zone.map_or(Tz::UTC, |(zone, _)| zone),
                require_fixtures: require_fixtures.is_some_and(|(required, _)| required),
                schema: schema.map(|(schema, _)| schema),
                schema_sql: None,
                checks: Vec::new(),
                bad: Vec::new(),
                warnings: Vec::new(),
                fixture_problems: Vec::new(),
            }),
            _ => Err(report.into_problems()),
        }
    }
}

/// What keeps the files of one code from being one check.
fn disagreements(files: &[(super::Definition, super::Variant)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (n, (definition, variant)) in files.iter().enumerate() {
        let mut problem = |what, remedy: &str| {
            problems.push(Problem {
                file: variant.file.clone(),
                line: 1,
                what,
                remedy: remedy.to_owned(),
            });
        };
        for (earlier_definition, earlier) in &files[..n] {
            if !variant.excludes(earlier) {
                let what = format!(
                    "the same code as {}, and both can be active at once",
                    earlier.file
                );
                problem(
                    what,
                    "let one have in requires_columns what the other has in without_columns",
                );
            }
            for key in definition.differences(earlier_definition) {
                problem(
                    format!("{key} differs from {}", earlier.file),
                    "files of one check say it alike",
                );
            }
        }
    }
    problems
}

fn in_folder(folder: &Path, error: Error) -> Error {
    match error {
        Error::Invalid { field, reason } => Error::invalid(field, format!("{}: {reason}", folder.display())),
        other => other,
    }
}
