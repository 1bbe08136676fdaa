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
    /// The checks that can be evaluated, in the order of their codes.
    pub checks: Vec<Check>,
    /// The checks that cannot, in the order of their codes; no code stands in both.
    pub bad: Vec<BadCheck>,
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
        let files = folder::read(folder)?;
        let files = files
            .iter()
            .map(|(name, contents)| (name.as_str(), contents.as_deref().map_err(String::as_str)));
        Self::assemble(&files.collect()).map_err(|error| in_folder(folder, error))
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
        for (name, contents) in files.iter().filter(|(name, _)| folder::is_check(name)) {
            if pack.schema.as_deref() == Some(Path::new(name)) {
                continue;
            }
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
        Ok(pack)
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
        for reading in readings {
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
        let manifest = std::str::from_utf8(bytes)
            .map_err(|_| Error::invalid("pack", format!("{MANIFEST} is not UTF-8")))?;
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
                checks: Vec::new(),
                bad: Vec::new(),
            }),
            _ => {
                let problems: Vec<String> = report.into_problems().iter().map(ToString::to_string).collect();
                Err(Error::invalid("pack", problems.join("\n")))
            }
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
