//! The reference of the configuration, in Markdown.

use clap::{Arg, Command};
use serde_json::Value;

/// What has no flag, since everybody on the machine can read the process list.
const SECRET: &str = "| `VIGIE_ACCESS_KEY` | none | The secret with which the journal of accesses makes pseudonyms: 64 \
                      hexadecimal digits made by chance; before `[access] key_file` |";

const HEAD: &str = "\
# Configuration

Every key of `vigie.toml`, and every variable of the environment. This page is what `vigie reference` prints: it is made
from the code that reads them. Flags win over the environment, the environment over the file. An unknown key is refused.

Paths in the file are meant from where the file stands. `vigie reference --json` prints a JSON Schema for editors.
";

/// The tables of the file, and the types that read them.
const TABLES: &[(&str, &str)] = &[
    ("sync", "SyncConfig"),
    ("api", "ApiConfig"),
    ("auth", "AuthConfig"),
    ("ops", "OpsConfig"),
    ("audit", "AuditConfig"),
    ("env", "EnvConfig"),
    ("[environment]", "EnvironmentConfig"),
    ("web", "WebConfig"),
    ("[monitor]", "MonitorConfig"),
    ("release", "ReleaseConfig"),
    ("[release.host]", "HostConfig"),
    ("access", "AccessConfig"),
    ("access.rules", "AccessRulesConfig"),
    ("checks.CODE", "Overrides"),
];

/// What can stand in the file, by its schema; then the variables that the command line reads.
pub(crate) fn markdown(schema: &Value, command: &Command) -> String {
    let keys = table(&schema["properties"]);
    let tables: Vec<String> = TABLES
        .iter()
        .map(|(name, of)| {
            let keys = table(&schema["$defs"][of]["properties"]);
            format!("## `[{name}]`\n\n| key | value | what it is |\n|---|---|---|\n{keys}\n")
        })
        .collect();
    let tables = tables.join("\n");
    let variables: Vec<String> = command.get_arguments().filter_map(variable).collect();
    let variables = variables.join("\n");
    format!(
        "{HEAD}
## `vigie.toml`

| key | value | what it is |
|---|---|---|
{keys}

{tables}
## Environment

| variable | flag | what it is |
|---|---|---|
{variables}
{SECRET}"
    )
}

fn table(properties: &Value) -> String {
    let rows: Vec<String> = properties
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, property)| {
            let what = property["description"].as_str().unwrap_or_default();
            format!("| `{key}` | {} | {} |", kind(property), one_line(what))
        })
        .collect();
    rows.join("\n")
}

/// The type of a value, in TOML's words.
fn kind(property: &Value) -> &'static str {
    let types = match &property["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    match types.iter().find(|kind| **kind != "null") {
        Some(&"array") => "list of text",
        Some(&"boolean") => "boolean",
        Some(&"integer") => "integer",
        Some(&"string") => "text",
        _ => "table",
    }
}

fn variable(argument: &Arg) -> Option<String> {
    let (variable, flag) = (argument.get_env()?, argument.get_long()?);
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    Some(format!(
        "| `{}` | `--{flag}` | {} |",
        variable.display(),
        one_line(&help)
    ))
}

/// A cell holds no line break and no bar.
fn one_line(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
