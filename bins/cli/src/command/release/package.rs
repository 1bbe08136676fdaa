//! What sources are called: package and version, from the file in which their language keeps them.

use std::{io::ErrorKind, path::Path};

use wiring::{bounded, stop::Stop};

use crate::cli::NamedArgs;

/// The largest such file, in KiB.
const LIMIT: u64 = 1024;

type Read = fn(&str) -> [Option<String>; 2];

/// Where package and version stand, the first that is there.
const FILES: &[(&str, Read)] = &[
    ("pubspec.yaml", of_pubspec),
    ("Cargo.toml", of_cargo),
    ("package.json", of_npm),
];

/// Package and version, as typed, else as the sources say.
pub(super) fn named(dir: &Path, named: &NamedArgs) -> Result<(String, String), Stop> {
    if let (Some(package), Some(version)) = (&named.package, &named.version) {
        return Ok((package.clone(), version.clone()));
    }
    let (file, [package, version]) = said(dir)?;
    let lacking = |what: &str| {
        let place = dir.join(file).display().to_string();
        Stop::usage(format!("{place} says no {what}; --{what} does"))
    };
    let package = named.package.clone().or(package.as_deref().map(in_the_grammar));
    let version = named.version.clone().or(version.as_deref().map(without_build));
    Ok((
        package.ok_or_else(|| lacking("package"))?,
        version.ok_or_else(|| lacking("version"))?,
    ))
}

fn said(dir: &Path) -> Result<(&'static str, [Option<String>; 2]), Stop> {
    for (file, read) in FILES {
        let path = dir.join(file);
        match bounded::read(&path, LIMIT) {
            Ok(text) => return Ok((file, read(&text))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Stop::usage(format!("{} cannot be read: {error}", path.display()))),
        }
    }
    let files: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
    Err(Stop::usage(format!(
        "none of {} is in {}; --dir says where the sources are, or --package and --version what they are",
        files.join(", "),
        dir.display()
    )))
}

/// `@scope/mlpp_web` is called `mlpp-web`.
fn in_the_grammar(package: &str) -> String {
    let name = package.rsplit('/').next().unwrap_or(package);
    name.replace('_', "-")
}

/// The number of a build, as Flutter writes it behind `+`, is no part of a release's version.
fn without_build(version: &str) -> String {
    version.split('+').next().unwrap_or(version).to_owned()
}

/// Two keys of the outermost level, plain or in quotes, as every pubspec has them.
fn of_pubspec(text: &str) -> [Option<String>; 2] {
    ["name:", "version:"].map(|key| {
        let value = text.lines().find_map(|line| line.strip_prefix(key))?;
        let value = value.split(" #").next().unwrap_or(value).trim();
        let value = value.trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    })
}

fn of_cargo(text: &str) -> [Option<String>; 2] {
    let manifest: Option<toml::Table> = text.parse().ok();
    let package = manifest.as_ref().and_then(|manifest| manifest.get("package"));
    ["name", "version"].map(|key| Some(package?.get(key)?.as_str()?.to_owned()))
}

fn of_npm(text: &str) -> [Option<String>; 2] {
    let manifest: Option<serde_json::Value> = serde_json::from_str(text).ok();
    ["name", "version"].map(|key| Some(manifest.as_ref()?.get(key)?.as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn typed(package: Option<&str>, version: Option<&str>) -> NamedArgs {
        NamedArgs {
            package: package.map(str::to_owned),
            version: version.map(str::to_owned),
        }
    }

    fn found(files: &[(&str, &str)]) -> Result<(String, String), String> {
        let directory = tempfile::tempdir().expect("a directory");
        for (file, text) in files {
            fs::write(directory.path().join(file), text).expect("written");
        }
        named(directory.path(), &typed(None, None)).map_err(|stop| stop.message().to_owned())
    }

    fn pair(package: &str, version: &str) -> (String, String) {
        (package.to_owned(), version.to_owned())
    }

    #[test]
    fn what_each_language_says() {
        let pubspec =
            "name: mlpp_web # ours\ndescription: x\nversion: '0.1.0+7'\ndependencies:\n  name: no\n";
        let cargo = "[package]\nname = \"depot_screen\"\nversion = \"1.2.3-rc.1\"\n";
        let npm = "{\"name\": \"@mlpp/web\", \"version\": \"2.0.0\"}";
        assert_eq!(found(&[("pubspec.yaml", pubspec)]), Ok(pair("mlpp-web", "0.1.0")));
        assert_eq!(
            found(&[("Cargo.toml", cargo)]),
            Ok(pair("depot-screen", "1.2.3-rc.1"))
        );
        assert_eq!(found(&[("package.json", npm)]), Ok(pair("web", "2.0.0")));
        let several = [("package.json", npm), ("pubspec.yaml", pubspec)];
        assert_eq!(found(&several), Ok(pair("mlpp-web", "0.1.0")));
    }

    #[test]
    fn what_is_not_said_is_asked_for() {
        for (file, text) in [
            ("pubspec.yaml", "name: mlpp_web\n"),
            (
                "Cargo.toml",
                "[package]\nname = \"x\"\nversion.workspace = true\n",
            ),
            ("package.json", "{\"name\": \"web\"}"),
        ] {
            let why = found(&[(file, text)]).expect_err(file);
            assert!(
                why.ends_with(&format!("{file} says no version; --version does")),
                "{why}"
            );
        }
        let why = found(&[("Cargo.toml", "[workspace]\n")]).expect_err("no package");
        assert!(why.contains("says no package"), "{why}");
        assert!(found(&[]).expect_err("nothing").contains("none of pubspec.yaml"));
    }

    #[test]
    fn what_is_typed_goes_before() {
        let directory = tempfile::tempdir().expect("a directory");
        let dir = directory.path();
        let both =
            named(dir, &typed(Some("mlpp-web"), Some("0.1.0"))).map_err(|stop| stop.message().to_owned());
        assert_eq!(both, Ok(pair("mlpp-web", "0.1.0")));
        fs::write(dir.join("pubspec.yaml"), "name: other\nversion: 9.0.0\n").expect("written");
        let one = named(dir, &typed(Some("mlpp-web"), None)).map_err(|stop| stop.message().to_owned());
        assert_eq!(one, Ok(pair("mlpp-web", "9.0.0")));
    }
}
