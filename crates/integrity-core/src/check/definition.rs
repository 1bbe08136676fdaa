//! The front matter of a check: what each key may hold, and its default.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use toml::de::{DeTable, DeValue};

use super::{
    fields::{At, Fields, an, integer, text},
    naming,
    parameter::Parameter,
    problem::Report,
    statement::AS_OF,
    template::Template,
};
use crate::{AcceptRule, CheckCode, Clearing, Language, Severity, Text, Worse, duration};

/// The most rows that a check may keep.
pub(super) const MAX_ROWS: u32 = 50_000;
/// The shortest `timeout`: what ends a statement must not hit the few that clean up after it.
pub(crate) const MIN_TIMEOUT: Duration = Duration::from_millis(50);
/// The longest `timeout`.
pub(super) const MAX_TIMEOUT: Duration = Duration::from_hours(1);
/// The shortest `every`: more often would be a load and not a watch.
pub(super) const MIN_EVERY: Duration = Duration::from_secs(1);
/// The longest `every`.
pub(super) const MAX_EVERY: Duration = Duration::from_hours(366 * 24);

/// What all files of one check say alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) code: CheckCode,
    pub(crate) severity: Severity,
    pub(crate) entity: String,
    pub(crate) title: Text,
    pub(crate) message: Message,
    pub(crate) runbook: Option<String>,
    pub(crate) every: Duration,
    pub(crate) timeout: Duration,
    pub(crate) max_rows: u32,
    pub(crate) resolve_after: u32,
    pub(crate) clearing: Clearing,
    pub(crate) accept: Option<AcceptRule>,
    pub(crate) volatile: Vec<String>,
    pub(crate) params: BTreeMap<String, Parameter>,
}

impl Definition {
    /// The keys in which two files of one check differ; a parameter may be declared in one of them only.
    pub(super) fn differences(&self, other: &Self) -> Vec<&'static str> {
        let same_params = self
            .params
            .iter()
            .all(|(name, mine)| other.params.get(name).is_none_or(|theirs| mine == theirs));
        [
            ("severity", self.severity == other.severity),
            ("entity", self.entity == other.entity),
            ("title", self.title == other.title),
            ("message", self.message == other.message),
            ("runbook", self.runbook == other.runbook),
            ("every", self.every == other.every),
            ("timeout", self.timeout == other.timeout),
            ("max_rows", self.max_rows == other.max_rows),
            ("resolve_after", self.resolve_after == other.resolve_after),
            ("clearing", self.clearing == other.clearing),
            ("accept", self.accept == other.accept),
            ("volatile", self.volatile == other.volatile),
            ("params", same_params),
        ]
        .into_iter()
        .filter_map(|(key, same)| (!same).then_some(key))
        .collect()
    }
}

/// What one file says for itself.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) guard: Option<At<String>>,
    pub(super) requires: Vec<String>,
    pub(super) requires_columns: Vec<String>,
    pub(super) without_columns: Vec<String>,
    /// Where each parameter is declared.
    pub(super) declared: BTreeMap<String, usize>,
}

/// The message in one or both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) fr: Option<Template>,
    pub(crate) en: Option<Template>,
}

impl Message {
    /// The template in `language`, else in the other one.
    pub(crate) fn get(&self, language: Language) -> Option<&Template> {
        let (first, second) = match language {
            Language::Fr => (&self.fr, &self.en),
            Language::En => (&self.en, &self.fr),
        };
        first.as_ref().or(second.as_ref())
    }
}

const KEYS: [&str; 19] = [
    "code",
    "format",
    "severity",
    "entity",
    "title",
    "message",
    "runbook",
    "every",
    "timeout",
    "max_rows",
    "resolve_after",
    "clearing",
    "guard",
    "requires",
    "requires_columns",
    "without_columns",
    "volatile",
    "accept",
    "params",
];

/// Reads a front matter that stands at `offset` of the file; `stem` is the code that the file's name promises.
/// The severity comes apart, since it is wanted even where something else is wrong.
pub(super) fn read(
    table: &DeTable<'_>,
    offset: usize,
    stem: &str,
    language: Language,
    report: &mut Report<'_>,
) -> (Option<Severity>, Option<Definition>, Conditions) {
    let fields = Fields::new(table, offset);
    fields.refuse_others(report, &KEYS);
    fields.format(report);
    let code = fields.required(
        report,
        "code",
        "\"STOCK_NEGATIF\", 3 to 63 of A-Z, 0-9 and _",
        |value| match text(value)? {
            code if naming::is_reserved(code) => Err(format!("{code} is what Vigie itself raises")),
            code => code
                .parse::<CheckCode>()
                .map_err(|_| format!("{} is no check code", an(value))),
        },
    );
    if let Some((code, at)) = code.as_ref().filter(|(code, _)| code.as_str() != stem) {
        let mut remedy = format!("name the file {}.sql", code.as_str().to_ascii_lowercase());
        if let Some(other) = naming::code_of(stem) {
            remedy = format!("{remedy}, or the code {other}");
        }
        report.add(*at, format!("code {code} does not match the file's name"), remedy);
    }
    let severity = fields.required(
        report,
        "severity",
        "\"INFO\", \"WARN\" or \"CRITICAL\"",
        |value| {
            text(value)?
                .parse::<Severity>()
                .map_err(|_| format!("{} is no severity", an(value)))
        },
    );
    let severity = severity.map(|(severity, _)| severity);
    let entity = fields.required(report, "entity", "\"CITERNE\", of A-Z, 0-9 and _", entity);
    let localized = |report: &mut Report<'_>, key| {
        if table.contains_key(key) {
            return true;
        }
        report.add(
            fields.at(),
            format!("{key} is missing"),
            format!("write {key} = {{ fr = \"…\", en = \"…\" }}"),
        );
        false
    };
    let title = localized(report, "title")
        .then(|| fields.text(report, "title", language))
        .flatten();
    let message = localized(report, "message")
        .then(|| fields.words(report, "message", language, Template::parse))
        .flatten()
        .map(|[fr, en]| Message { fr, en });

    let runbook = fields.optional(report, "runbook", "\"depot#stock_negatif\"", |v| {
        text(v).map(str::to_owned)
    });
    let every = fields.optional(report, "every", "\"5m\"", |v| bounded(v, MIN_EVERY..=MAX_EVERY));
    let timeout = fields.optional(report, "timeout", "\"5s\"", |v| {
        bounded(v, MIN_TIMEOUT..=MAX_TIMEOUT)
    });
    let max_rows = fields.optional(report, "max_rows", "500", |v| count(v, MAX_ROWS));
    let resolve_after = fields.optional(report, "resolve_after", "2", |v| count(v, 1000));
    let ways = "\"auto\", \"manual\" or \"manual_when_critical\"";
    let clearing = fields.optional(report, "clearing", ways, clearing);
    let volatile = words(fields.list(report, "volatile", "\"age_h\"", |_| Ok(())));
    let accept = fields
        .table(report, "accept", "{ key = \"…\", worse = \"up\" }")
        .map(|fields| accept(&fields, report));
    let (params, declared) = parameters(&fields, report);
    let conditions = conditions(&fields, report, declared);

    let definition = (|| {
        Some(Definition {
            code: code?.0,
            severity: severity?,
            entity: entity?.0,
            title: title?,
            message: message?,
            runbook: runbook.map(|(runbook, _)| runbook),
            every: every.map_or(Duration::from_mins(5), |(every, _)| every),
            timeout: timeout.map_or(Duration::from_secs(5), |(timeout, _)| timeout),
            max_rows: max_rows.map_or(500, |(rows, _)| rows),
            resolve_after: resolve_after.map_or(2, |(times, _)| times),
            clearing: clearing.map_or(Clearing::Auto, |(clearing, _)| clearing),
            accept: accept.flatten(),
            volatile,
            params,
        })
    })();
    (severity, definition, conditions)
}

fn conditions(fields: &Fields<'_>, report: &mut Report<'_>, declared: BTreeMap<String, usize>) -> Conditions {
    let guard = "\"select count(*) > 0 from public.citernes\"";
    Conditions {
        guard: fields.optional(report, "guard", guard, |v| text(v).map(str::to_owned)),
        requires: words(fields.list(report, "requires", "\"public.citernes\"", |name| dotted(name, 2))),
        requires_columns: words(fields.list(report, "requires_columns", COLUMN, |name| dotted(name, 3))),
        without_columns: words(fields.list(report, "without_columns", COLUMN, |name| dotted(name, 3))),
        declared,
    }
}

const COLUMN: &str = "\"public.sorties_produit.volume_15c\"";

fn words(list: Vec<At<String>>) -> Vec<String> {
    list.into_iter().map(|(word, _)| word).collect()
}

/// A name of so many parts, each as the catalogs write it: no quotes, no folding of case.
fn dotted(name: &str, parts: usize) -> Result<(), String> {
    if name.split('.').count() == parts && name.split('.').all(|part| !part.trim().is_empty()) {
        Ok(())
    } else {
        Err(format!(
            "{name:?} is not of the form {}",
            ["schema.relation", "schema.relation.column"][parts - 2]
        ))
    }
}

fn bounded(value: &DeValue<'_>, range: RangeInclusive<Duration>) -> Result<Duration, String> {
    let written = text(value)?;
    match duration::parse(written)? {
        read if read > *range.end() => {
            Err(format!("{written} is more than {}", duration::text(*range.end())))
        }
        read if read < *range.start() => Err(format!(
            "{written} is less than {}",
            duration::text(*range.start())
        )),
        read => Ok(read),
    }
}

fn count(value: &DeValue<'_>, most: u32) -> Result<u32, String> {
    let number = integer(value)?;
    match u32::try_from(number) {
        Ok(count) if (1..=most).contains(&count) => Ok(count),
        _ => Err(format!("{number} is not between 1 and {most}")),
    }
}

fn entity(value: &DeValue<'_>) -> Result<String, String> {
    let word = text(value)?;
    let plain = word
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let fits = plain && word.starts_with(|c: char| c.is_ascii_uppercase()) && word.len() <= 63;
    if fits {
        Ok(word.to_owned())
    } else {
        Err(format!("{word:?} is no kind of entity"))
    }
}

fn clearing(value: &DeValue<'_>) -> Result<Clearing, String> {
    match text(value)? {
        "auto" => Ok(Clearing::Auto),
        "manual" => Ok(Clearing::Manual),
        "manual_when_critical" => Ok(Clearing::ManualWhenCritical),
        other => Err(format!("{other:?} is no way of clearing")),
    }
}

fn accept(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<AcceptRule> {
    fields.refuse_others(report, &["key", "worse", "tolerance"]);
    let key = fields.required(report, "key", "\"stock_ambiant\"", |v| text(v).map(str::to_owned));
    let worse = fields.required(report, "worse", "\"up\" or \"down\"", |value| {
        match text(value)? {
            "up" => Ok(Worse::Up),
            "down" => Ok(Worse::Down),
            other => Err(format!("{other:?} is no direction")),
        }
    });
    let tolerance = fields.optional(report, "tolerance", "\"2%\"", |value| percentage(text(value)?));
    Some(AcceptRule {
        key: key?.0,
        worse: worse?.0,
        tolerance_millipercent: tolerance.map_or(0, |(part, _)| part),
    })
}

/// `2%` or `0.125%`, in thousandths of a percent.
fn percentage(written: &str) -> Result<u32, String> {
    let wrong = || format!("{written:?} is no percentage with at most three decimals");
    let number = written.strip_suffix('%').ok_or_else(wrong)?;
    let (whole, fraction) = number
        .split_once('.')
        .map_or((number, "0"), |(whole, fraction)| (whole, fraction));
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(whole, 6) || !digits(fraction, 3) {
        return Err(wrong());
    }
    format!("{whole}{fraction:0<3}").parse().map_err(|_| wrong())
}

fn parameters(
    fields: &Fields<'_>,
    report: &mut Report<'_>,
) -> (BTreeMap<String, Parameter>, BTreeMap<String, usize>) {
    let (mut params, mut declared) = (BTreeMap::new(), BTreeMap::new());
    let Some(table) = fields.table(
        report,
        "params",
        "{ tolerance_l = { type = \"numeric\", default = 0 } }",
    ) else {
        return (params, declared);
    };
    for (name, at) in table.keys() {
        declared.insert(name.to_owned(), at);
        let plain = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if name == AS_OF {
            report.add(
                at,
                "as_of is every check's own parameter",
                "take its declaration out",
            );
        } else if !plain || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            report.add(
                at,
                format!("params.{name}: no name for a parameter"),
                "use a-z, 0-9 and _",
            );
        }
        let parameter = table
            .table(report, name, "{ type = \"numeric\", default = 0 }")
            .and_then(|fields| Parameter::read(&fields, report));
        params.extend(parameter.map(|parameter| (name.to_owned(), parameter)));
    }
    (params, declared)
}

#[cfg(test)]
mod tests {
    use super::percentage;

    #[test]
    fn percentages_are_exact() {
        assert_eq!(percentage("2%"), Ok(2000));
        assert_eq!(percentage("0.125%"), Ok(125));
        assert_eq!(percentage("0%"), Ok(0));
        for wrong in ["2", "%", "-1%", "2 %", "1.2345%", ".5%", "1.%", "two%"] {
            assert!(percentage(wrong).is_err(), "{wrong}");
        }
    }
}
