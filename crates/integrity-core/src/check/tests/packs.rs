//! Files that make a pack, and where packs come from.

use std::fs;

use super::*;
use crate::Error;

#[test]
fn a_bad_check_leaves_the_others_and_fails_in_the_run() {
    let bad = check_file("max_rows = 0\nresolve_after = 0", "select 1");
    let pack = pack(&[
        ("abc.sql", &bad),
        ("stock_negatif.sql", GOOD),
        ("1-é.sql", "select 1"),
    ]);
    assert_eq!(pack.checks.len(), 1);
    let codes: Vec<_> = pack.bad.iter().map(|bad| bad.code.as_str()).collect();
    assert_eq!(codes, ["ABC", "X_1___FILE"]);
    assert_eq!(pack.bad[0].terms.severity, Severity::Warn);
    let evaluation = pack.bad[0].evaluation("main", chrono::DateTime::UNIX_EPOCH);
    assert_eq!(evaluation.outcome.to_string(), "Failed(Contract)");
    assert_eq!(
        evaluation.outcome.reason(),
        "abc.sql:8: max_rows: 0 is not between 1 and 50000; write max_rows = 500 (and 1 more)"
    );
}

#[test]
fn files_share_a_code_only_where_they_exclude_each_other() {
    let new = check_file("requires_columns = [\"public.t.new\"]", "select 1 as entity_id");
    let old = check_file("without_columns = [\"public.t.new\"]", "select 2 as entity_id");
    let good = pack(&[("abc.sql", &new), ("abc.legacy.sql", &old)]);
    assert_eq!(good.bad, []);
    assert_eq!(
        good.checks[0].files().collect::<Vec<_>>(),
        ["abc.legacy.sql", "abc.sql"]
    );

    let plain = check_file("", "select 1 as entity_id");
    assert_eq!(
        problems(&[("abc.sql", &plain), ("abc.b.sql", &plain)]),
        [
            "abc.sql:1: the same code as abc.b.sql, and both can be active at once; \
          let one have in requires_columns what the other has in without_columns"
        ]
    );
    let other = check_file(
        "max_rows = 7\nwithout_columns = [\"public.t.new\"]",
        "select 2 as entity_id",
    );
    assert_eq!(
        problems(&[("abc.sql", &new), ("abc.legacy.sql", &other)]),
        ["abc.sql:1: max_rows differs from abc.legacy.sql; files of one check say it alike"]
    );
    let broken = pack(&[("abc.sql", &new), ("abc.legacy.sql", "select 1")]);
    assert_eq!(
        (broken.checks.len(), broken.bad.len()),
        (0, 1),
        "a code is good or bad as a whole"
    );
}

#[test]
fn a_bad_pack_stops_everything_and_says_why() {
    let load = |manifest: &str| {
        let files = [
            ("pack.toml", manifest.as_bytes()),
            ("stock_negatif.sql", GOOD.as_bytes()),
        ];
        Pack::from_files(files)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    assert_eq!(load("name = \"p\"\nformat = 1"), Ok(()));
    assert_eq!(
        load("name = \"P\"\nlanguage = \"de\"\ntime_zone = \"Mars/Olympus\"\nrequire = 1"),
        Err("pack: pack.toml:1: format is missing; write format = 1\n\
             pack.toml:1: name: \"P\" is not of a-z, 0-9, _ and -; write name = \"depot\"\n\
             pack.toml:2: language: \"de\" is no language that Vigie speaks; write language = \"fr\" or \"en\"\n\
             pack.toml:3: time_zone: \"Mars/Olympus\" is no time zone; write time_zone = \"Africa/Kinshasa\"\n\
             pack.toml:4: unknown key require; known are name, format, language, title, time_zone, \
             require_fixtures, schema"
            .to_owned())
    );
    let empty = Pack::from_files([("pack.toml", MANIFEST.as_bytes())]).unwrap_err();
    assert_eq!(empty.to_string(), "pack: the pack \"test\" has no check");
}

#[test]
fn packs_are_found_by_name_or_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    assert!(
        Pack::open(&path)
            .unwrap_err()
            .to_string()
            .ends_with("there is no pack.toml")
    );
    fs::write(
        folder.path().join("pack.toml"),
        format!("{MANIFEST}schema = \"schema.sql\""),
    )
    .unwrap();
    fs::write(folder.path().join("stock_negatif.sql"), GOOD).unwrap();
    fs::write(folder.path().join("schema.sql"), "create table t ()").unwrap();
    fs::write(folder.path().join("stock_negatif.test.toml"), "").unwrap();
    let pack = Pack::open(&path).unwrap();
    assert_eq!((pack.checks.len(), pack.bad.len()), (1, 0));
    let error = Pack::open("no-such-pack").unwrap_err();
    let names: Vec<_> = Pack::builtin_names().collect();
    assert_eq!(
        error.to_string(),
        format!(
            "pack: \"no-such-pack\" is neither a folder nor one of {}",
            names.join(", ")
        )
    );
    assert!(matches!(error, Error::Invalid { .. }));
    let twice = [pack.clone(), pack];
    let error = Pack::must_be_disjoint(&twice).unwrap_err().to_string();
    assert_eq!(
        error,
        "packs: both test and test have a check STOCK_NEGATIF; choose one of them"
    );
}

#[test]
fn the_depot_pack_is_compiled_in_and_without_problems() {
    let pack = Pack::builtin("depot").unwrap();
    assert_eq!((&pack.bad, &pack.warnings), (&vec![], &vec![]));
    let codes: Vec<_> = pack.checks.iter().map(|check| check.code().as_str()).collect();
    assert_eq!(
        codes,
        [
            "CDR_ARRIVE_STALE",
            "CITERNE_CAPACITE_INVALIDE",
            "CITERNE_INACTIVE_USED",
            "RECEPTION_ECART_15C",
            "RECEPTION_V15_MISSING",
            "SORTIE_ECART_15C",
            "SORTIE_STOCK_INSUFFISANT",
            "SORTIE_V15_MISSING",
            "STOCK_LEDGER_MISMATCH",
            "STOCK_NEGATIF",
            "STOCK_OVER_CAPACITY",
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_a_bad_check() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("pack.toml"), MANIFEST).unwrap();
    fs::write(at("stock_negatif.sql"), GOOD).unwrap();
    fs::write(at(".stock_negatif.sql"), "an editor's leftover").unwrap();
    fs::create_dir(at("a_folder.sql")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", at("dangling.sql")).unwrap();
        std::os::unix::fs::symlink("nowhere", at(".#stock_negatif.sql")).unwrap();
    }
    let pack = Pack::load(folder.path()).unwrap();
    assert_eq!(pack.checks.len(), 1);
    let bad: Vec<_> = pack.bad.iter().map(|bad| bad.code.as_str()).collect();
    assert_eq!(bad, ["A_FOLDER", "DANGLING"]);
    for bad in &pack.bad {
        let evaluation = bad.evaluation("main", chrono::DateTime::UNIX_EPOCH);
        assert_eq!(evaluation.outcome.to_string(), "Failed(Contract)");
        assert_eq!(evaluation.terms.severity, Severity::Critical);
        let reason = evaluation.outcome.reason();
        assert!(reason.contains(".sql:1: the file cannot be read: "), "{reason}");
    }

    fs::remove_file(at("pack.toml")).unwrap();
    fs::create_dir(at("pack.toml")).unwrap();
    let error = Pack::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("pack.toml cannot be read: "), "{error}");
}

#[test]
fn a_name_that_is_no_code_takes_down_no_good_check() {
    let named = |code: &str| check_file("", "select 1 as entity_id").replace("ABC", code);
    let (good, longer) = (named("C_OK"), named("C_OK_FILE"));
    let long = format!("{}.sql", "a-".repeat(60));
    let pack = pack(&[
        ("c_ok.sql", &good),
        ("c_ok_file.sql", &longer),
        ("C-OK.sql", &good),
        ("C+OK.sql", &good),
        ("C-OK.legacy.sql", "select 1"),
        (&long, &good),
        (".c_ok.sql", "select 1"),
    ]);
    let codes = |codes: Vec<&CheckCode>| codes.into_iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        codes(pack.checks.iter().map(Check::code).collect()),
        ["C_OK", "C_OK_FILE"]
    );
    let bad = codes(pack.bad.iter().map(|bad| &bad.code).collect());
    assert_eq!(bad[1..], ["C_OK_FILE_2", "C_OK_FILE_3"]);
    assert!(bad[0].starts_with("A_A_") && bad[0].ends_with("_FILE"), "{bad:?}");
    let said: Vec<_> = pack.bad[2].problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "C-OK.legacy.sql:1: there is no front matter; begin the file with /*+++ and end the front matter with +++*/",
            "C-OK.sql:2: code C_OK does not match the file's name; name the file c_ok.sql"
        ]
    );
}

#[test]
fn the_codes_that_vigie_raises_itself_are_refused() {
    for code in ["CHECK_FAILING", "CHECK_SUSPECT"] {
        let text = check_file("", "select 1 as entity_id").replace("ABC", code);
        let file = format!("{}.sql", code.to_lowercase());
        let pack = pack(&[(&file, &text), ("stock_negatif.sql", GOOD)]);
        assert_eq!(pack.checks.len(), 1, "{code}");
        assert_eq!(pack.bad[0].code.as_str(), format!("{code}_FILE"));
        let said = pack.bad[0].problems[0].to_string();
        assert!(
            said.starts_with(&format!(
                "{file}:2: code: {code} is what Vigie itself raises; write code = "
            )),
            "{said}"
        );
        let (file, other) = ("abc.sql", check_file("", "select 1 as entity_id"));
        let elsewhere = problems(&[(file, &text)]);
        assert!(
            elsewhere[0].contains("is what Vigie itself raises"),
            "{elsewhere:?}"
        );
        let misnamed = problems(&[(&format!("{}.sql", code.to_lowercase()), &other)]);
        assert_eq!(misnamed.len(), 1, "{misnamed:?}");
    }
}

#[test]
fn every_compiled_in_pack_is_without_problems_and_warnings() {
    for name in Pack::builtin_names() {
        let pack = Pack::builtin(name).unwrap();
        assert_eq!((pack.bad, pack.warnings), (vec![], vec![]), "{name}");
    }
}

#[test]
fn every_problem_of_a_pack_that_cannot_be_opened_is_told_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let told = |place: &str| -> Vec<String> {
        let problems = Pack::open_or_problems(place).unwrap_err();
        problems
            .iter()
            .map(|problem| format!("{}: {}", problem.line, problem.what))
            .collect()
    };
    assert_eq!(told(place), [format!("1: {place}: there is no pack.toml")]);
    fs::write(folder.path().join("pack.toml"), "name = \"P\"\nformat = 7\n").unwrap();
    assert_eq!(
        told(place),
        [
            "1: name: \"P\" is not of a-z, 0-9, _ and -",
            "2: format: format 7 is not known to this program"
        ]
    );
    fs::write(folder.path().join("pack.toml"), MANIFEST).unwrap();
    assert_eq!(
        told(place),
        [format!("1: {place}: the pack \"test\" has no check")]
    );
    fs::write(folder.path().join("stock_negatif.sql"), GOOD).unwrap();
    assert_eq!(Pack::open_or_problems(place).unwrap().checks.len(), 1);
}
