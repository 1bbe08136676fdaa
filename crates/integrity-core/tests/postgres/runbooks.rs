//! The runbooks of the compiled-in packs: what an alert points at is there, and its queries run.

use std::{collections::BTreeSet, fs, path::Path};

use integrity_core::{Language, Pack};
#[expect(
    clippy::disallowed_types,
    reason = "the queries of the runbooks, which are files of this repository"
)]
use sqlx::AssertSqlSafe;
use sqlx::{Executor as _, PgPool};

use crate::prepare;

const DEPOT: &str = include_str!("../../../../sql/packs/depot/schema.sql");

fn runbook(pack: &str, language: Language) -> String {
    let suffix = match language {
        Language::Fr => "fr",
        Language::En => "en",
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/runbooks/{pack}.{suffix}.md"));
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A heading's anchor is its text in lower case.
fn headings(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("## ")).collect()
}

#[test]
fn every_check_has_a_section_in_both_languages_and_every_section_a_check() {
    for name in Pack::builtin_names() {
        let pack = Pack::builtin(name).unwrap();
        for language in [Language::Fr, Language::En] {
            let text = runbook(name, language);
            for check in &pack.checks {
                let code = check.code().as_str();
                let anchor = format!("{name}#{}", code.to_ascii_lowercase());
                assert_eq!(check.runbook(), Some(anchor.as_str()), "{code}");
                let found = headings(&text).into_iter().filter(|heading| *heading == code);
                assert_eq!(found.count(), 1, "{name}, {language:?}: ## {code}");
                let (_, section) = text.split_once(&format!("## {code}\n")).unwrap();
                let title = format!("**{}.** {}", check.title().get(language), check.severity());
                assert!(
                    section.trim_start().starts_with(&title),
                    "{name}, {language:?}: ## {code} begins with {title:?}"
                );
            }
            let codes: BTreeSet<&str> = pack.codes().map(integrity_core::CheckCode::as_str).collect();
            let is_code = |heading: &&str| !heading.contains(|c: char| c.is_ascii_lowercase() || c == ' ');
            for heading in headings(&text).into_iter().filter(is_code) {
                assert!(
                    codes.contains(heading),
                    "{name}, {language:?}: no check {heading}"
                );
            }
            for link in text.split("](#").skip(1) {
                let anchor = link.split(')').next().unwrap_or_default().to_ascii_uppercase();
                assert!(
                    codes.contains(anchor.as_str()),
                    "{name}, {language:?}: no section {anchor}"
                );
            }
        }
    }
}

#[sqlx::test]
async fn every_query_of_a_runbook_runs_and_only_reads(pool: PgPool) {
    prepare(&pool, DEPOT).await;
    let mut queries = 0;
    for name in Pack::builtin_names() {
        for language in [Language::Fr, Language::En] {
            let text = runbook(name, language);
            for block in text.split("```sql\n").skip(1) {
                let (sql, _) = block.split_once("```").expect("the block ends");
                let mut transaction = pool.begin().await.unwrap();
                transaction.execute("set transaction read only").await.unwrap();
                transaction
                    .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
                    .await
                    .unwrap_or_else(|error| panic!("{name}, {language:?}: {error}\n{sql}"));
                queries += 1;
            }
        }
    }
    assert!(queries > 30, "{queries} queries");
}
