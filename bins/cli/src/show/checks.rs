//! Checks: a line for each, or everything about one.

use comfy_table::{Attribute, Cell, Color};
use integrity_core::{Clearing, Description, FileDescription, Text, Worse};
use serde_json::Value;

use wiring::plain::plain;

use super::{
    table,
    words::{BOLD, DIM, RED, color, count, severity, styled},
};
use crate::command::checks::{list::Listed, show::Shown};

/// One line per check, then how many are proved.
pub(crate) fn table(checks: &[Listed]) -> String {
    let headings = ["CODE", "PACK", "SEVERITY", "EVERY", "PROVED", "ENABLED", "TITLE"];
    let mut rows = table::with_headings(&headings);
    for check in checks {
        let every = check
            .definition
            .as_ref()
            .map_or("–", |definition| &definition.every);
        let proved = if check.bad {
            red("BAD")
        } else if check.proved {
            Cell::new("proved")
        } else {
            Cell::new("UNPROVED")
                .fg(Color::Yellow)
                .add_attribute(Attribute::Bold)
        };
        let enabled = if check.enabled {
            Cell::new("yes")
        } else {
            red("no")
        };
        let title = match check.problems.first() {
            Some(problem) => plain(&problem.to_string()).into_owned(),
            None if check.bad => "its files are wrong; `vigie checks lint` says how".to_owned(),
            None => plain(check.title()).into_owned(),
        };
        rows.add_row([
            Cell::new(&check.code),
            Cell::new(plain(&check.pack)),
            Cell::new(check.severity.as_str()).fg(color(check.severity)),
            Cell::new(every),
            proved,
            enabled,
            Cell::new(title),
        ]);
    }
    let number = |wanted: fn(&&Listed) -> bool| checks.iter().filter(wanted).count();
    format!(
        "{}\n\n{}: {} proved, {} unproved, {} bad, {} disabled",
        table::lines(&mut rows),
        count(checks.len() as u64, "check"),
        number(|check| check.proved),
        number(|check| !check.proved && !check.bad),
        number(|check| check.bad),
        number(|check| !check.enabled),
    )
}

fn red(word: &str) -> Cell {
    Cell::new(word).fg(Color::Red).add_attribute(Attribute::Bold)
}

/// Everything about one check.
pub(crate) fn sheet(shown: &Shown) -> String {
    let check = &shown.check;
    let head = format!("{} {}", styled(BOLD, check.code.as_str()), plain(check.title()));
    let mut lines = vec![head.trim_end().to_owned(), String::new()];
    let mut line = |name: &str, text: String| {
        if !text.is_empty() {
            lines.push(format!("{} {text}", styled(DIM, &format!("{name:<14}"))));
        }
    };
    let configured = |name: &str| {
        if shown.configured.contains(&name) {
            " (configured)"
        } else {
            ""
        }
    };
    line("pack", plain(&check.pack).into_owned());
    line("severity", severity(check.severity) + configured("severity"));
    if !check.enabled {
        line("enabled", styled(RED, "no") + configured("enabled"));
    }
    line(
        "proved",
        match &check.unproved_because {
            None => "yes".to_owned(),
            Some(why) if check.bad => format!("{}: {why}", styled(RED, "BAD")),
            Some(why) => format!("{}: {}", styled(BOLD, "UNPROVED"), plain(why)),
        },
    );
    for problem in &check.problems {
        line("problem", plain(&problem.to_string()).into_owned());
    }
    let Some(definition) = &check.definition else {
        return lines.join("\n");
    };
    for (name, text) in words(definition) {
        line(name, text);
    }
    line("every", definition.every.clone() + configured("every"));
    line("timeout", definition.timeout.clone() + configured("timeout"));
    line(
        "max rows",
        definition.max_rows.to_string() + configured("max_rows"),
    );
    line(
        "resolve after",
        count(definition.resolve_after, "complete evaluation") + " without it" + configured("resolve_after"),
    );
    line("cleared by", clearing(definition.clearing).to_owned());
    line("accepted", accepted(definition));
    line("volatile", plain(&definition.volatile.join(", ")).into_owned());
    for (name, parameter) in &definition.parameters {
        let mut text = format!("{} = {} ({})", name, value(&parameter.value), parameter.sql_type);
        if parameter.changed {
            text = format!("{text}, configured; {} in the file", value(&parameter.default));
        }
        for (word, bound) in [("at least", &parameter.min), ("at most", &parameter.max)] {
            if let Some(bound) = bound {
                text = format!("{text}, {word} {}", value(bound));
            }
        }
        line("parameter", text);
    }
    for fixture in &shown.fixtures {
        line("cases", plain(&fixture.file).into_owned());
        if let Some(why) = &fixture.alters_schema {
            line("", format!("they alter the schema: {}", plain(why)));
        }
        for case in &fixture.cases {
            line("", format!("{:<8} {}", case.expects, plain(&case.name)));
        }
    }
    for file in &definition.files {
        lines.extend(sql(file));
    }
    lines.join("\n")
}

fn words(definition: &Description) -> Vec<(&'static str, String)> {
    let both = |text: &Text, names: [&'static str; 2]| {
        let texts = [&text.fr, &text.en];
        let said = |text: &Option<String>| plain(text.as_deref().unwrap_or_default()).into_owned();
        names.into_iter().zip(texts.map(said)).collect::<Vec<_>>()
    };
    let mut words = both(&definition.title, ["title fr", "title en"]);
    words.extend(both(&definition.message, ["message fr", "message en"]));
    words.push(("entity", definition.entity.clone()));
    let runbook = definition.runbook.as_deref().unwrap_or_default();
    words.push(("runbook", plain(runbook).into_owned()));
    words
}

fn clearing(clearing: Clearing) -> &'static str {
    match clearing {
        Clearing::Auto => "the system",
        Clearing::Manual => "a person",
        Clearing::ManualWhenCritical => "a person where CRITICAL, else the system",
    }
}

fn accepted(definition: &Description) -> String {
    definition.accept.as_ref().map_or_else(String::new, |rule| {
        let way = match rule.worse {
            Worse::Up => "rises",
            Worse::Down => "falls",
        };
        let tolerance = f64::from(rule.tolerance_millipercent) / 1000.0;
        format!("void when {} {way} by more than {tolerance} %", plain(&rule.key))
    })
}

/// Text without its quotes.
fn value(value: &Value) -> String {
    match value {
        Value::String(text) => plain(text).into_owned(),
        other => other.to_string(),
    }
}

/// A file: under which conditions it is the active one, and its SQL as it stands.
fn sql(file: &FileDescription) -> Vec<String> {
    let mut lines = vec![String::new(), styled(BOLD, &plain(&file.file))];
    for (name, list) in [
        ("requires", &file.requires),
        ("with columns", &file.requires_columns),
        ("without", &file.without_columns),
    ] {
        if !list.is_empty() {
            lines.push(format!(
                "{} {}",
                styled(DIM, &format!("{name:<14}")),
                plain(&list.join(", "))
            ));
        }
    }
    if let Some(guard) = &file.guard {
        lines.push(format!("{} {}", styled(DIM, "guard         "), plain(guard)));
    }
    lines.push(String::new());
    let untabbed = file.sql.replace('\t', "    ");
    lines.extend(untabbed.lines().map(|line| format!("  {}", plain(line))));
    lines
}
