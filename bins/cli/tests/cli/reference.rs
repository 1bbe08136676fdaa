//! The reference of the configuration is what the code reads.

use std::fs;

use crate::harness::{Answer, vigie};

#[test]
fn the_reference_in_the_documentation_is_the_programs_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let printed = Answer::of(vigie(directory.path()).arg("reference"))
        .exits(0)
        .stdout;
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/configuration.md");
    let written = fs::read_to_string(page).expect("docs/guides/configuration.md");
    assert_eq!(
        written, printed,
        "run: cargo run -p vigie -- reference > docs/guides/configuration.md"
    );
    assert!(
        printed.contains("| `time_zone` | text | Where a day ends"),
        "{printed}"
    );
    assert!(
        printed.contains("| `VIGIE_DATABASE_URL` | `--database-url` |"),
        "{printed}"
    );
}

#[test]
fn the_schema_for_editors_names_every_key() {
    let directory = tempfile::tempdir().expect("a directory");
    let schema = Answer::of(vigie(directory.path()).args(["reference", "--json"]))
        .exits(0)
        .json();
    let keys: Vec<_> = schema["properties"].as_object().expect("keys").keys().collect();
    assert!(keys.contains(&&"packs".to_owned()), "{keys:?}");
    assert_eq!(schema["additionalProperties"], false);
}
